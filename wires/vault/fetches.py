"""Fetches: what the desk wants from the web, until it is in the vault or cannot be had."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from wires import history
from wires.fetching import archive
from wires.fetching.download import download
from wires.fetching.extract import extract
from wires.fetching.problems import FetchError, StumbledError
from wires.models import Fetch, Source, User, Wire
from wires.models.user import Role
from wires.refusals import WrongStateError
from wires.vault.citing import check_key, put, text_at_work, unpublished
from wires.vault.documents import Read, stored_with_bytes
from wires.vault.permits import agent, check_address, limits, require

State = Fetch.State
logger = logging.getLogger(__name__)

SWEPT_AFTER = timedelta(minutes=2)  # a fetch that still waits then has lost its message
GIVEN_UP_AFTER = timedelta(days=1)


@transaction.atomic
def ask_fetch(
    url: str,
    *,
    by: User,
    wire: int | None = None,
    key: str = "",
    publisher: str = "",
    tier: str = "",
    group: str = "",
) -> Fetch:
    """Ask for a document of the web, for one wire or for none yet. The caller queues the fetch.

    Asked again while it waits, it is the same fetch.
    """
    url = url.strip()
    check_address(url)
    asked_for = None
    if wire is None:
        require(by, Role.EDITOR)
    else:
        asked_for = Wire.objects.select_for_update().get(pk=wire)
        check_key(text_at_work(asked_for, by), key)
    waiting = Fetch.objects.filter(progress=State.WAITING, url=url, wire=asked_for).first()
    if waiting is not None:
        return waiting
    fetch = Fetch.objects.create(
        wire=asked_for,
        url=url,
        key=key,
        publisher=publisher,
        tier=tier,
        group=group,
        asked_by=by,
    )
    if asked_for is not None:
        history.note(asked_for.pk, "source asked for", by=by, detail={"address": url})
    return fetch


@transaction.atomic
def retry(fetch_id: int, *, by: User) -> Fetch:
    """Ask once more for what could not be fetched. The caller queues the fetch."""
    asked = Fetch.objects.get(pk=fetch_id)
    if asked.wire_id is None:
        require(by, Role.EDITOR)
    else:
        text_at_work(Wire.objects.select_for_update().get(pk=asked.wire_id), by)
    fetch = Fetch.objects.select_for_update().get(pk=fetch_id)
    if fetch.progress != State.FAILED:
        raise WrongStateError(
            f"This fetch is {fetch.progress}; only a failed one is tried again."
        )
    fetch.progress, fetch.problem, fetch.ended_at = State.WAITING, "", None
    fetch.asked_by, fetch.asked_at = by, timezone.now()
    fetch.save(update_fields=["progress", "problem", "ended_at", "asked_by", "asked_at"])
    if fetch.wire_id is not None:
        history.note(
            fetch.wire_id, "source asked for again", by=by, detail={"address": fetch.url}
        )
    return fetch


def fetch(fetch_id: int) -> int | None:
    """Fetch what is waited for, once however often it is asked.

    Returns the version that cites it now, whose sentences are to be checked anew; None where
    none does. A failure is written down in words, and touches nothing else.
    """
    asked = Fetch.objects.filter(pk=fetch_id, progress=State.WAITING).first()
    if asked is None:
        return None
    try:
        return _keep(asked, _fetched(asked))
    except OperationalError:
        raise  # of the database, not of the document: the sweep asks again
    except FetchError as error:
        _fail(fetch_id, str(error))
    except Exception as error:
        # What a server can send has no end. Left waiting it would be fetched all day long.
        logger.exception("The fetch %s of %s stumbled.", fetch_id, asked.url)
        _fail(fetch_id, str(StumbledError(error)))
    return None


def fetches_left() -> list[int]:
    """Return fetches whose message was lost; those that wait for a day are given up."""
    now = timezone.now()
    waiting = Fetch.objects.filter(progress=State.WAITING, asked_at__lt=now - SWEPT_AFTER)
    for fetch_id in waiting.filter(asked_at__lt=now - GIVEN_UP_AFTER).values_list(
        "pk", flat=True
    ):
        _fail(fetch_id, "It could not be fetched within a day: its worker ended each time. Upload "
                        "its text by hand.")  # fmt: skip
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def _fetched(asked: Fetch) -> Read:
    allowed = limits()
    document = download(asked.url, limits=allowed, agent=agent())
    found = extract(document, allowed)
    url = document.url if len(document.url) <= 1000 else asked.url
    copy = ""
    if settings.ARCHIVE_LOOKUP:
        lookup = settings.ARCHIVE_LOOKUP
        copy = archive.copy_of(url, lookup=lookup, limits=allowed, agent=agent())
    return Read(
        kind=Source.Text.FETCHED, text=found.text, title=found.title[:300], url=url,
        publisher=asked.publisher or found.publisher[:200], published_on=found.published_on,
        tier=asked.tier, group=asked.group, repairs=found.repairs,
        media_type=document.content_type, body=document.body, archive_url=copy[:1000],
        at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def _keep(asked: Fetch, read: Read) -> int | None:
    """Store what came, and cite it where it was wanted and the text is still at work."""
    wire = None
    if asked.wire_id is not None:
        wire = Wire.objects.select_for_update().get(pk=asked.wire_id)
    row = Fetch.objects.select_for_update().get(pk=asked.pk)
    if row.progress != State.WAITING:
        return None  # delivered twice, and the other one was quicker
    row.source = stored_with_bytes(read, asked.asked_by)
    row.progress, row.ended_at = State.STORED, timezone.now()
    row.save(update_fields=["source", "progress", "ended_at"])
    if wire is None:
        return None
    version = unpublished(wire)
    if version is None or version.citations.filter(source=row.source).exists():
        history.note(
            wire.pk, "source fetched, not cited", by=asked.asked_by,
            note="It is in the vault; the text cites it already, or is no longer at work.",
            detail={"address": asked.url},
        )  # fmt: skip
        return None
    put(wire, version, row.source, asked.key, "source fetched", asked.asked_by)
    return version.pk


@transaction.atomic
def _fail(fetch_id: int, problem: str) -> None:
    waiting = Fetch.objects.filter(pk=fetch_id, progress=State.WAITING)
    waiting.update(progress=State.FAILED, problem=problem, ended_at=timezone.now())
