"""The verified severity that the written rule gives a version of a wire."""

from wires import severity, taxonomy
from wires.gate.dossier import Dossier


def verified_level(dossier: Dossier) -> str:
    """Return the level by the rule from the recorded factors; empty while it cannot say."""
    wire = dossier.wire
    factors = severity.Factors.from_json(dossier.factors)
    if factors is None or not wire.event_class:
        return ""
    return severity.verified(
        taxonomy.current().rules,
        event_class=wire.event_class,
        factors=factors,
        standard=wire.standard,
        core_stands=dossier.core_stands,
    )
