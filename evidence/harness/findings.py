"""What checks find, and how their findings add up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evidence.harness.errors import HarnessError


class Status(StrEnum):
    """What is known of a bundle, or of one thing about it."""

    HOLDS = "holds"
    FAILS = "fails"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check, what came of it, and why where it does not hold."""

    check: str
    status: Status
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of one bundle: it fails if any fails, and holds if all hold."""

    status: Status
    findings: tuple[Finding, ...]


class FailsError(Exception):
    """A check found something wrong."""


class UncheckedError(Exception):
    """A check could not be made with this code or on this machine."""


def tried(name: str, check: Callable[[], None]) -> Finding:
    """Make a check and tell what came of it, whatever it raised."""
    try:
        check()
    except (UncheckedError, PermissionError) as error:
        return Finding(name, Status.UNCHECKED, str(error))
    except FailsError as error:
        return Finding(name, Status.FAILS, str(error))
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
        HarnessError,
    ) as error:
        # A bundle may be damaged, or made to harm, in any way; whatever cannot be read does not hold.
        return Finding(name, Status.FAILS, f"cannot be read: {type(error).__name__}: {error}")
    return Finding(name, Status.HOLDS, "")


def concluded(findings: Sequence[Finding]) -> Verification:
    """Add findings up: one failure fails all, then one unchecked leaves all unchecked."""
    found = {finding.status for finding in findings}
    for status in (Status.FAILS, Status.UNCHECKED):
        if status in found:
            return Verification(status, tuple(findings))
    return Verification(Status.HOLDS, tuple(findings))
