"""What stands beside the but-for form: the wire's own words, what weakens them, and precedents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from pgvector.django import CosineDistance

from classifier import engine
from wires import gate, vectors
from wires.admin.acts import Act
from wires.models import Claim, Embedding, Rationale, Version, Wire

SHOWN = 3
# What is said where no sentence of the wire serves a slot.
SILENT = {
    "system": "No sentence names a system.",
    "act": "No sentence says what the system did.",
    "harm": "No sentence states a harm.",
    "counterfactual": "No sentence states the link.",
}
WEAK = {"hedges": "hedged", "other_causes": "another sufficient cause"}
# Cosines of two wires' texts, and shares of wording that two but-for texts have in common.
NEARNESS = (
    (0.7, "about much the same"),
    (0.5, "about something close"),
    (0.3, "about a related matter"),
)
WORDING = ((engine.SAME_FORMULA, "the same formula"), (0.25, "partly the same wording"))
ACCEPTED = (Rationale.Result.YES, Rationale.Result.CONTRIBUTORY)


@dataclass(frozen=True, slots=True)
class Slot:
    """The wire's own words for a slot, and the sentence that they stand in."""

    name: str
    words: str
    sentence: Claim | None

    @property
    def silence(self) -> str:
        return SILENT[self.name]


@dataclass(frozen=True, slots=True)
class Weakness:
    """Words that weaken the test, what they are, and the sentence that they stand in."""

    kind: str
    words: str
    sentence: Claim | None


@dataclass(frozen=True, slots=True)
class Precedent:
    """The rationale of a published wire, and how near it is, in words."""

    wire: Wire
    rationale: Rationale
    nearness: str
    wording: str


def slots(draft: Mapping[str, Any], claims: Sequence[Claim]) -> list[Slot]:
    """Return the four slots as the classifier cut them out of the text; empty without a draft."""
    if not draft:
        return []
    return [
        Slot(name, draft.get(name) or "", _holder(claims, draft.get(name) or ""))
        for name in gate.SLOTS
    ]


def weaknesses(draft: Mapping[str, Any], claims: Sequence[Claim]) -> list[Weakness]:
    """Return the hedges and the other sufficient causes that the text names, in its order."""
    found = [
        Weakness(word, words, _holder(claims, words))
        for kind, word in WEAK.items()
        for words in draft.get(kind, [])
    ]
    return sorted(found, key=lambda weakness: weakness.sentence.n if weakness.sentence else 0)


def is_template(reason: Act) -> bool:
    """Say whether a but-for form's counterfactual is a template that nobody has finished."""
    counterfactual, harm = (reason[slot].value() or "" for slot in ("counterfactual", "harm"))
    return engine.is_unfinished(counterfactual, harm)


def precedents(version: Version, rationale: Rationale | None) -> list[Precedent]:
    """Return the accepted rationales of the published wires whose texts are nearest to this.

    Empty while the worker has not read the text, or no published wire has one.
    """
    own = vectors.kept(version)
    return list(_precedents(own, rationale)) if own else []


def _precedents(own: Embedding, rationale: Rationale | None) -> Iterator[Precedent]:
    # Not the column's own order: an index over all texts would first give drafts, and stop.
    distance = CosineDistance("vector", own.vector) + 0.0
    nearest = (
        Embedding.objects.filter(
            encoder=own.encoder,
            version__wire__current=F("version"),
            version__wire__state=Wire.State.PUBLISHED,
            version__wire__rationale__result__in=ACCEPTED,
        )
        .exclude(version__wire=own.version.wire_id)
        .annotate(distance=distance)
        .order_by("distance", "pk")
        .defer("vector")
    )
    for row in nearest.select_related("version__wire__rationale")[:SHOWN]:
        wire = row.version.wire
        wire.current = row.version
        share = _wording(rationale, wire.rationale) if rationale else None
        yield Precedent(
            wire,
            wire.rationale,
            _in_words(1 - row.distance, NEARNESS, "about something else"),
            "" if share is None else _in_words(share, WORDING, "worded otherwise"),
        )


def _wording(mine: Rationale, other: Rationale) -> float:
    slots = [[getattr(rationale, slot) for slot in gate.SLOTS] for rationale in (mine, other)]
    [share] = engine.wordings(slots[0], (), [(slots[1], ())])
    return share


def _in_words(share: float, scale: Sequence[tuple[float, str]], least: str) -> str:
    return next((words for limit, words in scale if share >= limit), least)


def _holder(claims: Sequence[Claim], words: str) -> Claim | None:
    return next((claim for claim in claims if words and words in claim.text), None)
