"""The brake: how much of the public archive one person's bulk work may change within a day.

Bulk work is a batch, the undoing of one, and a new description of a source that several public
wires show. A batch that two people decided on is not counted, in either direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from wires.models import Batch, BatchItem, Event, Wire

# Pieces of work that are counted together: many small ones are no way round it.
WINDOW = timedelta(days=1)
DESCRIBED = "source described"  # the act in the history of a wire
TOGETHER = "public wires"  # in its detail, where it changed several at once

Item = BatchItem.Progress


@dataclass(frozen=True, slots=True)
class Load:
    """What a piece of bulk work would change, on top of what was changed within a day."""

    public: int  # public wires that it would change
    recent: int  # others that one person's bulk work has changed, or is about to
    archive: int

    @property
    def is_braked(self) -> bool:
        changed = self.public + self.recent
        return self.public > 0 and (
            changed > settings.BRAKE_SHARE * self.archive or changed > settings.BRAKE_COUNT
        )


def load(wires: QuerySet[Any, Any] | Sequence[int]) -> Load:
    """Count for work on these wires. What is to hold at commit is counted under `changelog.hold`."""
    archive = Wire.objects.public()
    asked = set(archive.filter(pk__in=wires).values_list("pk", flat=True))
    return Load(len(asked), len(_recent() - asked), archive.count())


def _recent() -> set[int]:
    """Return the public wires that one person's bulk work has changed in a day, or is about to."""
    since = timezone.now() - WINDOW
    # What was done to a wire before it was public changed nothing that readers see.
    done = Q(progress__in=[Item.APPLIED, Item.UNDONE], done_at__gte=since,
             wire__first_published_at__lte=F("done_at"))  # fmt: skip
    ahead = Q(progress=Item.WAITING, batch__progress=Batch.Progress.RUNNING) | Q(
        progress=Item.APPLIED, batch__progress=Batch.Progress.UNDOING
    )
    items = BatchItem.objects.filter(
        done | ahead, batch__kind=Batch.Kind.CODES, batch__braked=False
    )
    told = Event.objects.filter(act=DESCRIBED, at__gte=since, detail__has_key=TOGETHER)
    found = {*items.values_list("wire", flat=True), *told.values_list("wire", flat=True)}
    return set(Wire.objects.public().filter(pk__in=found).values_list("pk", flat=True))
