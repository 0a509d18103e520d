"""Bulk classification: the only writer of batches. One bulk act is one batch, and can be undone.

A batch puts the codes that the classifier ticked, or asks the active classifier again and puts
nothing. It queues nothing: its callers do, on commit. A batch of codes that would touch more of
the public archive than the brake allows waits for a senior editor; one of proposals changes
nothing that is public, so the brake lets it go.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from classifier import engine
from classifier.models import ClassifierVersion
from wires import brake, changelog, coding, proposing
from wires.models import (
    Batch,
    BatchItem,
    Coding,
    Proposal,
    ProposedCode,
    User,
    Wire,
    WireQuerySet,
)
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError, require

Kind = Batch.Kind
Progress = Batch.Progress
Item = BatchItem.Progress
AT_WORK = (Progress.RUNNING, Progress.UNDOING)
PROBLEM = 300  # characters that are kept of what went wrong on a wire
logger = logging.getLogger(__name__)
SILENCE = timedelta(seconds=60)  # after which a batch at work has lost its worker


@dataclass(frozen=True, slots=True)
class Selection:
    """Which wires a batch is for, and what it does.

    For a batch of codes, only those count that the classifier has ticked a code for, and whose
    proposal is not hidden.
    """

    states: tuple[str, ...]
    uncoded: bool = False
    filed_until: date | None = None
    kind: str = Kind.CODES

    def wires(self) -> WireQuerySet:
        found = Wire.objects.workable().in_states(self.states).filter(current__isnull=False)
        if self.kind == Kind.CODES:
            shown = Proposal.objects.newest().exclude(pk__in=Proposal.objects.hidden())
            ticked = ProposedCode.objects.filter(
                proposal__in=shown, ticked=True, decision=ProposedCode.Decision.OPEN
            ).values("proposal__version")
            found = found.filter(current__in=ticked)
        if self.uncoded:
            found = found.exclude(pk__in=Coding.objects.values("wire"))
        if self.filed_until:
            found = found.filter(filed_at__date__lte=self.filed_until)
        return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch would touch, and whether two people have to want it."""

    wires: int
    load: brake.Load
    kind: str = Kind.CODES

    @property
    def changes_codes(self) -> bool:
        return self.kind == Kind.CODES

    @property
    def braked(self) -> bool:
        return self.changes_codes and self.load.is_braked


def plan(selection: Selection) -> Plan:
    """Count what a batch of this selection would touch now."""
    wires = selection.wires()
    return Plan(wires.count(), brake.load(wires.values("pk")), selection.kind)


@transaction.atomic
def start(title: str, selection: Selection, *, by: User) -> Batch:
    """Begin a batch over the wires that the selection names now; later ones do not join it."""
    require(by, Role.EDITOR)
    if not title.strip():
        raise RefusedError("Give the batch a title; readers see it beside the codes.")
    changelog.hold()  # two starts are counted in turn
    counted = plan(selection)
    if not counted.wires:
        raise RefusedError(
            "The classifier has ticked no undecided code on any such wire."
            if counted.changes_codes
            else "There is no such wire."
        )
    batch = Batch.objects.create(
        title=title.strip(),
        kind=selection.kind,
        selection=_as_json(selection),
        classifier=_classifier(selection),
        progress=Progress.ASKED if counted.braked else Progress.RUNNING,
        braked=counted.braked,
        started_by=by,
    )
    touched = selection.wires().order_by("pk").values_list("pk", flat=True)
    BatchItem.objects.bulk_create(
        (BatchItem(batch=batch, wire_id=pk) for pk in touched), batch_size=1000
    )
    return batch


@transaction.atomic
def confirm(batch_id: int, *, by: User) -> Batch:
    """Let a batch go that the brake holds."""
    batch = _decided(batch_id, by)
    batch.progress = Progress.RUNNING
    batch.save(update_fields=["progress", "decided_by", "decided_at"])
    return batch


@transaction.atomic
def decline(batch_id: int, *, by: User) -> Batch:
    """Say no to a batch that the brake holds; nothing of it happens."""
    batch = _decided(batch_id, by)
    batch.progress, batch.ended_at = Progress.DECLINED, timezone.now()
    batch.save(update_fields=["progress", "decided_by", "decided_at", "ended_at"])
    return batch


@transaction.atomic
def pause(batch_id: int, *, by: User) -> Batch:
    """Stop at once; the wire that is being worked on at this moment is the last one."""
    require(by, Role.EDITOR)
    return _moved(_locked(batch_id, Progress.RUNNING), Progress.PAUSED, "paused", by)


@transaction.atomic
def resume(batch_id: int, *, by: User) -> Batch:
    """Go on. What is left is counted anew: past the brake, another senior editor has to do it."""
    require(by, Role.EDITOR)
    batch = _locked(batch_id, Progress.PAUSED)
    changelog.hold()
    load = brake.load(batch.items.filter(progress=Item.WAITING).values("wire"))
    if batch.kind == Kind.CODES and load.is_braked and not batch.braked:
        if not by.has_role(Role.SENIOR) or by.pk == batch.started_by_id:
            raise NotAllowedError(
                f"Going on with it changes {load.public} public wires, after {load.recent} others "
                "within a day: a senior editor who did not start it has to do it."
            )
        batch.braked, batch.decided_by, batch.decided_at = True, by, timezone.now()
    return _moved(batch, Progress.RUNNING, "resumed", by)


@transaction.atomic
def undo(batch_id: int, *, by: User) -> Batch:
    """Begin to take everything back; wires that an editor decided on since are left alone.

    What needed two people to be done needs a senior editor to be undone.
    """
    require(by, Role.EDITOR)
    batch = _locked(batch_id, Progress.RUNNING, Progress.PAUSED, Progress.FINISHED)
    changelog.hold()
    load = brake.load(batch.items.filter(progress=Item.APPLIED).values("wire"))
    needs_a_senior = load.is_braked or (batch.braked and load.public > 0)
    if batch.kind == Kind.CODES and needs_a_senior and not by.has_role(Role.SENIOR):
        raise NotAllowedError(
            f"Undoing it changes {load.public} public wires, after {load.recent} others within a "
            "day: a senior editor has to do it."
        )
    batch.ended_at, batch.undone_by = None, by
    return _moved(batch, Progress.UNDOING, "undone", by)


@transaction.atomic
def review(wire_id: int, *, by: User) -> list[str]:
    """Confirm the codes that batches put on a wire: it is reviewed from now on."""
    codes = coding.confirm_bulk(wire_id, by=by)
    BatchItem.objects.filter(
        wire=wire_id, batch__kind=Kind.CODES, progress=Item.APPLIED, reviewed_at__isnull=True
    ).update(reviewed_by=by, reviewed_at=timezone.now())
    return codes


def proposes(batch_id: int) -> bool:
    """Say whether a batch asks the classifier, which reads every text."""
    return Batch.objects.filter(pk=batch_id, kind=Kind.PROPOSALS).exists()


def step(batch_id: int, *, limit: int) -> bool:
    """Work on at most `limit` wires, each in its own transaction; return whether more is left.

    Killed at any point it loses at most the wire at hand, and two that step the same batch
    never work on one wire twice.
    """
    for _ in range(limit):
        batch = Batch.objects.select_related("started_by", "undone_by").get(pk=batch_id)
        if batch.progress not in AT_WORK:
            return False
        item = _todo(batch).first()
        if item is None:
            _ended(batch_id)
            return False
        _worked(batch, item)
    return True


@dataclass(frozen=True, slots=True)
class Report:
    """What a batch of proposals would change, were its ticks put in place of those before.

    Wires whose proposal is hidden are left out, so that a count tells nothing of them.
    """

    wires: int
    newly: tuple[tuple[str, int], ...]
    no_longer: tuple[tuple[str, int], ...]
    abstained: int
    hidden: int


def report(batch: Batch) -> Report:
    """Compare what a batch of proposals ticked with what had been ticked before."""
    done = batch.items.filter(progress=Item.APPLIED)
    hidden = Proposal.objects.hidden().values("version__wire")
    rows = list(done.exclude(wire__in=hidden).values_list("before", "after"))
    newly = Counter(code for before, after in rows for code in after if code not in before)
    gone = Counter(code for before, after in rows for code in before if code not in after)
    return Report(
        wires=len(rows),
        newly=tuple(sorted(newly.items(), key=_by_count)),
        no_longer=tuple(sorted(gone.items(), key=_by_count)),
        abstained=sum(bool(before) and not after for before, after in rows),
        hidden=done.filter(wire__in=hidden).count(),
    )


def left_behind() -> list[int]:
    """Return batches at work on which nothing has moved for a while: their worker is gone."""
    limit = timezone.now() - SILENCE
    at_work = Batch.objects.filter(progress__in=AT_WORK).annotate(
        moved=Coalesce(Max("items__done_at"), "started_at")
    )
    return list(at_work.filter(moved__lt=limit).values_list("pk", flat=True))


def _todo(batch: Batch) -> Any:
    undoing = batch.progress == Progress.UNDOING
    # In an undoing, what waited stays untouched.
    return batch.items.filter(progress=Item.APPLIED if undoing else Item.WAITING)


def _worked(batch: Batch, found: BatchItem) -> None:
    """Work on one wire. What fails on it is kept with its item, and the others have their turn.

    Where the machine and not the wire is at fault it raises, and the batch is taken up later.
    """
    try:
        said = _asked(batch, found)  # no row is locked yet: nobody waits for the classifier
        _done(batch, found, said)
    except (OperationalError, InterfaceError, engine.EncoderError):
        raise
    except RefusedError as error:
        _failed(batch, found, _words(error))
    except Exception as error:
        logger.exception("batch %s failed on wire %s", batch.pk, found.wire_id)
        told = f"{type(error).__name__}: {error}"[:PROBLEM]
        _failed(
            batch, found, "".join(one if one.isprintable() else " " for one in told).strip()
        )


def _asked(batch: Batch, found: BatchItem) -> proposing.Said | None:
    """Return what the classifier says; None where it is not asked, or its answer is stored."""
    if batch.kind != Kind.PROPOSALS or batch.progress == Progress.UNDOING:
        return None
    wire = Wire.objects.get(pk=found.wire_id)
    if wire.current_id is None:
        raise RefusedError(f"{wire} has no text.")
    try:
        return proposing.ask_anew(wire.current_id, batch=batch)
    except proposing.OtherClassifierError as error:
        raise RefusedError(
            f"{error} This batch is for classifier {batch.classifier}: start another one."
        ) from error


@transaction.atomic
def _done(batch: Batch, found: BatchItem, said: proposing.Said | None) -> None:
    wire, item = _held(batch, found)
    if item is None or (said and said.version.pk != wire.current_id):
        return  # a wire with another text by now is asked about again
    if batch.progress == Progress.UNDOING:
        item.progress = _undone(batch, item)
    elif batch.kind == Kind.PROPOSALS:
        item.progress = _proposed(batch, item, said)
    else:
        item.progress = _applied(batch, item, wire)
    _kept(item)


@transaction.atomic
def _failed(batch: Batch, found: BatchItem, problem: str) -> None:
    _, item = _held(batch, found)
    if item is None:
        return
    item.problem = problem
    item.progress = Item.KEPT if batch.progress == Progress.UNDOING else Item.FAILED
    _kept(item)


def _held(batch: Batch, found: BatchItem) -> tuple[Wire, BatchItem | None]:
    """Lock the rows of an item; None in its place where it or the batch has moved since."""
    # The wire's row first, as every act locks it; then the batch's, which nobody pauses or
    # undoes from here on.
    wire = Wire.objects.select_for_update().get(pk=found.wire_id)
    progress = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk).progress
    item = BatchItem.objects.select_for_update().get(pk=found.pk)
    unmoved = (progress, item.progress) == (batch.progress, found.progress)
    return wire, item if unmoved else None


def _kept(item: BatchItem) -> None:
    item.done_at = timezone.now()
    item.save(update_fields=["progress", "before", "after", "problem", "done_at"])


def _applied(batch: Batch, item: BatchItem, wire: Wire) -> BatchItem.Progress:
    published = wire.first_published_at
    if published and published > batch.started_at:
        raise RefusedError(f"{wire} was published after the batch had begun; code it by hand.")
    item.after = coding.put_in_bulk(item.wire_id, by=batch.started_by, batch=batch.title)
    return Item.APPLIED if item.after else Item.UNCHANGED


def _proposed(
    batch: Batch, item: BatchItem, said: proposing.Said | None
) -> BatchItem.Progress:
    """Store a proposal beside those that are there; note what was ticked and what is."""
    if said is None:
        return Item.UNCHANGED
    before = Proposal.objects.filter(version=said.version).first()
    made = proposing.store_anew(said, batch=batch)
    if made is None:
        return Item.UNCHANGED
    item.before, item.after = _ticked(before), _ticked(made)
    return Item.APPLIED


def _ticked(proposal: Proposal | None) -> list[str]:
    ticked = proposal.codes.filter(ticked=True) if proposal else ProposedCode.objects.none()
    return sorted(ticked.values_list("code__code", flat=True))


def _undone(batch: Batch, item: BatchItem) -> BatchItem.Progress:
    if batch.kind == Kind.PROPOSALS:
        proposing.take_back(batch, item.wire_id)
        return Item.UNDONE
    by = batch.undone_by or batch.started_by
    coding.take_back_bulk(item.wire_id, item.after, by=by, batch=batch.title)
    return Item.UNDONE


@transaction.atomic
def _ended(batch_id: int) -> None:
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.progress in AT_WORK and not _todo(batch).exists():
        undoing = batch.progress == Progress.UNDOING
        batch.ended_at = timezone.now()
        batch.progress = Progress.UNDONE if undoing else Progress.FINISHED
        batch.save(update_fields=["progress", "ended_at"])


def _classifier(selection: Selection) -> ClassifierVersion:
    """Return the classifier whose ticks are put, or the one that is to be asked."""
    if selection.kind == Kind.CODES:
        said = Proposal.objects.filter(version__wire__in=selection.wires())
        return said.select_related("classifier").order_by("-made_at")[0].classifier
    active = ClassifierVersion.objects.filter(active=True).first()
    if active is None:
        raise RefusedError("No classifier is active, so there is nothing new to propose.")
    return active


def _by_count(pair: tuple[str, int]) -> tuple[int, str]:
    code, count = pair
    return -count, code


def _as_json(selection: Selection) -> dict[str, Any]:
    until = selection.filed_until
    given: Mapping[str, Any] = asdict(selection)
    return {**given, "filed_until": until.isoformat() if until else None}


def _words(error: RefusedError) -> str:
    failures = getattr(error, "failures", ())
    details = "; ".join(f"rule {row.rule}: {row.detail}" for row in failures)
    return f"{error} {details}".strip()


def _locked(batch_id: int, *expected: Batch.Progress) -> Batch:
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.progress not in expected:
        raise WrongStateError(f"“{batch}” is {batch.progress}; that cannot be done to it now.")
    return batch


def _decided(batch_id: int, by: User) -> Batch:
    batch = _locked(batch_id, Progress.ASKED)
    require(by, Role.SENIOR)
    if batch.started_by_id == by.pk:
        raise NotAllowedError("Nobody confirms their own request.")
    batch.decided_by, batch.decided_at = by, timezone.now()
    return batch


def _moved(batch: Batch, progress: Batch.Progress, act: str, by: User) -> Batch:
    batch.progress = progress
    batch.acts.append({"act": act, "by": by.username, "at": timezone.now().isoformat()})
    batch.save()
    return batch
