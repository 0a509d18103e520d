"""Learning from editors: gathers their decisions, trains, and alone says which version is active.

A label is what an editor decided on the codes of a wire's text. For each kind of code, a wire
counts once an editor has put one (M0 and F0 say: none), or has rejected all that were proposed of
it; what the editor left out or rejected is then not right. What a batch put and nobody reviewed
is no label. Wires of the blind sample are never learned from: every version is measured on them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from classifier import engine
from classifier.models import ClassifierVersion
from wires import proposing, taxonomy
from wires.models import Activation, Code, Coding, Proposal, ProposedCode, User, Version, Wire
from wires.models.user import Role
from wires.record import stamp
from wires.refusals import NotAllowedError, RefusedError, WrongStateError

LEAST = 20  # wires with an editor's codes of a kind, below which nothing is learned of it
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Label:
    """A text with the codes of each kind that editors decided on, and their decisions."""

    wire: str
    version: Version
    codes: Mapping[str, tuple[str, ...]]
    decisions: tuple[dict[str, Any], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "wire": self.wire,
            "version": self.version.number,
            "codes": {kind: list(codes) for kind, codes in self.codes.items()},
            "decisions": list(self.decisions),
        }


@dataclass(slots=True)
class _Decided:
    """What was decided on one wire, while it is gathered."""

    codes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    rejected: set[str] = field(default_factory=set)
    decisions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training; not new where the same labels had been learned before.

    `lost` is the version that was learned from them and whose weights are gone: it is mended where
    they came out the same, and else stays as it is beside the new one.
    """

    version: ClassifierVersion
    is_new: bool
    lost: ClassifierVersion | None = None

    @property
    def is_mended(self) -> bool:
        return self.lost is not None and not self.is_new


def labels() -> list[Label]:
    """Return what editors decided on every wire that stands, in the order of their ids."""
    wires = (Wire.objects.public() | Wire.objects.in_queue()).filter(
        merged_into__isnull=True, current__isnull=False
    )
    wires = wires.exclude(
        pk__in=Proposal.objects.filter(is_blind=True).values("version__wire")
    )
    found: dict[int, _Decided] = defaultdict(_Decided)
    for coding in _codings(wires):
        decided = found[coding.wire_id]
        decided.codes[coding.kind].add(coding.code.code)
        decided.decisions.append(_decision(coding, "put", coding.code.code))
    for row in _rejections(wires):
        decided = found[row.proposal.version.wire_id]
        decided.rejected.add(row.code.code)
        decided.decisions.append(_decision(row, "rejected", row.code.code))
    offered = _offered(found)
    texts = wires.filter(pk__in=found).select_related("current").order_by("public_id")
    answer = [_label(wire, found[wire.pk], offered[wire.pk]) for wire in texts]
    return [label for label in answer if label.codes]


@transaction.atomic
def activate(version_id: int, *, by: User, reason: str) -> ClassifierVersion:
    """Have new proposals made by a version from now on; one that was active before is a rollback.

    Raises RefusedError also where what it learned is lost, and where a version that never was
    active was held against another one than is in use: two that are each better than a third say
    nothing of one another.
    """
    if not by.has_role(Role.SENIOR):
        raise NotAllowedError("Only a senior editor activates a classifier.")
    if not reason.strip():
        raise RefusedError("An activation needs a reason; it is kept with it.")
    # All rows, in one order: two activations wait for one another.
    rows = ClassifierVersion.objects.select_for_update().order_by("pk")
    versions = {row.pk: row for row in rows.defer("training", "metrics")}
    version = versions.get(version_id)
    before = next((row for row in versions.values() if row.active), None)
    if version is None:
        raise RefusedError("There is no such version of the classifier.")
    if version.refused:
        raise RefusedError(f"Classifier {version} cannot be activated. {version.refused}")
    if version == before:
        raise WrongStateError(f"Classifier {version} is active already.")
    if version.is_trained:
        _require_usable(before, version)
    if before:
        before.active = False
        before.save(update_fields=["active"])
    version.active, version.activated_by = True, by.username
    version.activated_at = timezone.now()
    version.save(update_fields=["active", "activated_by", "activated_at"])
    Activation.objects.create(
        classifier=version, replaced=before, by=by, reason=reason.strip()
    )
    return version


def _require_usable(active: ClassifierVersion | None, version: ClassifierVersion) -> None:
    if version.activated_at is None:
        _require_held_against(active, version)
    if why := engine.loss(version):
        raise RefusedError(
            f"What classifier {version} learned cannot be read: {why}. Put the folder back from a "
            "copy, or train a new version."
        )


def _require_held_against(
    active: ClassifierVersion | None, version: ClassifierVersion
) -> None:
    in_use = engine.held_against(active)
    against = version.comparison.get("against", "")  # older ones do not say it
    if against != in_use:
        raise RefusedError(
            f"Classifier {version} was held against "
            f"{f'classifier {against[:12]}' if against else 'no trained classifier'}, and "
            f"{f'classifier {active}' if in_use else 'none that was trained'} is active now. Train "
            "a new version, which is held against what is active."
        )


def train(tell: Tell) -> Outcome:
    """Make a version that has learned every decision so far, and hold it against the one in use.

    The same labels are learned once, and again where the weights are lost. Raises RefusedError
    where there are too few.
    """
    rules = taxonomy.current()
    cards, found = proposing.all_cards(rules), labels()
    digest = engine.trained(cards, [_essence(label) for label in found])
    same = engine.learned_before(digest)
    if kept := next((version for version in same if engine.is_kept(version)), None):
        return Outcome(kept, is_new=False)
    lessons = _lessons(cards, found)
    if not lessons:
        raise RefusedError(
            f"There is too little to learn from: {len(found)} wires carry an editor's decision on "
            f"codes, and {LEAST} of one kind are needed."
        )
    learned = engine.learn(digest, lessons, tell, cards=cards)
    version = engine.store(cards, learned, [label.as_json() for label in found])
    lost = version if version in same else next(iter(same), None)
    return Outcome(version, is_new=version not in same, lost=lost)


def _lessons(
    cards: Mapping[str, Sequence[engine.CodeCard]], found: Sequence[Label]
) -> list[engine.Lesson]:
    before, blind = _learned_before(), _decided_unseen()
    lessons = []
    for kind, own in cards.items():
        texts = _texts(
            kind, own, ((label.wire, label.version, label.codes) for label in found)
        )
        if len(texts) >= LEAST:
            known, unseen = _texts(kind, own, before), _texts(kind, own, blind)
            lessons.append(engine.Lesson(kind, tuple(own), texts, known, unseen))
    return lessons


def _learned_before() -> list[tuple[str, Version, Mapping[str, Sequence[str]]]]:
    """Return what the active version learned, as it was then; nothing where none was trained."""
    active = ClassifierVersion.objects.filter(active=True).exclude(weights="").first()
    rows = (
        {(row["wire"], row["version"]): row["codes"] for row in active.training}
        if active
        else {}
    )
    versions = Version.objects.filter(wire__public_id__in={wire for wire, _ in rows})
    versions = versions.select_related("wire").order_by("wire__public_id")
    return [
        (version.wire.public_id, version, rows[version.wire.public_id, version.number])
        for version in versions
        if (version.wire.public_id, version.number) in rows
    ]


def _decided_unseen() -> list[tuple[str, Version, Mapping[str, Sequence[str]]]]:
    """Return the blind sample: each text with the codes that were put before it was shown."""
    standing = (Wire.objects.public() | Wire.objects.in_queue()).filter(
        merged_into__isnull=True
    )
    rows = Proposal.objects.filter(unseen__isnull=False, version__wire__in=standing)
    first = rows.order_by("version__wire", "pk").distinct("version__wire")
    return [
        (row.version.wire.public_id, row.version, _by_kind(row.unseen or ()))
        for row in first.select_related("version__wire")
    ]


def _by_kind(codes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        found[code[0]].append(code)
    return found


def _texts(
    kind: str,
    cards: Sequence[engine.CodeCard],
    rows: Iterable[tuple[str, Version, Mapping[str, Sequence[str]]]],
) -> tuple[engine.CodedText, ...]:
    known = {card.code for card in cards}
    return tuple(
        engine.CodedText(
            wire,
            proposing.text_of(version),
            tuple(code for code in codes[kind] if code in known),
        )
        for wire, version, codes in rows
        if kind in codes
    )


def _essence(label: Label) -> list[Any]:
    """Return what a training depends on: who decided and when changes nothing that is learned."""
    return [label.wire, label.version.number, {k: list(v) for k, v in label.codes.items()}]


def _codings(wires: Any) -> Iterable[Coding]:
    rows = Coding.objects.filter(wire__in=wires).exclude(origin=Coding.Origin.BULK)
    return rows.select_related("code", "decided_by").order_by("pk")


def _rejections(wires: Any) -> Iterable[ProposedCode]:
    rows = ProposedCode.objects.filter(
        decision=ProposedCode.Decision.REJECTED,
        proposal__version__in=wires.values("current"),
    )
    return rows.select_related("code", "decided_by", "proposal__version").order_by("pk")


def _offered(found: Iterable[int]) -> dict[int, dict[str, set[str]]]:
    """Return the codes of each kind that the newest proposal for each wire lists."""
    newest = Proposal.objects.newest().filter(
        version__wire__in=list(found), version__wire__current=F("version")
    )
    offered: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    rows = ProposedCode.objects.filter(proposal__in=newest)
    for wire, kind, code in rows.values_list(
        "proposal__version__wire", "code__kind", "code__code"
    ):
        offered[wire][kind].add(code)
    return offered


def _label(wire: Wire, decided: _Decided, offered: Mapping[str, set[str]]) -> Label:
    codes = {}
    for kind in Code.Kind.values:
        put = decided.codes.get(kind)
        refused = offered.get(kind, set())
        if put or (refused and refused <= decided.rejected):
            codes[str(kind)] = tuple(sorted(put or ()))
    if wire.current is None:
        raise ValueError(f"{wire} has no text")
    return Label(wire.public_id, wire.current, codes, tuple(decided.decisions))


def _decision(row: Coding | ProposedCode, said: str, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "said": said,
        "coding" if isinstance(row, Coding) else "proposed": row.pk,
        "by": row.decided_by.username if row.decided_by else "",
        "at": stamp(row.decided_at),
    }
