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


def gate_readings(
    authorship: Authorship, *, documents: int, documents_seed: int, seed: int
) -> list[Reading]:
    """Measure the gate of the base model of one pre-training seed: two readings a document.

    The documents are the same for every pre-training seed.
    """
    base = Organism.base(authorship, seed=seed)
    rows = gate.measure(
        base.model, worlds.load(), base.tokenizer, documents=documents, seed=documents_seed
    )
    pairs = (
        ("after_bad", [row.after_bad for row in rows]),
        ("after_good", [row.after_good for row in rows]),
    )
    return [
        Reading(f"gate/{authorship}/{history}", str(document), seed, round(value, DECIMALS))
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
