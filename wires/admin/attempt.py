"""A posted act, tried: done with a sentence that says so, or refused with nothing written."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, OperationalError, transaction
from django.http import QueryDict

from wires import aliases, desk, gate
from wires.admin.acts import ACTS, Act
from wires.models import User, Wire
from wires.refusals import (
    GateClosedError,
    NotAllowedError,
    RefusedError,
    WrongStateError,
)

DEADLOCK = "40P01"  # PostgreSQL's name of it
DEADLOCKED = "Somebody else acted on the same wires at this moment. Try again."


@dataclass(frozen=True, slots=True)
class Done:
    message: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act was not done; `act` still has what was typed."""

    act: Act | None
    message: str
    status: int
    details: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        return self.act.anchor if self.act else ""

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Return the texts that were typed, so that none is lost with its form."""
        if self.act is None:
            return []
        return [
            (str(field.label), str(field.value()))
            for field in self.act.visible_fields()
            if field.value() and field.widget_type == "textarea"
        ]


def attempt(posted: QueryDict, wire_id: int, by: User) -> Done | Refusal:
    """Do what a form of the review page posted, if it may be done."""
    known = ACTS.get(posted.get("_act", ""))
    if known is None:
        return Refusal(None, "This page has no such act.", 400)
    act = known(posted, auto_id=auto_id(known, posted), label_suffix="")
    if not act.is_valid():
        return Refusal(act, "The form is not filled in right; see below.", 422)
    try:
        with transaction.atomic():
            if act.joins_names:
                aliases.lock()  # before the wire, as every act that takes both
            wire = Wire.objects.select_for_update().get(pk=wire_id)
            check_is_newest(wire, posted.get("_seen", ""))
            done = Done(act.perform(wire, by), act.anchor)
            desk.renew(wire_id)
            return done
    except RefusedError as error:
        return _refused(act, error)
    except IntegrityError as error:
        return Refusal(act, _broken_rule(error), 409)
    except OperationalError as error:
        if not is_deadlock(error):
            raise
        return Refusal(act, DEADLOCKED, 409)


def is_deadlock(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == DEADLOCK


def auto_id(act: type[Act], values: QueryDict | dict[str, object]) -> str:
    """Return ids for a form's fields that no other form of the page has."""
    target = values.get(act.target, "") if act.target else ""
    return f"{act.name}-{target}-%s"


def check_is_newest(wire: Wire, number: str) -> None:
    """Refuse a decision about a text that has been replaced since the page was opened."""
    newest = wire.versions.values_list("number", flat=True).last()
    if number != str(newest):
        raise WrongStateError(
            f"The text of {wire} has changed since you opened this page: version {newest} is the "
            "newest, and it is shown now. Read it, then decide again."
        )


def _refused(act: Act, error: RefusedError) -> Refusal:
    details: tuple[str, ...] = ()
    if isinstance(error, GateClosedError):
        failures = [row for row in error.failures if isinstance(row, gate.Failure)]
        details = tuple(f"Rule {row.rule}: {row.detail}" for row in failures)
    status = 403 if isinstance(error, NotAllowedError) else 409
    return Refusal(act, str(error), status, details)


def _broken_rule(error: IntegrityError) -> str:
    """Return the name of the constraint that refused: its words are the rule."""
    rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if not rule:
        raise error
    return f"The database keeps this rule: {rule.replace('_', ' ')}."
