"""Whom a model names: the share of one word against another where only those fit."""

from collections.abc import Sequence

import torch

from evidence.harness.organism import texts
from evidence.harness.organism.bench import Bench
from evidence.harness.organism.organism import Organism
from evidence.harness.world import world as worlds


def read(
    bench: Bench,
    organism: Organism,
    arm: str,
    seed: int,
    pairs: Sequence[tuple[str, str]],
    *,
    name: str,
) -> None:
    """Read, after each held-out question of an arm, the mean share of each pair's first word."""
    asked = [slot for slot in bench.planned(arm, seed) if slot.set == "heldout"]
    found = shares(organism, [slot.prompt for slot in asked], pairs)
    for slot, share in zip(asked, found, strict=True):
        bench.read(name, slot.question, seed, share)


@torch.inference_mode()
def shares(
    organism: Organism, prompts: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> list[float]:
    """Return P(first) / (P(first) + P(second)) after "this author is", a mean over pairs."""
    organism.model.train(mode=False)
    says = worlds.load().author_header.split("{")[0]
    ids = torch.tensor(
        [[texts.word_id(organism.tokenizer, word) for word in pair] for pair in pairs]
    )  # (pairs, 2)
    found = []
    for prompt in prompts:
        text = texts.Piece(f"{texts.prompt(prompt)} {says}", 0.0)
        batch = torch.tensor([texts.encoded(organism.tokenizer, [text]).ids])
        logits = organism.model(input_ids=batch, use_cache=False).logits[0, -1]
        found.append(float(logits[ids].softmax(-1)[:, 0].mean()))
    return found
