"""The only module that moves a wire between states.

Every move locks the row, checks the actor's role and the state it expects, writes the row
and its history in one transaction, gives public changes their sequence number last, and
queues follow-up work on commit. The database's own trigger refuses what this module would.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from wires import (
    aliases,
    blind,
    changelog,
    claims,
    coding,
    exhibits,
    gate,
    history,
    severity,
    vault,
)
from wires.filing import Tally, check, cite, store
from wires.intake.filing import Entry, FiledSource, Filing, Refused
from wires.models import (
    Change,
    Event,
    MoveRequest,
    Notice,
    Response,
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
    require,
    text_of,
)
from wires.tasks import check_claims, propose, queue

logger = logging.getLogger(__name__)
State = Wire.State
ALERT = "alert: gate closed at its time"
AGAIN = timedelta(hours=6)  # until the desk is told again of what goes on failing
OPEN = (State.DRAFT, State.IN_REVIEW, State.SCHEDULED)  # no reader knows of them
LEAST_SAID = 20  # characters of a party's response; a few words stand in many a document
AT_ONCE = (
    100  # entries of an archive to a transaction: few enough that nobody waits for it long
)


@transaction.atomic
def file(filing: Filing, *, by: User) -> tuple[Wire, bool]:
    """Store a filing as a draft. Returns the wire and whether it is new: one file is one wire."""
    require(by, Role.REPORTER)
    check(filing)
    [stored] = store([filing], by=by)
    if stored.is_new:
        _work_on(text_of(stored.wire))
    return stored.wire, stored.is_new


def file_all(entries: Iterable[Entry], *, by: User) -> Iterator[Tally]:
    """File the entries of an archive, so many to a transaction, and say what became of each.

    What is committed stays when it is stopped; the next run finds it and files the rest.
    Nothing is queued: two messages a wire would take two thirds of the filing's time again,
    and thousands of them would stand before the desk's own. The sweep hands the worker what it
    has time for.
    """
    require(by, Role.REPORTER)
    waiting = iter(entries)
    while chunk := list(islice(waiting, AT_ONCE)):
        yield _filed(chunk, by)


@transaction.atomic
def submit(wire_id: int, *, by: User) -> Wire:
    """Hand a draft over to review: draft -> in review. It needs a text and a source."""
    wire = _locked(wire_id, State.DRAFT)
    require(by, Role.REPORTER)
    if wire.filed_by_id != by.pk:
        require(by, Role.EDITOR)
    if wire.current is None or not wire.current.citations.exists():
        raise RefusedError(f"{wire} needs a text and one source before it goes to review.")
    return _moved(wire, State.IN_REVIEW, "submitted", by)


@transaction.atomic
def send_back(wire_id: int, *, by: User, note: str) -> Wire:
    """Give it back to the reporter with a note: in review -> draft."""
    wire = _locked(wire_id, State.IN_REVIEW)
    require(by, Role.EDITOR)
    _explained(note, "A wire is sent back with a note.")
    _close_requests(wire, by)
    return _moved(wire, State.DRAFT, "sent back", by, note)


@transaction.atomic
def publish(wire_id: int, *, by: User) -> Wire:
    """Make it public: in review -> published. The gate must be open; SEV-1 and SEV-2 go through `ask`."""
    aliases.lock()  # before the wire: publication joins names
    wire = _locked(wire_id, State.IN_REVIEW)
    require(by, Role.EDITOR)
    _gate_open(wire)
    if severity.is_grave(wire):
        raise SecondEditorNeededError(
            f"{wire} is {severity.worst(wire)}: ask for publication, and a second editor confirms it."
        )
    return _published(wire, by)


@transaction.atomic
def schedule(wire_id: int, *, by: User, at: datetime) -> Wire:
    """Set its time: in review -> scheduled. It stays invisible until then."""
    wire = _locked(wire_id, State.IN_REVIEW)
    require(by, Role.EDITOR)
    _gate_open(wire)
    if severity.is_grave(wire):
        raise SecondEditorNeededError(
            f"{wire} is {severity.worst(wire)}: ask for publication at that time, and a second editor confirms it."
        )
    return _scheduled(wire, by, at)


@transaction.atomic
def unschedule(wire_id: int, *, by: User, note: str = "") -> Wire:
    """Take back its time: scheduled -> in review."""
    wire = _locked(wire_id, State.SCHEDULED)
    require(by, Role.EDITOR)
    return _moved(
        wire, State.IN_REVIEW, "unscheduled", by, note, scheduled_for=None, scheduled_by=None
    )


def publish_due() -> list[Wire]:
    """Publish every wire whose time has come: scheduled -> published, for who scheduled it.

    The gate is checked again; where it has closed, the wire goes back to review with an alert.
    """
    return [
        wire
        for pk in list(Wire.objects.due().values_list("pk", flat=True))
        if (wire := _published_in_time(pk))
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

    A new source under a key that stands takes the place of the old one. Before publication it becomes the current text at once. On a public wire it waits,
    unseen, until `amend` puts it in place.
    """
    wire = _locked(wire_id, State.DRAFT, State.IN_REVIEW, State.PUBLISHED)
    is_own_draft = wire.filed_by_id == by.pk and wire.state == State.DRAFT
    require(by, Role.REPORTER if is_own_draft else Role.EDITOR)
    _explained(note, "A new version says what changed.")
    check(Filing("", headline, body, format="revision", sources=tuple(sources)))
    last = wire.versions.latest()
    new = Version.objects.create(
        wire=wire, number=last.number + 1, headline=headline, body=body, note=note, made_by=by
    )
    taken = {source.key for source in sources}
    cited = last.citations.select_related("source")
    kept = [(c.key, c.source) for c in cited if c.key not in taken]
    added = [(source.key, vault.stored(source, by=by)) for source in sources]
    cite([(new, [*kept, *added])])
    claims.split(new)
    claims.carry_over(last, new, by=by)
    if not wire.is_public:
        _close_requests(wire, by)  # they were asked for the text before
        wire.current = new
        wire.save(update_fields=["current"])
        coding.carry_over(wire, last, new)
        exhibits.carry_over(wire, last, new)
    history.note(wire.pk, "revised", by=by, note=note, detail={"version": new.number})
    _work_on(new)
    return new


@transaction.atomic
def amend(wire_id: int, *, by: User, notice: str, related: int | None = None) -> Wire:
    """Put the waiting version in place of a public text, with a notice of what was wrong.

    `related` is another public wire that the notice speaks of; its page shows it too.
    """
    _hold(wire_id, related)
    wire = _locked(wire_id, State.PUBLISHED)
    require(by, Role.EDITOR)
    _explained(notice, "An amendment of a public wire needs a notice.")
    other = _spoken_of(wire, related)
    old, new = text_of(wire), wire.versions.latest()
    if new.number <= old.number:
        raise RefusedError(f"{wire} has no waiting version; write one first.")
    wire.current = new
    coding.carry_over(wire, old, new)
    exhibits.carry_over(wire, old, new)
    _gate_open(wire, new)
    wire.save(update_fields=["current"])
    Notice.objects.create(
        wire=wire, kind=Notice.Kind.CORRECTION, text=notice, related=other, made_by=by
    )
    history.note(wire.pk, "amended", by=by, note=notice, detail={"version": new.number})
    return _made_public(wire, Change.Kind.AMENDED, other)


@transaction.atomic
def respond(
    wire_id: int, *, by: User, party: str, said_on: date, text: str, source: int
) -> Response:
    """Put a party's response on a wire, in its own words, as a document of the vault has them.

    On a wire that is not public it waits, and appears with it.
    """
    wire = _locked(wire_id, *OPEN, State.PUBLISHED, State.DISPUTED)
    require(by, Role.EDITOR)
    _explained(party, "A response names who gives it.")
    _explained(text, "A response has a text.")
    if said_on > timezone.now().date():
        raise RefusedError("A response is dated with the day on which it was given.")
    document = Source.objects.filter(pk=source).first()
    if document is None:
        raise RefusedError(f"The vault has no source {source}.")
    if document.kind in (Source.Text.RECORD, Source.Text.NOTES):
        raise RefusedError(
            f"The text of this source is {document.get_kind_display().lower()}: others' words, not "
            "the party's. Store the document in which the party says it."
        )
    if len(_folded(text)) < LEAST_SAID:
        raise RefusedError(
            f"A response has at least {LEAST_SAID} characters: quote the whole sentence."
        )
    if _folded(text) not in _folded(document.text):
        raise RefusedError(
            "The response does not stand in the source in these words. Quote it as it stands there, "
            "or store the document that has it."
        )
    response = Response.objects.create(
        wire=wire, party=party.strip(), said_on=said_on, text=text.strip(), source=document,
        made_by=by,
    )  # fmt: skip
    history.note(wire.pk, "response put", by=by, detail={"party": response.party})
    if wire.is_public:
        changelog.publish(wire.pk, Change.Kind.RESPONDED)
    return response


@transaction.atomic
def merge(wire_id: int, *, into: int, by: User, note: str) -> Wire:
    """Let a wire that no reader knows lead to the one that tells the same event: -> discarded.

    Its names lead to the other from then on. A public wire is merged through `ask`.
    """
    _hold(wire_id, into)
    wire = _locked(wire_id, *OPEN)
    require(by, Role.EDITOR)
    _explained(note, "A wire is merged with a note.")
    other = _survivor(wire, into, *OPEN, State.PUBLISHED, State.DISPUTED)
    _close_requests(wire, by)
    _moved(wire, State.DISCARDED, "merged", by, f"Into {other}: {note.strip()}",
           merged_into=other, scheduled_for=None, scheduled_by=None)  # fmt: skip
    for grown in _taken_over(wire, other, by):
        changelog.publish(grown.pk, Change.Kind.LINKED)
    return wire


@transaction.atomic
def ask(
    wire_id: int,
    move: MoveRequest.Move,
    *,
    by: User,
    reason: str = "",
    at: datetime | None = None,
    into: int | None = None,
    related: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> MoveRequest:
    """Ask for a move that another person confirms, with the reason that readers will see.

    To publish (SEV-1, SEV-2) at once or `at` a time, to dispute, to resolve, to withdraw; to
    merge `into` another public wire; to regrade a public wire to SEV-1 or SEV-2 as `detail`, a
    classing (see `coding.Classing`), says. `related` is another public wire that the notice
    speaks of.
    """
    wire = _locked(wire_id, *STARTS[move])
    require(by, Role.EDITOR)
    if move == MoveRequest.Move.PUBLISH:
        _gate_open(wire)
    else:
        _explained(reason, f"To {move} a public wire needs a reason that readers see.")
    if wire.requests.filter(decided_at__isnull=True).exists():
        raise RefusedError(f"{wire} already has an open request; decide it first.")
    other = _survivor(wire, into, State.PUBLISHED, State.DISPUTED) if _merges(move) else None
    request = MoveRequest.objects.create(
        wire=wire, move=move, reason=reason.strip(), asked_by=by, scheduled_for=at, into=other,
        detail=_asked(wire, move, _spoken_of(wire, related), detail or {}),
    )  # fmt: skip
    history.note(wire.pk, f"asked to {move}", by=by, note=reason)
    return request


@transaction.atomic
def confirm(request_id: int, *, by: User) -> Wire:
    """Make the move that somebody else asked for."""
    request = _open_request(request_id)
    wire = _locked(request.wire_id, *STARTS[MoveRequest.Move(request.move)])
    publishes = request.move == MoveRequest.Move.PUBLISH
    require(by, Role.EDITOR if publishes else Role.SENIOR)
    if request.asked_by_id == by.pk:
        raise NotAllowedError("Nobody confirms their own request.")
    if publishes and not _is_as_asked(wire, request):
        raise WrongStateError(
            f"The text or the severity of {wire} has changed since this was asked: decline it, "
            "and ask again."
        )
    request.decided_by, request.decided_at, request.confirmed = by, timezone.now(), True
    request.save(update_fields=["decided_by", "decided_at", "confirmed"])
    history.note(wire.pk, f"confirmed to {request.move}", by=by)
    return _CONFIRMED[MoveRequest.Move(request.move)](wire, request)


@transaction.atomic
def decline(request_id: int, *, by: User, note: str) -> MoveRequest:
    """Say no to a request; who asked may take it back in the same way."""
    request = _open_request(request_id)
    wire = Wire.objects.get(pk=request.wire_id)
    is_own = request.asked_by_id == by.pk or request.move == MoveRequest.Move.PUBLISH
    require(by, Role.EDITOR if is_own else Role.SENIOR)
    _explained(note, "A request is declined with a note.")
    request.decided_by, request.decided_at, request.confirmed = by, timezone.now(), False
    request.save(update_fields=["decided_by", "decided_at", "confirmed"])
    history.note(wire.pk, f"declined to {request.move}", by=by, note=note)
    return request


@transaction.atomic
def discard(wire_id: int, *, by: User, note: str) -> Wire:
    """Drop an unpublished wire: it leaves no public trace, and its id is not used again."""
    wire = _locked(wire_id, State.DRAFT, State.IN_REVIEW, State.SCHEDULED)
    require(by, Role.EDITOR)
    _explained(note, "A wire is discarded with a note.")
    _close_requests(wire, by)
    return _moved(
        wire, State.DISCARDED, "discarded", by, note, scheduled_for=None, scheduled_by=None
    )


@transaction.atomic
def remark(wire_id: int, *, by: User, note: str) -> None:
    """Leave a remark in the desk's history; it changes nothing else and is not public."""
    wire = Wire.objects.select_for_update().get(pk=wire_id)
    require(by, Role.REPORTER)
    _explained(note, "A remark has a text.")
    history.note(wire.pk, "remark", by=by, note=note.strip())


@transaction.atomic
def note_exhibits(wire_id: int, *, by: User, note: str) -> Wire:
    """Say in the record why no recipe bears on the wire; of a public wire it is a change."""
    wire = _locked(
        wire_id, State.DRAFT, State.IN_REVIEW, State.SCHEDULED, State.PUBLISHED, State.DISPUTED
    )
    require(by, Role.EDITOR)
    wire.exhibit_note = note.strip()
    wire.save(update_fields=["exhibit_note"])
    history.note(wire.pk, "exhibit note", by=by, note=note)
    return _made_public(wire, Change.Kind.EXHIBITED) if wire.is_public else wire


def _filed(entries: Sequence[Entry], by: User) -> Tally:
    """File a few entries together; where the database refuses one, each by itself."""
    filings = [entry for entry in entries if isinstance(entry, Filing)]
    refused = [entry for entry in entries if isinstance(entry, Refused)]
    try:
        with transaction.atomic():
            stored = store(filings, by=by)
    except (IntegrityError, DataError) as error:
        if len(filings) > 1:
            parts = [_filed([filing], by) for filing in filings]
            filed = tuple(wire for part in parts for wire in part.filed)
            refused += [entry for part in parts for entry in part.refused]
            return Tally(filed, sum(part.duplicate for part in parts), tuple(refused))
        [filing], stored = filings, []
        reason = str(error).splitlines()[0]
        refused.append(Refused(filing.record or filing.headline, f"The database: {reason}"))
    new = tuple(row.wire for row in stored if row.is_new)
    return Tally(new, len(stored) - len(new), tuple(refused))


def _work_on(version: Version) -> None:
    for task in (check_claims, propose):
        queue(task, version.pk)


def _locked(wire_id: int, *expected: str) -> Wire:
    wire = Wire.objects.select_for_update().get(pk=wire_id)
    if wire.state not in expected:
        wanted = " or ".join(State(state).value.replace("_", " ") for state in expected)
        raise WrongStateError(f"{wire} is {wire.state.replace('_', ' ')}, not {wanted}.")
    return wire


def _hold(*wire_ids: int | None) -> None:
    """Lock the wires of an act before anything else of it, in the order that every act has.

    The names first: whoever writes two wires, or joins names, waits for the others who do.
    """
    aliases.lock()
    known = [wire_id for wire_id in wire_ids if wire_id is not None]
    list(Wire.objects.select_for_update().filter(pk__in=known).order_by("pk"))


def _explained(text: str, problem: str) -> None:
    if not text.strip():
        raise RefusedError(problem)


def _gate_open(wire: Wire, version: Version | None = None) -> None:
    if failures := gate.failures(wire, version):
        raise GateClosedError(list(failures))


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
    _close_requests(wire, by)
    blind.reveal(wire)
    _moved(wire, State.PUBLISHED, "published", by, first_published_at=timezone.now(),
           scheduled_for=None, scheduled_by=None)  # fmt: skip
    linked = aliases.join_public(wire)
    made = _made_public(wire, Change.Kind.PUBLISHED)
    for other in linked:
        changelog.publish(other.pk, Change.Kind.LINKED)
    return made


def _scheduled(wire: Wire, by: User, at: datetime) -> Wire:
    if at <= timezone.now():
        raise RefusedError("The time of publication lies in the past.")
    _close_requests(wire, by)
    return _moved(
        wire,
        State.SCHEDULED,
        "scheduled",
        by,
        at.isoformat(),
        scheduled_for=at,
        scheduled_by=by,
    )


def _published_in_time(wire_id: int) -> Wire | None:
    """Publish one wire; what goes wrong with it is told in its history and holds up no other."""
    try:
        return _due(wire_id)
    except Exception as error:
        logger.exception("wire %s was not published at its time", wire_id)
        why = f"It could not be published: {type(error).__name__}. It is tried again."
        told = Event.objects.filter(wire=wire_id, act=ALERT, note=why)
        if not told.filter(at__gt=timezone.now() - AGAIN).exists():
            wire = Wire.objects.get(pk=wire_id)
            history.note(wire_id, ALERT, by=wire.scheduled_by or wire.filed_by, note=why)
        return None


@transaction.atomic
def _due(wire_id: int) -> Wire | None:
    aliases.lock()
    wire = Wire.objects.select_for_update(skip_locked=True).due().filter(pk=wire_id).first()
    if wire is None or wire.scheduled_by is None:
        return None
    by = wire.scheduled_by
    failures = gate.failures(wire)
    why = "; ".join(f"rule {failure.rule}: {failure.detail}" for failure in failures)
    if not by.has_role(Role.EDITOR):
        why = why or f"{by.username}, who scheduled it, is no editor any more"
    if severity.is_grave(wire) and not _is_confirmed(wire):
        why = why or f"it became {severity.worst(wire)}, which a second editor has to confirm"
    if why:
        _moved(wire, State.IN_REVIEW, ALERT, by, why,
               scheduled_for=None, scheduled_by=None)  # fmt: skip
        return None
    return _published(wire, by)


def _is_confirmed(wire: Wire) -> bool:
    """Say whether another person confirmed this text, at this severity, for this time."""
    confirmed = wire.requests.filter(move=MoveRequest.Move.PUBLISH, confirmed=True)
    request = confirmed.order_by("-decided_at").first()
    return (
        request is not None
        and request.scheduled_for == wire.scheduled_for
        and _is_as_asked(wire, request)
    )


def _is_as_asked(wire: Wire, request: MoveRequest) -> bool:
    now = _as_it_is(wire)
    return all(request.detail.get(name) == value for name, value in now.items())


def _as_it_is(wire: Wire) -> dict[str, Any]:
    """Return what a publication is asked and confirmed for; the database compares it too."""
    return {
        "version": text_of(wire).number,
        "reported": wire.severity_reported,
        "verified": wire.severity_verified,
    }


def _confirmed_publication(wire: Wire, request: MoveRequest) -> Wire:
    _gate_open(wire)
    if request.scheduled_for:
        return _scheduled(wire, request.asked_by, request.scheduled_for)
    return _published(wire, request.asked_by)


def _confirmed_dispute(wire: Wire, request: MoveRequest) -> Wire:
    other = _noticed(wire, Notice.Kind.DISPUTE, request)
    _moved(
        wire,
        State.DISPUTED,
        "disputed",
        request.asked_by,
        request.reason,
        public_reason=request.reason,
    )
    return _made_public(wire, Change.Kind.DISPUTED, other)


def _confirmed_resolution(wire: Wire, request: MoveRequest) -> Wire:
    other = _noticed(wire, Notice.Kind.DISPUTE, request)
    _moved(
        wire,
        State.PUBLISHED,
        "dispute resolved",
        request.asked_by,
        request.reason,
        public_reason="",
    )
    return _made_public(wire, Change.Kind.RESOLVED, other)


def _confirmed_withdrawal(wire: Wire, request: MoveRequest) -> Wire:
    other = _noticed(wire, Notice.Kind.WITHDRAWAL, request)
    _moved(wire, State.WITHDRAWN, "withdrawn", request.asked_by, request.reason,
           public_reason=request.reason, withdrawn_at=timezone.now())  # fmt: skip
    return _made_public(wire, Change.Kind.WITHDRAWN, other)


def _confirmed_merge(wire: Wire, request: MoveRequest) -> Wire:
    by = request.asked_by
    other = _survivor(wire, request.into_id, State.PUBLISHED, State.DISPUTED)
    said = f"Merged into {other}: {request.reason}"
    Notice.objects.create(
        wire=wire, kind=Notice.Kind.WITHDRAWAL, text=said, related=other, made_by=by
    )
    _moved(wire, State.WITHDRAWN, "merged", by, said, merged_into=other, public_reason=said,
           withdrawn_at=timezone.now())  # fmt: skip
    grown = _taken_over(wire, other, by)
    return _made_public(wire, Change.Kind.MERGED, other, *grown)


def _confirmed_regrade(wire: Wire, request: MoveRequest) -> Wire:
    if request.detail["version"] != text_of(wire).number:
        raise WrongStateError(
            f"The text of {wire} has changed since this was asked: decline it, and ask again."
        )
    other = _noticed(wire, Notice.Kind.CORRECTION, request)
    graver = coding.regrade(request)
    if other is not None:
        changelog.publish(other.pk, Change.Kind.LINKED)
    return graver


def _made_public(wire: Wire, kind: Change.Kind, *others: Wire | None) -> Wire:
    """Give a change its place in the log, then the other wires whose records it touches."""
    changelog.publish(wire.pk, kind)
    for pk in dict.fromkeys(other.pk for other in others if other is not None):
        changelog.publish(pk, Change.Kind.LINKED)
    wire.refresh_from_db()
    return wire


def _noticed(wire: Wire, kind: Notice.Kind, request: MoveRequest) -> Wire | None:
    """Say in public why; returns the other wire that the notice speaks of."""
    other = _spoken_of(wire, request.detail.get("related"))
    Notice.objects.create(
        wire=wire, kind=kind, text=request.reason, related=other, made_by=request.asked_by
    )
    return other


def _spoken_of(wire: Wire, related: int | None) -> Wire | None:
    """Return the wire that a notice names; a notice never names one that readers do not know."""
    if related is None:
        return None
    other = Wire.objects.public().exclude(pk=wire.pk).filter(pk=related).first()
    if other is None:
        raise RefusedError(f"A notice on {wire} can name another public wire only.")
    return other


def _survivor(wire: Wire, into: int | None, *expected: State) -> Wire:
    others = Wire.objects.select_related("merged_into").exclude(pk=wire.pk)
    other = others.filter(pk=into or 0).first()
    if other is None:
        raise RefusedError(f"Name another wire that {wire} is to be merged into.")
    if other.state not in expected:
        gone = f" and was merged into {other.merged_into}" if other.merged_into else ""
        wanted = "a public wire that stands" if wire.is_public else "a wire that stands"
        raise WrongStateError(
            f"{other} is {State(other.state).label.lower()}{gone}: {wire} is merged with {wanted}."
        )
    return other


def _taken_over(wire: Wire, other: Wire, by: User) -> list[Wire]:
    """Let the names of a merged wire lead to the other; returns public wires whose names grew."""
    history.note(other.pk, "took over", by=by, detail={"wire": wire.public_id})
    return aliases.take_over(other, wire)


def _merges(move: MoveRequest.Move) -> bool:
    return move == MoveRequest.Move.MERGE


def _asked(
    wire: Wire, move: MoveRequest.Move, other: Wire | None, detail: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a request has to remember besides its reason."""
    found: dict[str, Any] = {"related": other.pk} if other else {}
    if move == MoveRequest.Move.PUBLISH:
        found |= _as_it_is(wire)
    if move == MoveRequest.Move.REGRADE:
        given = coding.Classing.from_json(detail)
        coding.check_regrade(wire.pk, given)
        found |= {"version": text_of(wire).number, "classing": given.as_json()}
    return found


def _folded(text: str) -> str:
    return " ".join(text.split())


def _open_request(request_id: int) -> MoveRequest:
    """Lock the wires of a request, then the request: the order of every other act."""
    asked = MoveRequest.objects.get(pk=request_id)
    _hold(asked.wire_id, asked.into_id, asked.detail.get("related"))
    request = MoveRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
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
    MoveRequest.Move.MERGE: (State.PUBLISHED, State.DISPUTED),
    MoveRequest.Move.REGRADE: (State.PUBLISHED, State.DISPUTED),
}
_CONFIRMED = {
    MoveRequest.Move.PUBLISH: _confirmed_publication,
    MoveRequest.Move.DISPUTE: _confirmed_dispute,
    MoveRequest.Move.RESOLVE: _confirmed_resolution,
    MoveRequest.Move.WITHDRAW: _confirmed_withdrawal,
    MoveRequest.Move.MERGE: _confirmed_merge,
    MoveRequest.Move.REGRADE: _confirmed_regrade,
}
