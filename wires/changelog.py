"""The only writer of public changes: the sequence, the snapshot, the record that readers see."""

from django.utils import timezone

from wires import record
from wires.models import Change, ChangeCounter, Wire
from wires.models.search import text_of


def publish(wire_id: int, kind: Change.Kind) -> Change:
    """Give the next `seq` to a public change and renew the wire's public record.

    Call it last in the transaction that made the change: the counter's lock is held from
    here to commit, so sequence numbers appear in the order of commits, without gaps, and
    a reader who has seen `seq` has seen everything before it.
    """
    counter = hold()
    counter.seq += 1
    counter.save(update_fields=["seq"])
    # Read after the lock: another change of the same wire may just have been committed.
    wire = Wire.objects.public().for_record().get(pk=wire_id)
    wire.modified_at = timezone.now()
    wire.record = record.build(wire, modified_at=wire.modified_at)
    wire.search_text = text_of(wire.record)
    wire.save(update_fields=["record", "search_text", "modified_at"])
    return Change.objects.create(
        seq=counter.seq,
        wire=wire,
        kind=kind,
        version=wire.record["version"],
        at=wire.modified_at,
        sha256=record.sha256(wire.record),
        record=wire.record,
    )


def hold() -> ChangeCounter:
    """Lock what is public as it is now, until this transaction ends."""
    counter, _ = ChangeCounter.objects.select_for_update().get_or_create(pk=1)
    return counter


def head() -> int:
    """Return the newest `seq`; 0 while nothing is public."""
    return ChangeCounter.objects.filter(pk=1).values_list("seq", flat=True).first() or 0
