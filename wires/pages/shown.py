"""What the pages take from the archive: public wires, with what a list needs of them."""

from django.db.models import QuerySet

from wires.models import Wire, WireQuerySet


def listed() -> WireQuerySet:
    """Public wires, withdrawn ones among them, with the columns that a list shows."""
    return Wire.objects.public().only(
        "public_id", "first_published_at", "modified_at", "record"
    )


def standing() -> QuerySet[Wire]:
    """Public wires whose text is shown: a withdrawn one keeps its page, but not its text."""
    return Wire.objects.public().filter(withdrawn_at__isnull=True)
