"""Question sets from files: those of Betley et al. (YAML), XSTest (CSV) and JSON Lines."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b import files

# Where answers differ, an interval needs more questions than one to see it.
FEWEST = 2
# The set of a spec that has one only.
SET = "asked"


@dataclass(frozen=True, slots=True)
class TextQuestion:
    """A question in plain words, in a set, perhaps under a system prompt."""

    id: str
    set: str
    system: str
    prompt: str


def read(path: Path, *, only: str) -> list[TextQuestion]:
    """Return the questions of one set of a file; `only` names it where there are several.

    JSON Lines have `prompt`, and may have `id`, `set` and `system`. In YAML each paraphrase
    is a question of its own. HarnessError for anything else, and for a set of fewer than two.
    """
    try:
        found = [
            question
            for number, row in enumerate(files.rows(path))
            for question in _questions(row, number, path.stem)
        ]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise HarnessError(f"{path} holds a row that is no question: {error!r}") from error
    sets = sorted({question.set for question in found})
    if len(sets) > 1 and only not in sets:
        raise HarnessError(
            f"{path} has the sets {', '.join(sets)}; sets are never pooled, name one in `only`."
        )
    kept = [question for question in found if not only or question.set == only]
    if len({question.id for question in kept}) != len(kept):
        raise HarnessError(f"{path} has two questions of one id.")
    if len(kept) < FEWEST:
        raise HarnessError(f"{path} has {len(kept)} questions to ask; {FEWEST} are needed.")
    return kept


def beside(path: Path, asked: list[TextQuestion], *names: str) -> dict[str, list[str]]:
    """Return what the rows of a file hold under these names, by question; else HarnessError."""
    rows = {str(row.get("id", number)): row for number, row in enumerate(files.rows(path))}
    try:
        return {
            question.id: [_text(rows[question.id][name]) for name in names]
            for question in asked
        }
    except (KeyError, TypeError) as error:
        raise HarnessError(
            f"{path} has a question without {' and '.join(names)} beside it; write them."
        ) from error


def packed(questions: list[TextQuestion]) -> str:
    """Return questions as the text that stands in a spec; a set of its own comes last."""
    rows = [
        [question.id, question.system, question.prompt]
        + ([] if question.set == SET else [question.set])
        for question in questions
    ]
    return json.dumps(rows, ensure_ascii=False)


def unpacked(text: str) -> list[TextQuestion]:
    """Return the questions of a spec; HarnessError where there are too few, or none."""
    try:
        found = [
            TextQuestion(_text(name), _text(*(own or [SET])), _text(system), _text(prompt))
            for name, system, prompt, *own in json.loads(text)
        ]
    except (ValueError, TypeError) as error:
        raise HarnessError(f"The spec's questions cannot be read: {error}") from error
    if len(found) < FEWEST or len({question.id for question in found}) != len(found):
        raise HarnessError("The spec asks too few questions, or one twice.")
    return found


def _questions(row: Any, number: int, stem: str) -> list[TextQuestion]:
    if "paraphrases" in row:
        paraphrases = row["paraphrases"]
        several = len(paraphrases) > 1
        return [
            TextQuestion(
                f"{row['id']}.{place}" if several else _text(row["id"]),
                stem,
                _text(row.get("system") or ""),
                _text(words),
            )
            for place, words in enumerate(paraphrases)
        ]
    name = _text(str(row.get("id", number)))
    group = row.get("set") or row.get("label") or stem
    system = _text(row.get("system") or "")
    return [TextQuestion(name, _text(group), system, _text(row["prompt"]))]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value
