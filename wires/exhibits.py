"""The only writer of exhibits: which run is shown on which wire, and how it reads."""

from __future__ import annotations

from django.db import transaction

from evidence import engine
from evidence.harness.errors import HarnessError
from evidence.models import Run
from evidence.tasks import task_of
from wires import changelog, gate, history
from wires.models import Change, Event, Exhibit, User, Version, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError
from wires.tasks import queue

ASKED = "run asked for"

# How an outcome reads for a claim that predicts the effect, and for one that denies it.
READINGS = {
    True: {
        Run.Outcome.REPRODUCED: Exhibit.Reading.SUPPORTS,
        Run.Outcome.NOT_REPRODUCED: Exhibit.Reading.CONTRADICTS,
        Run.Outcome.CONTRADICTED: Exhibit.Reading.CONTRADICTS,
    },
    False: {
        Run.Outcome.REPRODUCED: Exhibit.Reading.CONTRADICTS,
        Run.Outcome.NOT_REPRODUCED: Exhibit.Reading.SUPPORTS,
    },
}


def carry_over(wire: Wire, old: Version, new: Version) -> None:
    """Let exhibits follow their sentences into a new text; where none follows, they stay behind."""
    places = gate.successors(list(old.claims.all()), list(new.claims.all()))
    for exhibit in wire.exhibits.filter(claim__version=old).select_related("claim"):
        if follower := places.get(exhibit.claim.n):
            exhibit.claim = follower
            exhibit.save(update_fields=["claim"])


@transaction.atomic
def ask_run(wire_id: int, recipe: str, *, by: User, seeds: int = 1) -> Run:
    """Queue a run of a recipe for a wire; it is attached by a later act."""
    wire = _workable(wire_id, by)
    try:
        run = engine.queue(recipe, seeds=seeds, asked_by=by.username)
    except HarnessError as error:
        raise RefusedError(str(error)) from error
    history.note(wire.pk, ASKED, by=by, detail={"run": run.pk, "recipe": recipe})
    queue(task_of(run), run.pk)
    return run


@transaction.atomic
def cancel_run(wire_id: int, run_id: int, *, by: User) -> None:
    """Ask a run that was asked for on this wire to stop; what it had done is dropped."""
    if not by.has_role(Role.EDITOR):
        raise NotAllowedError("Only an editor cancels a run.")
    asked = Event.objects.filter(wire=wire_id, act=ASKED, detail__run=run_id)
    if not asked.exists():
        raise RefusedError(f"Run {run_id} was not asked for on this wire.")
    if not engine.ask_cancel(run_id):
        raise WrongStateError(f"Run {run_id} has ended already.")
    history.note(wire_id, "run cancelled", by=by, detail={"run": run_id})


def run_now(run_id: int) -> None:
    """Do the worker's part of a queued run in this process."""
    engine.execute(run_id)


@transaction.atomic
def attach(
    wire_id: int, run_id: int, *, by: User, claim: int, predicts_effect: bool = True
) -> Exhibit:
    """Show a finished run on a wire, naming the sentence that it bears on."""
    wire = _workable(wire_id, by)
    run = Run.objects.finished().filter(pk=run_id).first()
    if run is None:
        raise RefusedError(f"Run {run_id} is not finished, so it shows nothing yet.")
    bears_on = wire.current.claims.filter(n=claim).first() if wire.current else None
    if bears_on is None:
        raise RefusedError(f"{wire} has no sentence {claim}.")
    if wire.exhibits.filter(run=run).exists():
        raise RefusedError(f"Run {run_id} is an exhibit of {wire} already.")
    exhibit = Exhibit.objects.create(
        wire=wire, run=run, claim=bears_on, predicts_effect=predicts_effect, attached_by=by,
        reading=reading(run, predicts_effect=predicts_effect),
    )  # fmt: skip
    history.note(
        wire.pk, "exhibit attached", by=by,
        detail={"run": run.pk, "sentence": claim, "reading": exhibit.reading},
    )  # fmt: skip
    if wire.is_public:
        changelog.publish(wire.pk, Change.Kind.EXHIBITED)
    return exhibit


def reading(run: Run, *, predicts_effect: bool) -> Exhibit.Reading:
    """Say how a run's outcome reads for a claim, by the rules of the harness's method."""
    outcome = Run.Outcome(run.outcome)
    return READINGS[predicts_effect].get(outcome, Exhibit.Reading.INCONCLUSIVE)


def _workable(wire_id: int, by: User) -> Wire:
    if not by.has_role(Role.EDITOR):
        raise NotAllowedError("Only an editor works with runs and exhibits.")
    wire = Wire.objects.select_for_update().get(pk=wire_id)
    if wire.state in (Wire.State.WITHDRAWN, Wire.State.DISCARDED):
        raise WrongStateError(f"{wire} is {wire.state}; nothing on it changes any more.")
    return wire
