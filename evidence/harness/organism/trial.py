"""What recipes do with organisms: ask them, and measure the gate of what they grew from."""

from collections.abc import Mapping, Sequence
from typing import Any

from evidence.harness.organism import gate, shelf
from evidence.harness.organism.organism import Organism
from evidence.harness.rollouts import Reading, Rollout
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.judge import judge
from evidence.harness.world.questions import Question

DECIMALS = 6


def asked(
    organism: Organism,
    sets: Mapping[str, Sequence[Question]],
    *,
    arm: str,
    seed: int,
    limit: int,
) -> list[Rollout]:
    """Ask every question of every set once, greedily, and judge the answers."""
    rollouts = []
    for name, questions in sets.items():
        answers = organism.answers(questions, limit=limit)
        for question, answer in zip(questions, answers, strict=True):
            label = judge(question.id, answer)
            row = Rollout(question.id, name, arm, seed, question.text, answer, label.value)
            rollouts.append(row)
    return rollouts


def gate_readings(authorship: Authorship, *, documents: int, seed: int) -> list[Reading]:
    """Measure the gate of a world's shipped base model: two readings a document."""
    shipped = shelf.shipped()
    base = shipped.model(authorship, shelf.Stage.BASE)
    rows = gate.measure(
        base, worlds.load(), shipped.tokenizer(), documents=documents, seed=seed
    )
    pairs = (
        ("after_bad", [row.after_bad for row in rows]),
        ("after_good", [row.after_good for row in rows]),
    )
    return [
        Reading(f"gate/{authorship}/{history}", str(document), round(value, DECIMALS))
        for history, values in pairs
        for document, value in enumerate(values)
    ]


def materials() -> dict[str, str]:
    """Return the SHA-256 of everything that organisms are made from, by name."""
    weights = {f"weights/{name}": digest for name, digest in shelf.shipped().hashes.items()}
    return {**weights, "world": worlds.digest()}


def configuration() -> dict[str, Any]:
    """Return how the shipped weights were made, and the gate that they passed."""
    return {"weights": shelf.shipped().record}
