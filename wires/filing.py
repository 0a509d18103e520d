"""Stores filings as drafts: their text, sources, sentences, providers and names.

The rows of many filings are written together, so an archive of thousands of records takes
seconds. It queues nothing: the lifecycle, which is the door, does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.text import slugify

from wires import aliases, claims, history, vault
from wires.aliases import Names
from wires.intake import limits
from wires.intake.filing import Filing, IntakeError, Refused
from wires.models import Citation, Provider, Source, User, Version, Wire
from wires.refusals import RefusedError

KEPT = ("format", "severity", "event_class", "standard", "source_count", "rationale",
        "headline_was_made", "record")  # fmt: skip
LABEL = ("taxonomy", "label", "annotator", "status")


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one filing: a new wire, or the one that tells it already."""

    wire: Wire
    is_new: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of some entries of an archive: `read` is all of them together."""

    filed: tuple[Wire, ...]
    duplicate: int
    refused: tuple[Refused, ...]

    @property
    def read(self) -> int:
        return len(self.filed) + self.duplicate + len(self.refused)


def check(filing: Filing) -> None:
    """Refuse what no text, name or source of the archive may hold. Raises RefusedError."""
    try:
        limits.check(filing, "The wire")
    except IntakeError as error:
        raise RefusedError(str(error)) from error


def store(filings: Sequence[Filing], *, by: User) -> list[Stored]:
    """Store filings as drafts in the caller's transaction; one that is known stays as it is.

    A filing is known by its fingerprint, by its record's id, or because its publisher says
    that it is a duplicate of a record that is known. Raises IntegrityError where the
    database refuses one of them; nothing of the transaction is stored then.
    """
    aliases.lock()  # from here on, nobody else files or publishes
    known = _Known(filings)
    found: list[Stored] = []
    new: list[tuple[Wire, Filing]] = []
    for filing in filings:
        wire = known.wire(filing)
        if wire is None:
            wire = _wire(filing, by)
            known.add(wire, filing)
            new.append((wire, filing))
            found.append(Stored(wire, is_new=True))
        else:
            known.by_name.setdefault(filing.record, wire)
            found.append(Stored(wire, is_new=False))
    _write(new, by)
    _lead_to_the_first(zip(filings, found, strict=True))
    return found


def cite(cited: Sequence[tuple[Version, Sequence[tuple[str, Source]]]]) -> None:
    """Let versions cite sources by their keys, after those that they cite already."""
    present = [
        (row.version_id, row.source_id)
        for row in Citation.objects.filter(version__in=[version for version, _ in cited])
    ]
    rows: list[Citation] = []
    for version, pairs in cited:
        sources = [source for version_id, source in present if version_id == version.pk]
        for key, source in pairs:
            if source.pk not in sources:
                row = Citation(version=version, source=source, key=key, position=len(sources))
                rows.append(row)
                sources.append(source.pk)
    Citation.objects.bulk_create(rows)


class _Known:
    """Wires that tell what a filing tells, in the archive or earlier among the filings."""

    def __init__(self, filings: Sequence[Filing]) -> None:
        prints = [filing.fingerprint for filing in filings]
        self.by_print = {w.fingerprint: w for w in Wire.objects.filter(fingerprint__in=prints)}
        records = {name for filing in filings for name in (filing.record, filing.duplicate_of)}
        self.by_name = aliases.owners(records - {""})

    def wire(self, filing: Filing) -> Wire | None:
        return (
            self.by_print.get(filing.fingerprint)
            or (self.by_name.get(filing.record) if filing.record else None)
            or (self.by_name.get(filing.duplicate_of) if filing.duplicate_of else None)
        )

    def add(self, wire: Wire, filing: Filing) -> None:
        self.by_print[filing.fingerprint] = wire
        if filing.record:
            self.by_name.update(dict.fromkeys(filing.aliases, wire))


def _wire(filing: Filing, by: User) -> Wire:
    return Wire(
        fingerprint=filing.fingerprint,
        filed_by=by,
        filed=_as_filed(filing),
        occurred_on=filing.occurred_on,
        severity_reported=filing.severity,
    )


def _as_filed(filing: Filing) -> dict[str, Any]:
    return {
        **{name: getattr(filing, name) for name in KEPT},
        "codes": list(filing.codes),
        "names": list(dict.fromkeys([*filing.aliases, *filing.linked])),
        "labels": [{name: getattr(label, name) for name in LABEL} for label in filing.labels],
    }


def _write(new: Sequence[tuple[Wire, Filing]], by: User) -> None:
    if not new:
        return
    wires = [wire for wire, _ in new]
    for wire, public_id in zip(wires, _public_ids(len(wires)), strict=True):
        wire.public_id = public_id
    Wire.objects.bulk_create(wires)
    _write_texts(new, by)
    _write_providers(new)
    history_of = {wire.pk: {"format": filing.format} for wire, filing in new}
    history.note_all(history_of, "filed", by=by)
    aliases.give({w.pk: Names(own=f.aliases, linked=f.linked) for w, f in new})


def _write_texts(new: Sequence[tuple[Wire, Filing]], by: User) -> None:
    versions = [
        Version(wire=wire, number=1, headline=filing.headline, body=filing.body,
                repairs=list(filing.repairs), made_by=by)
        for wire, filing in new
    ]  # fmt: skip
    Version.objects.bulk_create(versions)
    first = Version.objects.filter(wire=OuterRef("pk")).values("pk")[:1]
    Wire.objects.filter(pk__in=[wire.pk for wire, _ in new]).update(current=Subquery(first))
    documents = [document for _, filing in new for document in filing.sources]
    sources = iter(vault.stored_all(documents, by=by))
    cited = []
    for (wire, filing), version in zip(new, versions, strict=True):
        wire.current = version
        cited.append((version, [(document.key, next(sources)) for document in filing.sources]))
    cite(cited)
    claims.split(*versions)


def _public_ids(count: int) -> list[str]:
    """Take numbers that no other wire gets, whatever becomes of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('wires_wire_number') FROM generate_series(1, %s)", [count]
        )
        return [f"AIW-{timezone.now().year}-{number:04d}" for (number,) in cursor.fetchall()]


def _write_providers(new: Sequence[tuple[Wire, Filing]]) -> None:
    names = dict.fromkeys(name for _, filing in new for name in filing.providers)
    providers = _providers(names)
    pairs = dict.fromkeys(
        (wire.pk, providers[name.lower()].pk)
        for wire, filing in new
        for name in filing.providers
    )
    through = Wire.providers.through
    through.objects.bulk_create(through(wire_id=w, provider_id=p) for w, p in pairs)


def _providers(names: Iterable[str]) -> dict[str, Provider]:
    """Return the providers of these names, by the name in small letters.

    Another name of the same slug gets a slug, and so a provider, of its own.
    """
    wanted = {name.lower(): name for name in reversed(list(names))}
    low = Provider.objects.annotate(low=Lower("name")).filter(low__in=wanted)
    found = {provider.low: provider for provider in low}
    missing = {key: name for key, name in wanted.items() if key not in found}
    slugs = {key: slugify(name)[:60] for key, name in missing.items()}
    taken = set(
        Provider.objects.filter(slug__in=slugs.values()).values_list("slug", flat=True)
    )
    made = {}
    for key, name in missing.items():
        slug = slugs[key]
        if not slug or slug in taken:
            slug = f"{slug or 'provider'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        taken.add(slug)
        made[slug] = key
    Provider.objects.bulk_create(
        [Provider(slug=slug, name=missing[key]) for slug, key in made.items()],
        ignore_conflicts=True,  # somebody may have met the name at this moment
    )
    stored = Provider.objects.filter(slug__in=made)
    return found | {made[provider.slug]: provider for provider in stored}


def _lead_to_the_first(stored: Iterable[tuple[Filing, Stored]]) -> None:
    """Let the id of a duplicate lead to the wire that tells its event, while that one waits.

    A public wire is left as it is: what readers see changes by an editor's act alone.
    """
    named: dict[int, Names] = {}
    for filing, row in stored:
        if not row.is_new and filing.duplicate_of and not row.wire.is_public:
            before = named.get(row.wire.pk, Names())
            named[row.wire.pk] = Names(own=(*before.own, filing.record))
    aliases.give(named)
