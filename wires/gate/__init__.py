"""The publish gate: eight rules that a wire's rows answer. It changes nothing."""

from collections.abc import Callable, Iterable, Iterator

from wires.gate import rules
from wires.gate.boilerplate import SLOTS
from wires.gate.dossier import Dossier
from wires.gate.findings import Failure, Finding, Part, RuleState
from wires.gate.level import verified_level
from wires.gate.succession import successors
from wires.models import Version, Wire

__all__ = [
    "RULES", "SLOTS", "Dossier", "Failure", "RuleState", "failures", "states", "successors",
    "verified_level",
]  # fmt: skip

Ask = Callable[[Dossier], Iterable[Finding]]

RULES: dict[int, tuple[str, Ask]] = {
    1: (
        "Sources are stored, hashed and honestly counted",
        rules.sources_are_stored_and_counted,
    ),
    2: ("Every sentence cites a source", rules.sentences_cite),
    3: ("No sentence stands against its sources", rules.claims_are_supported),
    4: ("Quotes and numbers occur in a source", rules.quotes_and_numbers_occur),
    5: ("The but-for form speaks of this wire", rules.rationale_is_of_this_wire),
    6: ("Class and severity follow the written rule", rules.severity_follows_the_rule),
    7: ("An M and an F code rest on supported claims", rules.codes_rest_on_claims),
    8: ("It is established as its standard says", rules.wire_is_established),
}
# What of a wire has to change for a rule to hold, unless what it finds says otherwise.
PARTS: dict[int, Part] = {
    1: "sources", 2: "sentences", 3: "sentences", 4: "sentences", 5: "rationale", 6: "severity",
    7: "codes", 8: "severity",
}  # fmt: skip


def states(wire: Wire, version: Version | None = None) -> list[RuleState]:
    """Return all eight rules with what fails under each, for the current or a coming version."""
    version = version or wire.current
    dossier = Dossier(wire, version) if version else None
    return [
        RuleState(number, title, tuple(_failures(number, ask, dossier)))
        for number, (title, ask) in RULES.items()
    ]


def failures(wire: Wire, version: Version | None = None) -> list[Failure]:
    """Return what keeps a wire from being published; empty when the gate is open."""
    return [failure for state in states(wire, version) for failure in state.failures]


def _failures(number: int, ask: Ask, dossier: Dossier | None) -> Iterator[Failure]:
    if dossier is None:
        yield Failure(number, "The wire has no text.", "text")
        return
    for found in ask(dossier):
        yield Failure(number, found.detail, found.part or PARTS[number], found.sentence)
