"""The only writer of aliases: the ids that other databases give to the event of a wire.

A wire's own names lead to it, so a name is the own name of one wire. A linked name is what
another database counts as the same event; several wires may carry it. Names join: wires that
share one carry the names of all of them. Across the desk's door they join in one direction
only. A wire that waits may carry a public wire's names; a public wire gets the names of one
that waits when that one is published, and not before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from wires.models import Alias, Wire
from wires.models.wire import WireQuerySet

KEY = 0x616C6961  # of the lock; any number that no other advisory lock has
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Names:
    """What a filing says of one wire. An own name that leads to another wire is a linked one."""

    own: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


def lock() -> None:
    """Hold all names until this transaction ends.

    Whoever joins names takes it before it locks any wire: two who join would else each miss
    what the other writes, or wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY])


def owners(names: Iterable[str]) -> dict[str, Wire]:
    """Return the wires that these names lead to, by name."""
    rows = Alias.objects.filter(name__in=set(names), is_own=True).select_related("wire")
    return {row.name: row.wire for row in rows}


@transaction.atomic
def give(named: Mapping[int, Names]) -> None:
    """Give names to wires that wait, and join them with every other wire that waits."""
    lock()
    taken = set(owners(name for names in named.values() for name in names.own))
    present = set(Alias.objects.filter(wire__in=named).values_list("wire", "name"))
    rows: list[Alias] = []
    for wire_id, names in named.items():
        own = {name for name in names.own if name not in taken}
        taken |= own
        if linked := own & {name for other, name in present if other == wire_id}:
            Alias.objects.filter(wire=wire_id, name__in=linked).update(is_own=True)
        rows += [
            Alias(wire_id=wire_id, name=name, is_own=name in own)
            for name in dict.fromkeys([*names.own, *names.linked])
            if (wire_id, name) not in present
        ]
    _write(rows)
    _join(named, among=Wire.objects.public() | Wire.objects.in_queue(), public=False)


@transaction.atomic
def join_public(wire: Wire) -> list[Wire]:
    """Join a wire that has just become public with the other public ones.

    Names that it has only through wires that still wait are taken off it. Returns the other
    wires whose names grew, locked, so that the caller can say so in the change log.
    """
    lock()
    stated = {*wire.filed.get("names", ()), *_own(wire)}
    wire.aliases.exclude(name__in=stated).delete()
    grown = _join([wire.pk], among=Wire.objects.public(), public=True)
    others = Wire.objects.filter(pk__in=grown).exclude(pk=wire.pk)
    return list(others.select_for_update().order_by("pk"))


@transaction.atomic
def take_over(wire: Wire, gone: Wire) -> list[Wire]:
    """Let every name of a wire that was merged away lead to `wire`, and its id if it was public.

    Returns the public wires whose names grew, `wire` among them where it is public.
    """
    lock()
    own = [*([gone.public_id] if gone.first_published_at else []), *_own(gone)]
    stated = {*own, *gone.filed.get("names", ())}
    gone.aliases.filter(is_own=True).update(is_own=False)
    present = set(wire.aliases.values_list("name", flat=True))
    wire.aliases.filter(name__in=own).update(is_own=True)
    _write([Alias(wire=wire, name=name, is_own=name in own) for name in stated - present])
    if not wire.is_public:
        _join([wire.pk], among=Wire.objects.public() | Wire.objects.in_queue(), public=False)
        return []
    grown = _join([wire.pk], among=Wire.objects.public().exclude(pk=gone.pk), public=True)
    if stated - present:
        grown.add(wire.pk)
    return list(Wire.objects.filter(pk__in=grown).select_for_update().order_by("pk"))


def _own(wire: Wire) -> list[str]:
    return list(wire.aliases.filter(is_own=True).values_list("name", flat=True))


def _join(start: Iterable[int], *, among: WireQuerySet, public: bool) -> set[int]:
    """Give the wires that names connect with `start` the names of each other.

    The way leads over the wires `among`; names are written to those that are public, or to
    those that wait. Returns the wires that got any.
    """
    names = _connected(set(start), among)
    public_ids = set(Wire.objects.public().filter(pk__in=names).values_list("pk", flat=True))
    rows = [
        Alias(wire_id=wire_id, name=name, is_own=False)
        for group in _groups(names)
        for wire_id in group
        if (wire_id in public_ids) == public
        for name in sorted(set().union(*(names[other] for other in group)) - names[wire_id])
    ]
    _write(rows)
    return {row.wire_id for row in rows}


def _connected(start: set[int], among: WireQuerySet) -> dict[int, set[str]]:
    """Return the names of every wire that shared names lead to, by wire."""
    found: dict[int, set[str]] = {wire_id: set() for wire_id in start}
    newest = start
    while newest:
        fresh: set[str] = set()
        known = set().union(*found.values())
        for wire_id, name in Alias.objects.filter(wire__in=newest).values_list("wire", "name"):
            found[wire_id].add(name)
            fresh.add(name)
        near = Alias.objects.filter(name__in=fresh - known, wire__in=among)
        newest = set(near.values_list("wire", flat=True)) - set(found)
        found.update((wire_id, set()) for wire_id in newest)
    return found


def _groups(names: Mapping[int, set[str]]) -> list[list[int]]:
    """Part wires into those that names connect, directly or through others."""
    carriers: dict[str, list[int]] = defaultdict(list)
    for wire_id, mine in names.items():
        for name in mine:
            carriers[name].append(wire_id)
    groups: list[list[int]] = []
    seen: set[int] = set()
    for first in names:
        group: list[int] = []
        waiting = [first]
        while waiting:
            wire_id = waiting.pop()
            if wire_id not in seen:
                seen.add(wire_id)
                group.append(wire_id)
                waiting += [other for name in names[wire_id] for other in carriers[name]]
        if group:
            groups.append(group)
    return groups


def _write(rows: Sequence[Alias]) -> None:
    Alias.objects.bulk_create(rows, batch_size=AT_ONCE)
