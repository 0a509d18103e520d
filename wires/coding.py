"""The only writer of a wire's codes, classing, severity and rationale.

It queues nothing: its callers do, on commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from classifier import engine
from wires import blind, changelog, gate, history, severity, taxonomy
from wires.models import (
    Change,
    Claim,
    Code,
    Coding,
    MoveRequest,
    Proposal,
    ProposedCode,
    Rationale,
    User,
    Version,
    Wire,
)
from wires.models.user import Role
from wires.refusals import (
    GateClosedError,
    NotAllowedError,
    RefusedError,
    SecondEditorNeededError,
    WrongStateError,
    text_of,
)

T = TypeVar("T")
RANKS = {Code.Kind.MECHANISM: 2, Code.Kind.FIELD: 3}


@dataclass(frozen=True, slots=True)
class Classing:
    """Class, standard, factors and severity, as a person gives them.

    `override` names another verified level than the written rule's and needs `note`, which
    readers see.
    """

    event_class: str
    standard: str
    factors: Mapping[str, Mapping[str, Any]]
    reported: str
    override: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.override and not self.note.strip():
            raise RefusedError("An override of the severity rule needs a public reason.")

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Classing:
        """Read one that was asked for. Raises RefusedError for a word that it does not know."""
        known = {field.name for field in fields(cls)}
        if wrong := (data.keys() - known) | ({"event_class", "standard", "factors", "reported"}
                                             - data.keys()):  # fmt: skip
            raise RefusedError(
                f"A classing lacks or does not know: {', '.join(sorted(wrong))}."
            )
        return cls(**data)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@transaction.atomic
def accept(
    proposed_id: int, *, by: User, claim: int | None = None, rank: int | None = None
) -> Coding:
    """Put a proposed code on the wire, at the next free rank of its kind if none is named."""
    proposed = _decided(proposed_id, ProposedCode.Decision.ACCEPTED, by)
    wire_id = proposed.proposal.version.wire_id
    return _put(
        wire_id, proposed.code, by=by, claim=claim, rank=rank, origin=Coding.Origin.PROPOSED
    )


@transaction.atomic
def reject(proposed_id: int, *, by: User, note: str = "") -> ProposedCode:
    """Say no to a proposed code; if it stood on the wire, it goes."""
    proposed = _decided(proposed_id, ProposedCode.Decision.REJECTED, by)
    wire = _workable(proposed.proposal.version.wire_id, by)
    wire.codings.filter(code=proposed.code).delete()
    history.note(
        wire.pk, "code rejected", by=by, note=note, detail={"code": proposed.code.code}
    )
    return _renewed(wire, proposed)


@transaction.atomic
def put(
    wire_id: int,
    code: str,
    *,
    by: User,
    claim: int | None = None,
    rank: int | None = None,
    origin: Coding.Origin = Coding.Origin.EDITOR,
) -> Coding:
    """Put a code on a wire, or change the claim or rank of one that stands."""
    found = taxonomy.current().codes.filter(code=code).first()
    if found is None:
        raise RefusedError(f"There is no code {code} in taxonomy {taxonomy.current()}.")
    return _put(wire_id, found, by=by, claim=claim, rank=rank, origin=origin)


@transaction.atomic
def remove(wire_id: int, code: str, *, by: User, note: str = "") -> None:
    wire = _workable(wire_id, by)
    deleted, _ = wire.codings.filter(code__code=code).delete()
    if not deleted:
        raise RefusedError(f"{wire} does not carry {code}.")
    history.note(wire.pk, "code removed", by=by, note=note, detail={"code": code})
    _renewed(wire, None)


@transaction.atomic
def show_proposal(wire_id: int, *, by: User) -> list[str]:
    """Say that the codes are put, and see the hidden proposal; returns what was decided unseen."""
    wire = _workable(wire_id, by)
    if not Proposal.objects.hidden().filter(version__wire=wire).exists():
        raise RefusedError(f"No proposal for {wire} is hidden.")
    codes = blind.reveal(wire)
    if not codes:
        raise RefusedError(f"The codes of {wire} are not put yet. {blind.WHY}")
    history.note(wire.pk, "proposal shown", by=by, detail={"codes": codes})
    return codes


@transaction.atomic
def classify(
    wire_id: int,
    *,
    by: User,
    event_class: str,
    standard: str,
    factors: Mapping[str, Mapping[str, Any]],
    reported: str,
    override: str = "",
    note: str = "",
) -> Wire:
    """Record class, standard and factors; the verified level follows from the written rule.

    `override` names another level and needs `note`, which readers see. Raises
    SecondEditorNeededError where a public wire would become SEV-1 or SEV-2, or worse than it is.
    """
    wire = _workable(wire_id, by)
    given = Classing(event_class, standard, factors, reported, override, note)
    before = _levels(wire)
    ruled = _class(wire, given)
    if wire.state == Wire.State.SCHEDULED and _is_graver(before, _levels(wire)):
        raise SecondEditorNeededError(
            f"{wire} is scheduled and would become {severity.worst(wire)}: take back its time, and ask for "
            "publication again."
        )
    if wire.is_public:
        _check_gate(wire)
        if _is_graver(before, _levels(wire)):
            raise SecondEditorNeededError(
                f"{wire} is public and would become {severity.worst(wire)}: ask for the graver severity, "
                "and a senior editor confirms it."
            )
    _save_class(wire, given, ruled, by)
    return _renewed(wire, wire)


def check_regrade(wire_id: int, given: Classing) -> None:
    """Say whether a public wire may be asked to become graver so; nothing is written.

    Raises GateClosedError where it could not stand so, and RefusedError where one editor is enough.
    """
    wire = Wire.objects.get(pk=wire_id)
    before = _levels(wire)
    _class(wire, given)
    _check_gate(wire)
    if not _is_graver(before, _levels(wire)):
        raise RefusedError(
            f"{wire} would not become SEV-1 or SEV-2 by this, nor worse than it is: one editor "
            "can save class and severity alone."
        )


@transaction.atomic
def regrade(request: MoveRequest) -> Wire:
    """Class a public wire as a confirmed request says: the one way in which it becomes grave."""
    if request.move != MoveRequest.Move.REGRADE or not request.confirmed:
        raise NotAllowedError(
            "A public wire becomes grave when another person has confirmed it."
        )
    wire = Wire.objects.select_for_update().get(pk=request.wire_id)
    given = Classing.from_json(request.detail["classing"])
    ruled = _class(wire, given)
    _save_class(wire, given, ruled, request.asked_by)
    return _renewed(wire, wire)


@transaction.atomic
def reason(
    wire_id: int,
    *,
    by: User,
    system: str,
    act: str,
    harm: str,
    counterfactual: str,
    result: str,
) -> Rationale:
    """Record the but-for form: the four slots and the editor's answer to the test."""
    wire = _workable(wire_id, by)
    slots = {"system": system, "act": act, "harm": harm, "counterfactual": counterfactual}
    slots = {name: text.strip() for name, text in slots.items()}
    if result and not all(slots.values()):
        raise RefusedError("The but-for test is answered only when all four slots are filled.")
    rationale, _ = Rationale.objects.update_or_create(
        wire=wire, defaults={**slots, "result": result, "decided_by": by}
    )
    history.note(wire.pk, "reasoned", by=by, detail={**slots, "result": result})
    return _renewed(wire, rationale)


@transaction.atomic
def put_in_bulk(wire_id: int, *, by: User, batch: str) -> list[str]:
    """Put the codes that the classifier ticked and nobody has decided on; return which.

    What an editor put, rejected or removed stays as it is, and so does a kind of code that an
    editor called not established. Each code rests on the standing sentence that is nearest to
    its definition; without one it is not put.
    """
    wire = _workable(wire_id, by)
    newest = Proposal.objects.newest().filter(version=wire.current_id)
    if newest.hidden().exists():
        raise RefusedError(
            f"{wire} is of the blind sample, and no editor has decided on it yet."
        )
    said = ProposedCode.objects.filter(proposal__version=wire.current_id)
    decided = said.exclude(decision=ProposedCode.Decision.OPEN).values("code")
    ticked = said.filter(proposal__in=newest, ticked=True).exclude(code__in=decided)
    put = []
    for proposed in ticked.select_related("code"):
        if coding := _bulk_coding(wire, proposed.code, by):
            coding.save()
            put.append(proposed.code.code)
    if put:
        history.note(
            wire.pk, "codes put in bulk", by=by, detail={"batch": batch, "codes": put}
        )
        _renewed(wire, None)
    return put


@transaction.atomic
def confirm_bulk(wire_id: int, *, by: User) -> list[str]:
    """Say that codes put in bulk are right: they stand as this editor's from now on."""
    wire = _workable(wire_id, by)
    rows = list(wire.codings.filter(origin=Coding.Origin.BULK).select_related("code"))
    if not rows:
        raise RefusedError(f"{wire} carries no code that was put in bulk and not reviewed.")
    for row in rows:
        row.origin, row.decided_by = Coding.Origin.PROPOSED, by
        row.save(update_fields=["origin", "decided_by"])
    codes = [row.code.code for row in rows]
    newest = Proposal.objects.newest().filter(version=wire.current_id)
    ProposedCode.objects.filter(
        proposal__in=newest, code__code__in=codes,
        decision=ProposedCode.Decision.OPEN,
    ).update(
        decision=ProposedCode.Decision.ACCEPTED, decided_by=by, decided_at=timezone.now()
    )  # fmt: skip
    history.note(wire.pk, "bulk codes confirmed", by=by, detail={"codes": codes})
    return _renewed(wire, codes)


@transaction.atomic
def take_back_bulk(wire_id: int, codes: Sequence[str], *, by: User, batch: str) -> None:
    """Take away what a batch put. Raises RefusedError where an editor has decided since."""
    wire = _workable(wire_id, by)
    stands = wire.codings.filter(origin=Coding.Origin.BULK, code__code__in=codes)
    if stands.count() != len(codes):
        raise RefusedError(f"An editor has decided on the codes of {wire} since.")
    stands.delete()
    history.note(
        wire.pk, "bulk codes taken back", by=by, detail={"batch": batch, "codes": list(codes)}
    )
    _renewed(wire, None)


def carry_over(wire: Wire, old: Version, new: Version) -> None:
    """Move what rests on a sentence of the old text to the one that follows on it in the new."""
    places = gate.successors(list(old.claims.all()), list(new.claims.all()))
    for coding in wire.codings.select_related("claim"):
        if coding.claim and coding.claim.version_id == old.pk:
            coding.claim = places.get(coding.claim.n)
            coding.save(update_fields=["claim"])
    wire.factors = {
        name: {
            **factor,
            "claim": place.n if (place := places.get(factor.get("claim"))) else None,
        }
        for name, factor in wire.factors.items()
    }
    wire.save(update_fields=["factors"])


def _put(
    wire_id: int,
    code: Code,
    *,
    by: User,
    claim: int | None,
    rank: int | None,
    origin: Coding.Origin,
) -> Coding:
    wire = _workable(wire_id, by)
    rests_on = text_of(wire).claims.filter(n=claim).first() if claim else None
    if claim and rests_on is None:
        raise RefusedError(f"{wire} has no sentence {claim}.")
    coding = wire.codings.filter(code=code).first() or Coding(
        wire=wire, code=code, kind=code.kind
    )
    coding.rank = rank or coding.rank or _free_rank(wire, code)
    coding.claim, coding.origin, coding.decided_by = rests_on, origin, by
    wire.codings.filter(kind=code.kind, rank=coding.rank).exclude(code=code).delete()
    coding.save()
    history.note(
        wire.pk, "code put", by=by,
        detail={"code": code.code, "rank": coding.rank_word, "sentence": claim, "origin": origin},
    )  # fmt: skip
    return _renewed(wire, coding)


def _free_rank(wire: Wire, code: Code) -> int:
    free = _free_ranks(wire, code.kind)
    if not free:
        raise RefusedError(
            f"{wire} already carries all the {code.kind} codes that it may; remove one first."
        )
    return free[0]


def _free_ranks(wire: Wire, kind: str) -> list[int]:
    taken = set(wire.codings.filter(kind=kind).values_list("rank", flat=True))
    return [rank for rank in range(1, RANKS[Code.Kind(kind)] + 1) if rank not in taken]


def _bulk_coding(wire: Wire, code: Code, by: User) -> Coding | None:
    """Return the coding that a batch may add, or None where something stands against it."""
    there = list(wire.codings.filter(kind=code.kind).select_related("code"))
    free = _free_ranks(wire, code.kind)
    decided = any(row.code_id == code.pk or row.code.is_empty for row in there)
    claim = None if decided or not free else _nearest_claim(wire, code)
    if claim is None:
        return None
    return Coding(
        wire=wire, code=code, kind=code.kind, rank=free[0], claim=claim,
        origin=Coding.Origin.BULK, decided_by=by,
    )  # fmt: skip


def _nearest_claim(wire: Wire, code: Code) -> Claim | None:
    standing = list(text_of(wire).claims.standing())
    if not standing:
        return None
    said = [claim.text for claim in standing]
    return standing[engine.nearest(f"{code.title}. {code.definition}", said)]


def _decided(proposed_id: int, decision: ProposedCode.Decision, by: User) -> ProposedCode:
    # The wire's row first, as every act locks it: two acts then wait in one order.
    Wire.objects.select_for_update().get(versions__proposals__codes=proposed_id)
    proposed = (
        ProposedCode.objects.select_for_update(of=("self",))
        .select_related("code", "proposal__version")
        .get(pk=proposed_id)
    )
    if Proposal.objects.hidden().filter(pk=proposed.proposal_id).exists():
        raise RefusedError(f"This proposal is hidden. {blind.WHY}")
    proposed.decision, proposed.decided_by, proposed.decided_at = decision, by, timezone.now()
    proposed.save(update_fields=["decision", "decided_by", "decided_at"])
    return proposed


def _workable(wire_id: int, by: User) -> Wire:
    if not by.has_role(Role.EDITOR):
        raise NotAllowedError("Only an editor decides on codes, severity and rationale.")
    wire = Wire.objects.select_for_update().get(pk=wire_id)
    if wire.state in (Wire.State.WITHDRAWN, Wire.State.DISCARDED):
        raise WrongStateError(f"{wire} is {wire.state}; nothing on it changes any more.")
    return wire


def _renewed(wire: Wire, answer: T) -> T:
    """Make a decision on a public wire public: what keeps a wire from publication keeps it out."""
    if wire.is_public:
        _check_gate(Wire.objects.get(pk=wire.pk))
        changelog.publish(wire.pk, Change.Kind.RECODED)
    return answer


def _check_gate(wire: Wire) -> None:
    if failures := gate.failures(wire):
        raise GateClosedError(list(failures))


def _class(wire: Wire, given: Classing) -> str:
    """Set class and severity on the row in hand; returns what the written rule gives."""
    wire.event_class, wire.standard = given.event_class, given.standard
    wire.severity_reported = given.reported
    wire.factors = {
        name: dict(given.factors[name]) for name in severity.FACTORS if name in given.factors
    }
    wire.severity_note = given.note.strip() if given.override else ""
    ruled = gate.verified_level(gate.Dossier(wire, text_of(wire)))
    wire.severity_verified = given.override or ruled
    return ruled


def _save_class(wire: Wire, given: Classing, ruled: str, by: User) -> None:
    wire.save(
        update_fields=["event_class", "standard", "severity_reported", "severity_verified",
                       "severity_note", "factors"]
    )  # fmt: skip
    history.note(
        wire.pk, "classified", by=by, note=given.note,
        detail={"event_class": given.event_class, "standard": given.standard,
                "reported": given.reported, "verified": wire.severity_verified, "rule": ruled,
                "factors": wire.factors},
    )  # fmt: skip


def _levels(wire: Wire) -> tuple[str, str]:
    return wire.severity_reported, wire.severity_verified


def _is_graver(before: tuple[str, str], after: tuple[str, str]) -> bool:
    """Say whether a level becomes SEV-1 or SEV-2, or worse than it was; they sort by their digit."""
    return any(
        level in severity.GRAVE and (not was or level < was)
        for was, level in zip(before, after, strict=True)
    )
