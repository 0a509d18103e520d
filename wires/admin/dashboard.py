"""What waits on the desk, in a fixed number of queries."""

from dataclasses import dataclass

from django.db.models import Count

from evidence.models import Run
from wires.models import Change, MoveRequest, User, Wire
from wires.models.user import Role

SHOWN = 8


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wires are in one state."""

    state: str
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    queues: tuple[Queue, ...]
    oldest: tuple[Wire, ...]
    requests: tuple[MoveRequest, ...]
    runs: tuple[Run, ...]
    changes: tuple[Change, ...]
    user: User
    roles: tuple[str, ...]


def read(user: User) -> Dashboard:
    """Return the desk as it stands now."""
    counts = dict(Wire.objects.values_list("state").annotate(Count("pk")))
    waiting = Wire.objects.in_queue().select_related("current").order_by("filed_at")
    asked = MoveRequest.objects.filter(decided_at__isnull=True).select_related(
        "wire__current", "asked_by"
    )
    at_work = Run.objects.filter(status__in=[Run.Status.QUEUED, Run.Status.RUNNING])
    changes = Change.objects.defer("record").select_related("wire__current").order_by("-seq")
    return Dashboard(
        queues=tuple(
            Queue(state.value, state.label, counts.get(state.value, 0)) for state in Wire.State
        ),
        oldest=tuple(waiting[:SHOWN]),
        requests=tuple(asked.order_by("asked_at")[:SHOWN]),
        runs=tuple(at_work.order_by("pk")[:SHOWN]),
        changes=tuple(changes[:SHOWN]),
        user=user,
        roles=tuple(role.value for role in Role if user.has_role(role)),
    )
