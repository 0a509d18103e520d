"""Latest as an Atom feed, for readers of feeds. Programs sync by the change log instead."""

import re
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from wires.models import Wire
from wires.record import Record
from wires.templatetags.words import first_claim

if TYPE_CHECKING:  # Django's own class takes no parameters while it runs
    WireFeed = Feed[Wire, None]
else:
    WireFeed = Feed

NEWEST = 30
# XML has no way to write these; one of them in a headline would break the whole feed.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


class Latest(WireFeed):
    feed_type = Atom1Feed
    title = "Butfor: latest wires"
    subtitle = "AI incidents, each held against its sources."

    def link(self) -> str:
        return reverse("wires:latest")

    def items(self) -> QuerySet[Wire]:
        return Wire.objects.public().newest_first()[:NEWEST]

    def item_title(self, item: Wire) -> str:
        record = _record(item)
        said = "" if record["state"] == "published" else f"{record['state'].capitalize()}: "
        return _printable(said + record["headline"])

    def item_description(self, item: Wire) -> str:
        """Give the first sentence; of a disputed or withdrawn wire, the reason."""
        return _printable(item.public_reason or first_claim(_record(item)["claims"]))

    def item_pubdate(self, item: Wire) -> datetime | None:
        return item.first_published_at

    def item_updateddate(self, item: Wire) -> datetime | None:
        return item.modified_at

    def item_categories(self, item: Wire) -> list[str]:
        return [code["code"] for code in _record(item)["codes"]]


def _record(wire: Wire) -> Record:
    return wire.record or {}


def _printable(text: str) -> str:
    return _CONTROL.sub("", text)
