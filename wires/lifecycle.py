"""The only module that moves a wire between states.

Every move locks the row, checks the actor's role and the state it expects, writes the row
and its history in one transaction, gives public changes their sequence number last, and
queues follow-up work on commit. The database's own trigger refuses what this module would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from wires import changelog, claims, coding, gate, history
from wires.intake.filing import FiledSource, Filing
from wires.models import (
    Alias,
    Change,
    Citation,
    MoveRequest,
    Notice,
    Provider,
    Source,
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
)
from wires.tasks import check_claims, propose, queue

State = Wire.State
GRAVE = (Wire.Severity.SEV_1, Wire.Severity.SEV_2)


def file(filing: Filing, *, by: User) -> tuple[Wire, bool]:
    """Store a filing as a draft. Returns the wire and whether it is new: one file is one wire."""
    _require(by, Role.REPORTER)
    try:
        with transaction.atomic():
            return _filed(filing, by), True
    except IntegrityError:
        # Somebody filed the same text before, or at this moment; else the filing itself is wrong.
        known = Wire.objects.filter(fingerprint=filing.fingerprint).first()
        if known is None:
            raise
        return known, False


@transaction.atomic
def submit(wire_id: int, *, by: User) -> Wire:
    """Hand a draft over to review: draft -> in review. It needs a text and a source."""
    wire = _locked(wire_id, State.DRAFT)
    _require(by, Role.REPORTER)
    if wire.filed_by_id != by.pk:
        _require(by, Role.EDITOR)
    if wire.current is None or not wire.current.citations.exists():
        raise RefusedError(f"{wire} needs a text and one source before it goes to review.")
    return _moved(wire, State.IN_REVIEW, "submitted", by)


@transaction.atomic
def send_back(wire_id: int, *, by: User, note: str) -> Wire:
    """Give it back to the reporter with a note: in review -> draft."""
    wire = _locked(wire_id, State.IN_REVIEW)
    _require(by, Role.EDITOR)
    _explained(note, "A wire is sent back with a note.")
    _close_requests(wire, by)
    return _moved(wire, State.DRAFT, "sent back", by, note)


@transaction.atomic
def publish(wire_id: int, *, by: User) -> Wire:
    """Make it public: in review -> published. The gate must be open; SEV-1 and SEV-2 go through `ask`."""
    wire = _locked(wire_id, State.IN_REVIEW)
    _require(by, Role.EDITOR)
    _gate_open(wire)
    if _is_grave(wire):
        raise SecondEditorNeededError(
            f"{wire} is {_worst(wire)}: ask for publication, and a second editor confirms it."
        )
    return _published(wire, by)


@transaction.atomic
def schedule(wire_id: int, *, by: User, at: datetime) -> Wire:
    """Set its time: in review -> scheduled. It stays invisible until then."""
    wire = _locked(wire_id, State.IN_REVIEW)
    _require(by, Role.EDITOR)
    _gate_open(wire)
    if _is_grave(wire):
        raise SecondEditorNeededError(
            f"{wire} is {_worst(wire)}: ask for publication at that time, and a second editor confirms it."
        )
    return _scheduled(wire, by, at)


@transaction.atomic
def unschedule(wire_id: int, *, by: User, note: str = "") -> Wire:
    """Take back its time: scheduled -> in review."""
    wire = _locked(wire_id, State.SCHEDULED)
    _require(by, Role.EDITOR)
    return _moved(
        wire, State.IN_REVIEW, "unscheduled", by, note, scheduled_for=None, scheduled_by=None
    )


def publish_due() -> list[Wire]:
    """Publish every wire whose time has come: scheduled -> published, for who scheduled it.

    The gate is checked again; where it has closed, the wire goes back to review with an alert.
    """
    return [
        wire for pk in Wire.objects.due().values_list("pk", flat=True) if (wire := _due(pk))
    ]


@transaction.atomic
def revise(
    wire_id: int,
    *,
    by: User,
    headline: str,
    body: str,
    note: str,
    sources: Sequence[FiledSource] = (),
) -> Version:
    """Give a wire a new text, citing the old sources and any new ones.

    Before publication it becomes the current text at once. On a public wire it waits,
    unseen, until `amend` puts it in place.
    """
    wire = _locked(wire_id, State.DRAFT, State.IN_REVIEW, State.PUBLISHED)
    _require(by, Role.EDITOR if wire.filed_by_id != by.pk or wire.is_public else Role.REPORTER)
    _explained(note, "A new version says what changed.")
    old = _text(wire)
    last = wire.versions.latest()
    new = Version.objects.create(
        wire=wire, number=last.number + 1, headline=headline, body=body, note=note, made_by=by
    )
    _cite(new, [(c.key, c.source) for c in old.citations.select_related("source")])
    _cite(new, [(source.key, _stored(source, by)) for source in sources])
    claims.split(new)
    if not wire.is_public:
        wire.current = new
        wire.save(update_fields=["current"])
        coding.carry_over(wire, old, new)
    history.note(wire.pk, "revised", by=by, note=note, detail={"version": new.number})
    _work_on(new)
    return new


@transaction.atomic
def amend(wire_id: int, *, by: User, notice: str) -> Wire:
    """Put the waiting version in place of a public text, with a notice of what was wrong."""
    wire = _locked(wire_id, State.PUBLISHED)
    _require(by, Role.EDITOR)
    _explained(notice, "An amendment of a public wire needs a notice.")
    old, new = _text(wire), wire.versions.latest()
    if new.number <= old.number:
        raise RefusedError(f"{wire} has no waiting version; write one first.")
    wire.current = new
    coding.carry_over(wire, old, new)
    _gate_open(wire, new)
    wire.save(update_fields=["current"])
    Notice.objects.create(wire=wire, kind=Notice.Kind.CORRECTION, text=notice, made_by=by)
    history.note(wire.pk, "amended", by=by, note=notice, detail={"version": new.number})
    return _made_public(wire, Change.Kind.AMENDED)


@transaction.atomic
def ask(
    wire_id: int,
    move: MoveRequest.Move,
    *,
    by: User,
    reason: str = "",
    at: datetime | None = None,
) -> MoveRequest:
    """Ask for a move that another person confirms: publish (SEV-1, SEV-2), dispute, resolve, withdraw."""
    wire = _locked(wire_id, *STARTS[move])
    _require(by, Role.EDITOR)
    if move == MoveRequest.Move.PUBLISH:
        _gate_open(wire)
    else:
        _explained(reason, f"To {move} a public wire needs a reason that readers see.")
    if wire.requests.filter(decided_at__isnull=True).exists():
        raise RefusedError(f"{wire} already has an open request; decide it first.")
    request = MoveRequest.objects.create(
        wire=wire, move=move, reason=reason.strip(), asked_by=by, scheduled_for=at
    )
    history.note(wire.pk, f"asked to {move}", by=by, note=reason)
    return request


@transaction.atomic
def confirm(request_id: int, *, by: User) -> Wire:
    """Make the move that somebody else asked for."""
    request = _open_request(request_id)
    wire = _locked(request.wire_id, *STARTS[MoveRequest.Move(request.move)])
    publishes = request.move == MoveRequest.Move.PUBLISH
    _require(by, Role.EDITOR if publishes else Role.SENIOR)
    if request.asked_by_id == by.pk:
        raise NotAllowedError("Nobody confirms their own request.")
    request.decided_by, request.decided_at, request.confirmed = by, timezone.now(), True
    request.save(update_fields=["decided_by", "decided_at", "confirmed"])
    history.note(wire.pk, f"confirmed to {request.move}", by=by)
    return _CONFIRMED[MoveRequest.Move(request.move)](wire, request)


@transaction.atomic
def decline(request_id: int, *, by: User, note: str) -> MoveRequest:
    """Say no to a request; who asked may take it back in the same way."""
    request = _open_request(request_id)
    wire = Wire.objects.select_for_update().get(pk=request.wire_id)
    if request.asked_by_id != by.pk:
        _require(by, Role.EDITOR if request.move == MoveRequest.Move.PUBLISH else Role.SENIOR)
    _explained(note, "A request is declined with a note.")
    request.decided_by, request.decided_at, request.confirmed = by, timezone.now(), False
    request.save(update_fields=["decided_by", "decided_at", "confirmed"])
    history.note(wire.pk, f"declined to {request.move}", by=by, note=note)
    return request


@transaction.atomic
def discard(wire_id: int, *, by: User, note: str) -> Wire:
    """Drop an unpublished wire: it leaves no public trace, and its id is not used again."""
    wire = _locked(wire_id, State.DRAFT, State.IN_REVIEW, State.SCHEDULED)
    _require(by, Role.EDITOR)
    _explained(note, "A wire is discarded with a note.")
    _close_requests(wire, by)
    return _moved(
        wire, State.DISCARDED, "discarded", by, note, scheduled_for=None, scheduled_by=None
    )


@transaction.atomic
def remark(wire_id: int, *, by: User, note: str) -> None:
    """Leave a remark in the desk's history; it changes nothing else and is not public."""
    wire = Wire.objects.select_for_update().get(pk=wire_id)
    _require(by, Role.REPORTER)
    _explained(note, "A remark has a text.")
    history.note(wire.pk, "remark", by=by, note=note.strip())


@transaction.atomic
def note_exhibits(wire_id: int, *, by: User, note: str) -> Wire:
    """Say on the page why no recipe bears on the wire."""
    wire = _locked(
        wire_id, State.DRAFT, State.IN_REVIEW, State.SCHEDULED, State.PUBLISHED, State.DISPUTED
    )
    _require(by, Role.EDITOR)
    wire.exhibit_note = note.strip()
    wire.save(update_fields=["exhibit_note"])
    history.note(wire.pk, "exhibit note", by=by, note=note)
    return wire


def _filed(filing: Filing, by: User) -> Wire:
    wire = Wire.objects.create(
        public_id=_next_public_id(),
        fingerprint=filing.fingerprint,
        filed_by=by,
        filed=_as_filed(filing),
        occurred_on=filing.occurred_on,
        severity_reported=filing.severity,
    )
    version = Version.objects.create(
        wire=wire, number=1, headline=filing.headline, body=filing.body,
        repairs=list(filing.repairs), made_by=by,
    )  # fmt: skip
    wire.current = version
    wire.save(update_fields=["current"])
    wire.providers.set([_provider(name) for name in filing.providers])
    for name in filing.aliases:
        Alias.objects.get_or_create(name=name, defaults={"wire": wire})
    _cite(version, [(source.key, _stored(source, by)) for source in filing.sources])
    claims.split(version)
    history.note(wire.pk, "filed", by=by, detail={"format": filing.format})
    _work_on(version)
    return wire


def _as_filed(filing: Filing) -> dict[str, Any]:
    kept = ("format", "severity", "event_class", "standard", "source_count", "rationale",
            "headline_was_made")  # fmt: skip
    data = asdict(filing)
    return {**{name: data[name] for name in kept}, "codes": list(filing.codes)}


def _next_public_id() -> str:
    """Take a number that no other wire gets, whatever becomes of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('wires_wire_number')")
        [number] = cursor.fetchone() or [None]
    return f"AIW-{timezone.now().year}-{number:04d}"


def _provider(name: str) -> Provider:
    """Return the provider of this name; another name of the same slug gets one of its own."""
    if known := Provider.objects.filter(name__iexact=name).first():
        return known
    slug = slugify(name)[:60]
    if not slug or Provider.objects.filter(slug=slug).exists():
        slug = f"{slug or 'provider'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    found, _ = Provider.objects.get_or_create(slug=slug, defaults={"name": name})
    return found


def _stored(filed: FiledSource, by: User) -> Source:
    """Put a document into the vault; one that is there already is used as it stands."""
    digest = hashlib.sha256(filed.text.encode()).hexdigest()
    source, _ = Source.objects.get_or_create(
        sha256=digest,
        defaults={
            "kind": filed.kind, "title": filed.title, "url": filed.url,
            "publisher": filed.publisher, "published_on": filed.published_on,
            "tier": filed.tier, "group": filed.group, "record_id": filed.record_id,
            "text": filed.text, "repairs": list(filed.repairs), "added_by": by,
        },
    )  # fmt: skip
    return _told_more(source, filed)


def _told_more(source: Source, filed: FiledSource) -> Source:
    """Fill in what was not known of a stored document; what is known stays as it is."""
    news = {
        name: value
        for name in ("title", "url", "publisher", "published_on", "tier", "group")
        if (value := getattr(filed, name)) and not getattr(source, name)
    }
    for name, value in news.items():
        setattr(source, name, value)
    if news:
        source.save(update_fields=list(news))
    return source


def _cite(version: Version, sources: Sequence[tuple[str, Source]]) -> None:
    start = version.citations.count()
    present = set(version.citations.values_list("source_id", flat=True))
    for position, (key, source) in enumerate(sources, start=start):
        if source.pk not in present:
            Citation.objects.create(version=version, source=source, key=key, position=position)
            present.add(source.pk)


def _work_on(version: Version) -> None:
    for task in (check_claims, propose):
        queue(task, version.pk)


def _locked(wire_id: int, *expected: str) -> Wire:
    wire = Wire.objects.select_for_update().get(pk=wire_id)
    if wire.state not in expected:
        wanted = " or ".join(State(state).value.replace("_", " ") for state in expected)
        raise WrongStateError(f"{wire} is {wire.state.replace('_', ' ')}, not {wanted}.")
    return wire


def _require(by: User, role: Role) -> None:
    if not by.has_role(role):
        raise NotAllowedError(f"{by.username} is no {role.value}, and this needs one.")


def _explained(text: str, problem: str) -> None:
    if not text.strip():
        raise RefusedError(problem)


def _text(wire: Wire) -> Version:
    if wire.current is None:
        raise RefusedError(f"{wire} has no text yet.")
    return wire.current


def _gate_open(wire: Wire, version: Version | None = None) -> None:
    if failures := gate.failures(wire, version):
        raise GateClosedError(list(failures))


def _worst(wire: Wire) -> str:
    return min(level for level in (wire.severity_reported, wire.severity_verified) if level)


def _is_grave(wire: Wire) -> bool:
    return wire.severity_reported in GRAVE or wire.severity_verified in GRAVE


def _moved(
    wire: Wire, state: State, act: str, by: User, note: str = "", **columns: Any
) -> Wire:
    wire.state = state
    for name, value in columns.items():
        setattr(wire, name, value)
    wire.save(update_fields=["state", *columns])
    history.note(wire.pk, act, by=by, note=note)
    return wire


def _published(wire: Wire, by: User) -> Wire:
    _moved(wire, State.PUBLISHED, "published", by, first_published_at=timezone.now(),
           scheduled_for=None, scheduled_by=None)  # fmt: skip
    return _made_public(wire, Change.Kind.PUBLISHED)


def _scheduled(wire: Wire, by: User, at: datetime) -> Wire:
    if at <= timezone.now():
        raise RefusedError("The time of publication lies in the past.")
    return _moved(
        wire,
        State.SCHEDULED,
        "scheduled",
        by,
        at.isoformat(),
        scheduled_for=at,
        scheduled_by=by,
    )


@transaction.atomic
def _due(wire_id: int) -> Wire | None:
    wire = Wire.objects.select_for_update(skip_locked=True).due().filter(pk=wire_id).first()
    if wire is None or wire.scheduled_by is None:
        return None
    by = wire.scheduled_by
    confirmed = wire.requests.filter(move=MoveRequest.Move.PUBLISH, confirmed=True).exists()
    failures = gate.failures(wire)
    if failures or (_is_grave(wire) and not confirmed):
        why = "; ".join(f"rule {failure.rule}: {failure.detail}" for failure in failures)
        why = why or f"it became {_worst(wire)}, which a second editor has to confirm"
        _moved(wire, State.IN_REVIEW, "alert: gate closed at its time", by, why,
               scheduled_for=None, scheduled_by=None)  # fmt: skip
        return None
    return _published(wire, by)


def _confirmed_publication(wire: Wire, request: MoveRequest) -> Wire:
    _gate_open(wire)
    if request.scheduled_for:
        return _scheduled(wire, request.asked_by, request.scheduled_for)
    return _published(wire, request.asked_by)


def _confirmed_dispute(wire: Wire, request: MoveRequest) -> Wire:
    _noticed(wire, Notice.Kind.DISPUTE, request)
    _moved(
        wire,
        State.DISPUTED,
        "disputed",
        request.asked_by,
        request.reason,
        public_reason=request.reason,
    )
    return _made_public(wire, Change.Kind.DISPUTED)


def _confirmed_resolution(wire: Wire, request: MoveRequest) -> Wire:
    _noticed(wire, Notice.Kind.DISPUTE, request)
    _moved(
        wire,
        State.PUBLISHED,
        "dispute resolved",
        request.asked_by,
        request.reason,
        public_reason="",
    )
    return _made_public(wire, Change.Kind.RESOLVED)


def _confirmed_withdrawal(wire: Wire, request: MoveRequest) -> Wire:
    _noticed(wire, Notice.Kind.WITHDRAWAL, request)
    _moved(wire, State.WITHDRAWN, "withdrawn", request.asked_by, request.reason,
           public_reason=request.reason, withdrawn_at=timezone.now())  # fmt: skip
    return _made_public(wire, Change.Kind.WITHDRAWN)


def _made_public(wire: Wire, kind: Change.Kind) -> Wire:
    changelog.publish(wire.pk, kind)
    wire.refresh_from_db()
    return wire


def _noticed(wire: Wire, kind: Notice.Kind, request: MoveRequest) -> None:
    Notice.objects.create(wire=wire, kind=kind, text=request.reason, made_by=request.asked_by)


def _open_request(request_id: int) -> MoveRequest:
    request = MoveRequest.objects.select_for_update().get(pk=request_id)
    if request.decided_at is not None:
        raise WrongStateError("This request has been decided already.")
    return request


def _close_requests(wire: Wire, by: User) -> None:
    wire.requests.filter(decided_at__isnull=True).update(
        decided_by=by, decided_at=timezone.now(), confirmed=False
    )


STARTS: dict[MoveRequest.Move, tuple[State, ...]] = {
    MoveRequest.Move.PUBLISH: (State.IN_REVIEW,),
    MoveRequest.Move.DISPUTE: (State.PUBLISHED,),
    MoveRequest.Move.RESOLVE: (State.DISPUTED,),
    MoveRequest.Move.WITHDRAW: (State.PUBLISHED, State.DISPUTED),
}
_CONFIRMED = {
    MoveRequest.Move.PUBLISH: _confirmed_publication,
    MoveRequest.Move.DISPUTE: _confirmed_dispute,
    MoveRequest.Move.RESOLVE: _confirmed_resolution,
    MoveRequest.Move.WITHDRAW: _confirmed_withdrawal,
}
