"""A record as a reader meets it: the text with its marks, the claims, the sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from wires.models.source import folded_group
from wires.record import Record
from wires.rendering import Mark, body_html
from wires.templatetags.words import verdict_words


@dataclass(frozen=True, slots=True)
class Held:
    """A claim of the record, and the place in the list of sources that its passage is from."""

    claim: Record
    source: int | None

    @property
    def is_settled(self) -> bool:
        """A supported claim needs no second look; the others are shown open."""
        return self.claim["verdict"] in ("supported", "not a claim")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page prints: `groups` counts the sources that report on their own."""

    body: SafeString
    claims: tuple[Held, ...]
    sources: tuple[Record, ...]
    groups: int
    verdicts: tuple[tuple[str, int], ...]


# Of these classes no harm happened: a factor says what could have been.
UNREAL = ("near_miss", "serious_hazard", "hazard")


@dataclass(frozen=True, slots=True)
class Factor:
    """A recorded factor of severity: 0 to 3, and what that level is called."""

    name: str
    value: int
    words: str


def reading(record: Record, ends: Mapping[int, int]) -> Reading:
    """Set a record out; `ends` says where in the body each claim ends."""
    keys = [source["id"] for source in record["sources"]]
    numbers = {key: number for number, key in enumerate(keys, start=1)}
    marks = [
        Mark(claim["n"], ends[claim["n"]], claim["verdict"], verdict_words(claim))
        for claim in record["claims"]
        if claim["n"] in ends and claim["verdict"] != "not a claim"
    ]
    return Reading(
        body=body_html(record["body"], sources=keys, marks=marks),
        claims=tuple(Held(claim, numbers.get(claim["source"])) for claim in record["claims"]),
        sources=tuple(record["sources"]),
        groups=len(_groups(record["sources"])),
        verdicts=_counted(record["claims"]),
    )


def factors(record: Record, rules: Mapping[str, Any]) -> tuple[Factor, ...]:
    """Return the recorded factors with their words, in the order of the rule."""
    named = {
        row["name"]: {level["value"]: level["words"] for level in row["levels"]}
        for row in rules.get("factors", [])
    }
    recorded = record["severity"]["factors"]
    order = [name for name in named if name in recorded]
    happened = record["event_class"] not in UNREAL
    return tuple(
        Factor(
            name,
            recorded[name],
            _told(
                named.get(name, {}).get(recorded[name], ""), recorded[name], happened=happened
            ),
        )
        for name in [*order, *(name for name in recorded if name not in named)]
    )


def _told(words: str, value: int, *, happened: bool) -> str:
    return words if happened or not words or not value else f"could have been {words}"


def _groups(sources: Sequence[Record]) -> set[str]:
    """Return the groups that report; a database's record retells reports (see `Citation`)."""
    return {
        folded_group(source["group"])
        for source in sources
        if source["group"] and source["text"] != "record"
    }


def _counted(claims: Sequence[Record]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for claim in claims:
        counts[claim["verdict"]] = counts.get(claim["verdict"], 0) + 1
    return tuple(counts.items())
