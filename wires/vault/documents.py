"""Documents of the vault: stored once, described ever better."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from wires import aliases, brake, changelog, gate, history
from wires.fetching import originals
from wires.fetching.download import Download
from wires.fetching.extract import extract
from wires.fetching.problems import FetchError
from wires.models import Change, Citation, Source, User, Wire, WireQuerySet
from wires.models.source import folded_group
from wires.models.user import Role
from wires.refusals import GateClosedError, NotAllowedError, RefusedError
from wires.vault.permits import check_address, home, limits, require

# What readers see of a source, besides its text and hash.
PUBLIC = ("url", "publisher", "published_on", "tier", "group", "reports")
TOLD_LATER = ("title", *PUBLIC)
TOLD = ("kind", "record_id", *TOLD_LATER)


class Document(Protocol):
    """A document to be stored, as a filing tells of it. What is not known stays empty."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def publisher(self) -> str: ...
    @property
    def published_on(self) -> date | None: ...
    @property
    def tier(self) -> str: ...
    @property
    def group(self) -> str: ...
    @property
    def record_id(self) -> str: ...
    @property
    def reports(self) -> int | None: ...
    @property
    def repairs(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Description:
    """What may be said of a stored document, and said better later."""

    title: str = ""
    url: str = ""
    publisher: str = ""
    published_on: date | None = None
    tier: str = ""
    group: str = ""
    archive_url: str = ""
    reports: int | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """A document that was fetched or uploaded, read and described: a `Document` with its bytes."""

    kind: str
    text: str
    title: str
    url: str
    publisher: str
    published_on: date | None
    tier: str
    group: str
    repairs: tuple[str, ...]
    media_type: str
    body: bytes
    archive_url: str
    at: datetime | None
    record_id: str = ""
    reports: int | None = None


def stored(document: Document, *, by: User) -> Source:
    """Put a document into the vault; one that is there already is used as it stands."""
    digest = hashlib.sha256(document.text.encode()).hexdigest()
    source, _ = Source.objects.get_or_create(
        sha256=digest,
        defaults={
            "text": document.text,
            "repairs": list(document.repairs),
            "added_by": by,
            **{name: _told(document, name) for name in TOLD},
        },
    )
    return _told_more(source, document, by)


def stored_all(documents: Sequence[Document], *, by: User) -> list[Source]:
    """Put many documents into the vault at once; they come back in the order given."""
    digests = [hashlib.sha256(document.text.encode()).hexdigest() for document in documents]
    known = {source.sha256: source for source in Source.objects.filter(sha256__in=digests)}
    new = dict(pair for pair in zip(digests, documents, strict=True) if pair[0] not in known)
    rows = [
        Source(sha256=digest, text=document.text, repairs=list(document.repairs), added_by=by,
               **{name: _told(document, name) for name in TOLD})
        for digest, document in new.items()
    ]  # fmt: skip
    # Somebody may have stored the same text at this moment; theirs stands.
    Source.objects.bulk_create(rows, ignore_conflicts=True)
    known |= {source.sha256: source for source in Source.objects.filter(sha256__in=new)}
    return [
        _told_more(known[digest], document, by)
        for digest, document in zip(digests, documents, strict=True)
    ]


def _told_more(source: Source, document: Document, by: User) -> Source:
    """Fill in what was not known of a stored document; what is known stays as it is."""
    news = {
        name: value
        for name in TOLD_LATER
        if (value := _told(document, name)) and not getattr(source, name)
    }
    if source.kind != Source.Text.RECORD:
        news.pop("reports", None)
    if not news:
        return source
    citing = _citing(source.pk)
    # What readers see of a source is changed by an editor alone, in `describe`; and what opens
    # the gate of a wire, its tier and group, by none but an editor.
    if citing.public().exists() or (citing.exists() and not by.has_role(Role.EDITOR)):
        return source
    _say(source, news, by)
    history.note_all(
        dict.fromkeys(citing.values_list("pk", flat=True), _detail(source, news)),
        brake.DESCRIBED,
        by=by,
    )
    return source


def _told(document: Document, name: str) -> Any:
    value = getattr(document, name)
    return folded_group(value) if name == "group" else value


def _say(source: Source, news: Mapping[str, Any], by: User) -> None:
    """Write down what is said of a source, with who said it."""
    for name, value in news.items():
        setattr(source, name, value)
    source.descriptions.append(
        {"by": by.username, "at": timezone.now().isoformat(), "said": _in_words(news)}
    )
    source.save(update_fields=[*news, "descriptions"])


def _detail(source: Source, news: Mapping[str, Any]) -> dict[str, Any]:
    return {"source": str(source), **_in_words(news)}


def _in_words(news: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value or "not known") for name, value in news.items()}


def upload(body: bytes, described: Description, *, content_type: str, by: User) -> Source:
    """Put a document that somebody has at hand into the vault: its bytes, and the text in them.

    `content_type` is one that can be fetched, with its `charset` where that is known.
    """
    require(by, Role.REPORTER)
    if len(body) > settings.FETCH_BYTES:
        raise RefusedError(
            f"The file has {len(body) / 1e6:.0f} MB; at most {settings.FETCH_BYTES / 1e6:.0f} MB "
            "are kept."
        )
    if described.url:
        check_address(described.url)
    try:
        found = extract(Download.of(body, content_type, url=described.url), limits())
    except FetchError as error:
        raise RefusedError(str(error)) from error
    told = asdict(described)
    told["title"] = told["title"] or found.title[:300]
    read = Read(
        kind=Source.Text.UPLOADED, text=found.text, repairs=found.repairs, media_type=content_type, body=body, at=None, **told,
    )  # fmt: skip
    return stored_with_bytes(read, by)


@transaction.atomic
def describe(source_id: int, described: Description, *, by: User) -> Source:
    """Say better what a stored document is. Wires that cite it have it in their history.

    What readers see of it changes with an entry in the change log for each public wire that
    cites it. Raises GateClosedError where a public wire would no longer pass the gate, and
    NotAllowedError where the brake wants a senior editor.
    """
    require(by, Role.EDITOR)
    for url in (described.url, described.archive_url):
        if url:
            check_address(url)
    # The names, the wires, then the source: the order of every other act. Publishing takes one
    # wire and then those that share its names, and would else wait for us as we for it. A
    # citation that is made meanwhile need not wait.
    aliases.lock()
    ids = list(_citing(source_id).values_list("pk", flat=True))
    wires = list(Wire.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    source = Source.objects.select_for_update(no_key=True).get(pk=source_id)
    new = {
        name: value
        for name, value in {
            **asdict(described),
            "group": folded_group(described.group),
        }.items()
        if value != getattr(source, name)
    }
    if not new:
        raise RefusedError("Nothing of this is new.")
    if described.reports is not None and source.kind != Source.Text.RECORD:
        raise RefusedError("Only a public record lists reports.")
    public = (
        [wire for wire in wires if _shows(wire, source)] if new.keys() & set(PUBLIC) else []
    )
    together = {brake.TOGETHER: len(public)} if len(public) > 1 else {}
    if together:
        _brake(public, by)
    before = {wire.pk: set(gate.failures(wire)) for wire in public}
    _say(source, new, by)
    _gate_stays_open(public, before)
    detail = _detail(source, new)
    shown = {wire.pk for wire in public}
    history.note_all(
        {wire.pk: {**detail, **(together if wire.pk in shown else {})} for wire in wires},
        brake.DESCRIBED,
        by=by,
    )
    for wire in public:
        changelog.publish(wire.pk, Change.Kind.RECODED)
    return source


def stored_with_bytes(read: Read, by: User) -> Source:
    """Store a document and the bytes that its text was read from."""
    digest = originals.keep(read.body, home=home())
    source = stored(read, by=by)
    if source.kind == read.kind and not source.original_sha256:
        source.original_sha256, source.media_type = digest, read.media_type
        source.fetched_at = read.at
        source.archive_url = source.archive_url or read.archive_url
        source.save(
            update_fields=["original_sha256", "media_type", "fetched_at", "archive_url"]
        )
    return source


def original(source: Source) -> bytes | None:
    """Return a document as it came; None where no bytes are kept, or not the same ones."""
    return originals.kept(source.original_sha256, home=home())


def _citing(source_id: int) -> WireQuerySet:
    cited: WireQuerySet = Wire.objects.filter(versions__citations__source=source_id)
    return cited.distinct()


def _brake(public: Sequence[Wire], by: User) -> None:
    """Refuse one person's description of what many public wires show."""
    changelog.hold()  # two who describe are counted in turn
    load = brake.load([wire.pk for wire in public])
    if load.is_braked and not by.has_role(Role.SENIOR):
        raise NotAllowedError(
            f"This changes {load.public} public wires at once, after {load.recent} others within a "
            "day: a senior editor has to save it. The title and the copy in a web archive, which "
            "readers do not see, you may save alone."
        )


def _shows(wire: Wire, source: Source) -> bool:
    """Say whether readers of a wire see this source; a withdrawn one shows none."""
    if not wire.is_public or wire.state == Wire.State.WITHDRAWN:
        return False
    return Citation.objects.filter(version=wire.current_id, source=source).exists()


def _gate_stays_open(wires: Sequence[Wire], before: dict[int, set[gate.Failure]]) -> None:
    for wire in wires:
        closed = [failure for failure in gate.failures(wire) if failure not in before[wire.pk]]
        if closed:
            raise GateClosedError(list(closed))
