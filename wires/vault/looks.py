"""Looks at the addresses of fetched documents: whether each is still there, and the same."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.db import OperationalError, transaction
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from wires import history
from wires.fetching.download import Download, download
from wires.fetching.extract import extract
from wires.fetching.problems import NO_HOST, FetchError, GoneError, NoHostError, StumbledError
from wires.models import Look, Source, Version, Wire
from wires.models.user import Role, account
from wires.vault.documents import original
from wires.vault.permits import agent, limits

Finding = Look.Finding
logger = logging.getLogger(__name__)

LOOKED_AT_EVERY = timedelta(days=7)
TRIED_AGAIN_AFTER = timedelta(days=1)  # where the last look said nothing
NOT_BEFORE = timedelta(minutes=5)  # since the last look
AT_ONCE = 10
GONE_AFTER = 3  # looks in a row that find no host of that name
FATES = {
    Finding.SAME: Source.Fate.LIVE,
    Finding.CHANGED: Source.Fate.CHANGED,
    Finding.GONE: Source.Fate.GONE,
}


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look found."""

    finding: Look.Finding
    status: int | None = None
    detail: str = ""
    text: str = ""


def look(source_id: int) -> Look | None:
    """Look at a fetched document's address, and write down what is there now.

    None where there is nothing to compare, or it has been looked at just now. The stored
    text never changes, whatever the address has become.
    """
    source = Source.objects.get(pk=source_id)
    recent = source.looks.filter(at__gt=timezone.now() - NOT_BEFORE)
    if not can_be_looked_at(source) or recent.exists():
        return None
    try:
        seen = _compared(source)
    except GoneError as error:
        seen = _Seen(Finding.GONE, error.status, str(error))
    except NoHostError as error:
        seen = _nameless(source, str(error))
    except FetchError as error:
        seen = _Seen(Finding.UNREACHABLE, error.status, str(error))
    except OperationalError:
        raise  # of the database, not of the page
    except Exception as error:
        # Without a look written down its host would be asked again every few minutes.
        logger.exception("The look at the source %s, %s, stumbled.", source_id, source.url)
        seen = _Seen(Finding.UNREACHABLE, None, str(StumbledError(error)))
    return _looked(source.pk, seen)


def can_be_looked_at(source: Source) -> bool:
    """Say whether its stored text is what its address had: an upload may be a part, or a scan."""
    return source.kind == Source.Text.FETCHED and bool(source.url)


def looks_due() -> list[int]:
    """Return the sources to look at now, the longest unseen first and one of each host.

    Called every few minutes, it comes to each about weekly and spares every host.
    """
    now = timezone.now()
    latest = (
        Look.objects.filter(source=OuterRef("pk")).order_by("-at", "-pk").values("finding")
    )
    due = (
        Source.objects.filter(kind=Source.Text.FETCHED)
        .exclude(url="")
        .annotate(
            seen=Coalesce(Max("looks__at"), "fetched_at", "added_at"),
            found=Subquery(latest[:1]),
        )
        .filter(
            Q(seen__lt=now - LOOKED_AT_EVERY)
            | Q(seen__lt=now - TRIED_AGAIN_AFTER, found=Finding.UNREACHABLE)
        )
        .order_by("seen", "pk")
    )
    first: dict[str, int] = {}
    for source_id, url in due.values_list("pk", "url").iterator():
        first.setdefault(urlsplit(url).hostname or "", source_id)
        if len(first) == AT_ONCE:
            break
    return list(first.values())


def _compared(source: Source) -> _Seen:
    """Hold what stands at the address now against what was stored. Raises FetchError."""
    allowed = limits()
    document = download(source.url, limits=allowed, agent=agent())
    if hashlib.sha256(document.body).hexdigest() == source.original_sha256:
        return _Seen(Finding.SAME, 200)
    now = extract(document, allowed).text
    if now.split() == source.text.split() or _reads_as(source, now):
        return _Seen(Finding.SAME, 200, "The page has changed, its text has not.")
    return _Seen(Finding.CHANGED, 200, "Its text is another than the one stored.", now)


def _reads_as(source: Source, now: str) -> bool:
    """Say whether the stored bytes read as `now` today: then the reader changed, not the page."""
    body = original(source)
    if body is None:
        return False
    try:
        found = extract(Download.of(body, source.media_type, url=source.url), limits())
    except FetchError:
        return False
    return found.text.split() == now.split()


def _nameless(source: Source, words: str) -> _Seen:
    """Return gone for a name that leads nowhere time and again; once may be an accident."""
    last = source.looks.values_list("finding", "detail")[: GONE_AFTER - 1]
    again = [finding for finding, detail in last if detail.startswith(NO_HOST)]
    finding = Finding.GONE if len(again) == GONE_AFTER - 1 else Finding.UNREACHABLE
    return _Seen(finding, None, words)


@transaction.atomic
def _looked(source_id: int, seen: _Seen) -> Look:
    source = Source.objects.select_for_update(no_key=True).get(pk=source_id)
    is_news = seen.finding in FATES and _is_news(source, seen)
    found = Look.objects.create(
        source=source,
        finding=seen.finding,
        status=seen.status,
        detail=seen.detail,
        text=seen.text,
    )
    fate = FATES.get(seen.finding)
    if fate is None:
        return found
    if is_news:
        _tell_the_desk(source, fate, seen.detail)
    source.fate, source.looked_at = fate, found.at
    source.save(update_fields=["fate", "looked_at"])
    return found


def _is_news(source: Source, seen: _Seen) -> bool:
    """Say whether the desk has not been told yet: of this fate, or of this text."""
    fate = FATES[seen.finding]
    if fate == Source.Fate.LIVE:
        return False
    if source.fate != fate:
        return True
    told = source.looks.filter(finding=seen.finding).first()
    return told is None or told.text.split() != seen.text.split()


def _tell_the_desk(source: Source, fate: Source.Fate, words: str) -> None:
    """Note it on the wires whose text cites the source, or whose newest one does, which waits."""
    newest = Version.objects.filter(wire=OuterRef("pk")).order_by("-number").values("pk")[:1]
    citing = Wire.objects.annotate(newest=Subquery(newest)).filter(
        Q(versions=F("current")) | Q(versions=F("newest")), versions__citations__source=source
    )
    detail = {"source": str(source), "found": words}
    history.note_all(
        dict.fromkeys(citing.values_list("pk", flat=True), detail),
        f"source {fate.value}",
        by=account("vault", Role.REPORTER, demonstration=False),
    )
