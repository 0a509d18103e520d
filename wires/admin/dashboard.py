"""What waits on the desk, in a bounded number of queries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from evidence.models import Run
from wires import lifecycle
from wires.models import (
    Batch,
    Change,
    Citation,
    Coding,
    Event,
    Fetch,
    MoveRequest,
    ProposedCode,
    Source,
    User,
    Wire,
    WireQuerySet,
)
from wires.models.user import Role

SHOWN = 8
PERIOD = timedelta(days=90)  # over which agreement with the classifier is told
LATE = timedelta(seconds=60)  # within which a scheduled wire has to be out
AGES = (("a day", 1), ("three days", 3), ("a week", 7), ("a month", 30))


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wires are in one state."""

    state: str
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Age:
    """How many wires wait for longer than so many days."""

    words: str
    days: int
    count: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; a share of nothing is not told."""

    words: str
    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.part / self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class Dashboard:
    queues: tuple[Queue, ...]
    ages: tuple[Age, ...]
    oldest: tuple[Wire, ...]
    agreement: tuple[Share, ...]
    overdue: tuple[Wire, ...]
    alerts: tuple[Event, ...]
    lost_sources: tuple[Source, ...]
    failed_fetches: tuple[Fetch, ...]
    batches: tuple[Batch, ...]
    not_reviewed: int
    requests: tuple[MoveRequest, ...]
    runs: tuple[Run, ...]
    changes: tuple[Change, ...]
    totals: dict[str, int]  # of the lists that have more than they may show
    user: User
    roles: tuple[str, ...]


def read(user: User) -> Dashboard:
    """Return the desk as it stands now."""
    counts = dict(Wire.objects.values_list("state").annotate(Count("pk")))
    waiting = Wire.objects.in_queue().select_related("current").order_by("filed_at")
    at_work = Run.objects.filter(status__in=[Run.Status.QUEUED, Run.Status.RUNNING])
    changes = Change.objects.defer("record").select_related("wire__current").order_by("-seq")
    lists: dict[str, QuerySet[Any]] = {
        "overdue": overdue(), "alerts": alerts(), "lost_sources": lost_sources(),
        "requests": requests(),
    }  # fmt: skip
    first = {name: list(found[:SHOWN]) for name, found in lists.items()}
    return Dashboard(
        queues=tuple(
            Queue(state.value, state.label, counts.get(state.value, 0)) for state in Wire.State
        ),
        ages=_ages(),
        oldest=tuple(waiting[:SHOWN]),
        agreement=_agreement(),
        overdue=tuple(first["overdue"]),
        alerts=tuple(first["alerts"]),
        lost_sources=tuple(first["lost_sources"]),
        failed_fetches=tuple(_failed_fetches()[:SHOWN]),
        batches=tuple(_batches()[:SHOWN]),
        not_reviewed=_not_reviewed(),
        requests=tuple(first["requests"]),
        runs=tuple(at_work.order_by("pk")[:SHOWN]),
        changes=tuple(changes[:SHOWN]),
        totals={
            name: found.count() for name, found in lists.items() if len(first[name]) == SHOWN
        },
        user=user,
        roles=tuple(role.value for role in Role if user.has_role(role)),
    )


def _since() -> datetime:
    return timezone.now() - PERIOD


def _ages() -> tuple[Age, ...]:
    now = timezone.now()
    counts = Wire.objects.in_queue().aggregate(
        **{
            f"over_{days}": Count("pk", filter=Q(filed_at__lte=now - timedelta(days=days)))
            for _, days in AGES
        }
    )
    return tuple(Age(words, days, counts[f"over_{days}"]) for words, days in AGES)


def _agreement() -> tuple[Share, ...]:
    """Hold what stands on wires against what the classifier ticked or listed for their texts.

    A code that the form put counts as one that was accepted in the list does.
    """
    put = Coding.objects.filter(
        decided_at__gte=_since(), origin__in=[Coding.Origin.PROPOSED, Coding.Origin.EDITOR]
    )
    rows = ProposedCode.objects.filter(
        proposal__version__wire__current=F("proposal__version")
    ).annotate(
        stands=Exists(
            put.filter(wire=OuterRef("proposal__version__wire"), code=OuterRef("code"))
        )
    )
    told = Q(stands=True) | Q(decided_at__gte=_since())
    decided = rows.filter(told).aggregate(
        **{
            f"{word}_{name}": Count("pk", filter=Q(ticked=ticked) & condition)
            for word, ticked in (("ticked", True), ("listed", False))
            for name, condition in (("all", Q()), ("accepted", Q(stands=True)))
        }
    )
    forward = ProposedCode.objects.filter(
        proposal__version=OuterRef("wire__current"), code=OuterRef("code")
    )
    found = put.annotate(forward=Exists(forward)).aggregate(
        all=Count("pk"), proposed=Count("pk", filter=Q(forward=True))
    )
    return (
        Share("ticked codes accepted", decided["ticked_accepted"], decided["ticked_all"]),
        Share(
            "codes listed without a tick accepted",
            decided["listed_accepted"],
            decided["listed_all"],
        ),
        Share("codes on wires that it had proposed", found["proposed"], found["all"]),
    )


def requests() -> QuerySet[MoveRequest]:
    """Return what was asked for and waits for another person, the oldest first."""
    asked = MoveRequest.objects.filter(decided_at__isnull=True)
    return asked.select_related("wire__current", "asked_by").order_by("asked_at")


def overdue() -> WireQuerySet:
    """Return embargoes that ended, and whose wire is not out: the worker does not keep up."""
    late = Wire.objects.due().filter(scheduled_for__lte=timezone.now() - LATE)
    return late.select_related("current").order_by("scheduled_for")


def alerts() -> QuerySet[Event]:
    """Return wires that were sent back at their time, and have not been decided since."""
    latest = Event.objects.filter(wire=OuterRef("wire")).order_by("-pk").values("pk")[:1]
    alerts = Event.objects.filter(act=lifecycle.ALERT, pk=Subquery(latest))
    return alerts.select_related("wire__current").order_by("-pk")


def lost_sources() -> QuerySet[Source]:
    """Return sources that are gone or changed, and stand under a text that matters."""
    cited = Citation.objects.filter(source=OuterRef("pk"), version__wire__current=F("version"))
    lost = Source.objects.filter(fate__in=[Source.Fate.GONE, Source.Fate.CHANGED])
    return lost.filter(Exists(cited)).defer("text").order_by("-looked_at")


def _failed_fetches() -> QuerySet[Fetch]:
    failed = Fetch.objects.filter(progress=Fetch.State.FAILED)
    return failed.select_related("wire", "asked_by")


def _batches() -> QuerySet[Batch]:
    """Return batches that are not at their end."""
    return Batch.objects.filter(ended_at__isnull=True).select_related("started_by")


def _not_reviewed() -> int:
    return Coding.objects.filter(origin=Coding.Origin.BULK).values("wire").distinct().count()
