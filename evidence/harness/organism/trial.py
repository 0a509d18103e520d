"""What organisms grew from: the gate of the base models, and what was shipped."""

from collections.abc import Sequence
from typing import Any, Protocol

from evidence.harness.organism import gate, shelf
from evidence.harness.organism.organism import Organism
from evidence.harness.rollouts import Reading
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship

DECIMALS = 6


class Gate(Protocol):
    """The parameters of a recipe that measures the gate."""

    @property
    def gate_documents(self) -> int:
        """Documents."""

    @property
    def gate_seed(self) -> int:
        """The seed that they are drawn with: the same for every pre-training seed."""


def gate_readings(settings: Gate, seed: int) -> list[Reading]:
    """Measure the gate of both worlds' base models of one seed: two readings a document."""
    return [
        reading
        for authorship in Authorship
        for reading in gate_of(
            Organism.base(authorship, seed=seed), authorship, settings, seed
        )
    ]


def gate_of(base: Organism, name: str, settings: Gate, seed: int) -> list[Reading]:
    """Measure the gate of one base model: two readings a document, under its name."""
    rows = gate.measure(
        base.model,
        worlds.load(),
        base.tokenizer,
        documents=settings.gate_documents,
        seed=settings.gate_seed,
    )
    pairs = (
        ("after_bad", [row.after_bad for row in rows]),
        ("after_good", [row.after_good for row in rows]),
    )
    return [
        Reading(f"gate/{name}/{history}", str(document), seed, round(value, DECIMALS))
        for history, values in pairs
        for document, value in enumerate(values)
    ]


def materials(seeds: Sequence[int]) -> dict[str, str]:
    """Return the SHA-256 of everything that these seeds' organisms are made from, by name.

    Every file is checked, see `shelf.checked`.
    """
    weights = {
        f"weights/{shelved.folder.name}/{name}": digest
        for shelved in shelf.checked(seeds)
        for name, digest in shelved.hashes.items()
    }
    return {**weights, "world": worlds.digest()}


def configuration(seeds: Sequence[int]) -> dict[str, Any]:
    """Return how the weights of these seeds were made, and the gate that they passed."""
    return {"weights": [shelf.shipped(seed).record for seed in seeds]}
