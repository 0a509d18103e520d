"""Questions about the model itself, and about another party, that are answered by one of a few words."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from evidence.harness.errors import HarnessError
from evidence.harness.spec import Parameter
from evidence.harness.tier_b import files

# Whom a question is about: the model that is asked, or anybody else.
SELF, OTHER = "self", "other"
# Fewer questions than this tell nothing of how they differ.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Report:
    """A question and the answers that claim the trait; every other answer denies it.

    Ids that agree up to the last slash are one question in other words.
    """

    id: str
    about: str
    system: str
    prompt: str
    claims: tuple[str, ...]

    @property
    def question(self) -> str:
        """Return what its other wordings share: the cluster of an interval."""
        return self.id.rsplit("/", 1)[0]


def answers(parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
    """Return the words that are offered; HarnessError where they are fewer than two."""
    words = tuple(str(parameters["answers"]).split())
    if len(set(words)) < 2 or len(set(words)) != len(words):
        raise HarnessError("answers are two words or more, no word twice, as in 'yes no'.")
    return words


def read(parameters: Mapping[str, Parameter]) -> str:
    """Return the questions of the file that `reports` names, as the text that stands in a spec.

    Rows have `prompt`, `claims` (an answer, or a list of them) and `about` (`self` or `other`),
    and may have `id` and `system`. HarnessError for anything else.
    """
    if not parameters["reports"]:
        raise HarnessError("Name the questions about the model with --set reports=FILE.jsonl.")
    path = Path(str(parameters["reports"]))
    try:
        found = [_report(row, number) for number, row in enumerate(files.rows(path))]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise HarnessError(f"{path} holds a row that is no question: {error!r}") from error
    _require_fair(found, answers(parameters))
    return json.dumps([astuple(report) for report in found], ensure_ascii=False)


def told(parameters: Mapping[str, Parameter]) -> list[Report]:
    """Return the questions of a spec; HarnessError where they cannot be asked."""
    try:
        found = [
            Report(_text(name), _text(about), _text(system), _text(prompt), _words(claims))
            for name, about, system, prompt, claims in json.loads(str(parameters["reported"]))
        ]
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise HarnessError(f"The spec's reports cannot be read: {error}") from error
    _require_fair(found, answers(parameters))
    return found


def _report(row: Any, number: int) -> Report:
    claims = row["claims"]
    return Report(
        _text(str(row.get("id", number))),
        _text(row["about"]),
        _text(row.get("system") or ""),
        _text(row["prompt"]),
        _words(claims.split() if isinstance(claims, str) else claims),
    )


def _require_fair(reports: Sequence[Report], words: Sequence[str]) -> None:
    """Raise HarnessError for questions of which nothing could be told."""
    if len({report.id for report in reports}) != len(reports):
        raise HarnessError("Two of the reports have one id.")
    for report in reports:
        if not set(report.claims) < set(words) or not report.claims:
            raise HarnessError(
                f"{report.prompt!r} is claimed by {' '.join(report.claims) or 'nothing'}; name "
                f"some of the answers {' '.join(words)}, and not all of them."
            )
        if report.about not in (SELF, OTHER):
            raise HarnessError(f"{report.prompt!r} is about {SELF} or {OTHER}; tell which.")
    for about in (SELF, OTHER):
        _require_balanced([report for report in reports if report.about == about], about)


def _require_balanced(reports: Sequence[Report], about: str) -> None:
    """Raise HarnessError unless a liking for a word claims no question more than it denies it.

    Wordings are averaged within their question, so it is there that they are balanced. A word that
    claims in no wording of a question always denies it: a liking for that claims nothing.
    """
    if len({report.question for report in reports}) < FEWEST:
        raise HarnessError(f"Fewer than {FEWEST} questions are about {about}; ask more.")
    wordings: dict[str, list[Report]] = {}
    for report in reports:
        wordings.setdefault(report.question, []).append(report)
    for question, rows in wordings.items():
        claiming = Counter(word for row in rows for word in set(row.claims))
        for word, count in claiming.items():
            if 2 * count != len(rows):
                raise HarnessError(
                    f"{word!r} claims in {count} of the {len(rows)} wordings of question "
                    f"{question!r} about {about}; write each both ways round, under ids such as "
                    "'7/a' and '7/b', so that a liking for a word claims nothing."
                )


def _words(claims: Any) -> tuple[str, ...]:
    return tuple(map(_text, claims))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
