"""What the desk's lists show of a wire beside its rows, kept up to date after each act.

The gate itself is asked again before every move; this is so that a list of many wires can be
sorted and filtered by it.
"""

from wires import gate, taxonomy
from wires.models import TaxonomyVersion, Wire


def renew(wire_id: int) -> None:
    """Note which rules of the gate fail now. Without a taxonomy nothing can be said."""
    wire = Wire.objects.select_related("current").get(pk=wire_id)
    try:
        taxonomy.current()
    except TaxonomyVersion.DoesNotExist:
        return
    rules = sorted({failure.rule for failure in gate.failures(wire)})
    if rules != wire.closed_rules:
        wire.closed_rules = rules
        wire.save(update_fields=["closed_rules"])
