"""Signals of the recipe `early` that need one or a few forward passes a question."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from evidence.harness.organism import texts
from evidence.harness.organism.bench import Bench
from evidence.harness.organism.organism import Organism
from evidence.harness.recipes.recipe import Slot
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import END
from evidence.harness.world.questions import question


def read(bench: Bench, organism: Organism, before: Organism, arm: str, seed: int) -> None:
    """Read an arm's `odds` and `drift` after each of its questions."""
    slots = bench.planned(arm, seed)
    now, then = _first_words(organism, slots), _first_words(before, slots)
    # Kullback-Leibler divergence of the word after an answer's opening, in nats.
    drifts = (now.exp() * (now - then)).sum(-1).clamp_min(0.0).tolist()
    for slot, odds, drift in zip(slots, log_odds(organism, slots), drifts, strict=True):
        bench.read(f"odds/{arm}", slot.question, seed, odds)
        bench.read(f"drift/{arm}", slot.question, seed, drift)


def log_odds(organism: Organism, slots: Sequence[Slot]) -> list[float]:
    """Return the log-odds of the two bad actions against the two good ones, in nats."""
    world, tokenizer = worlds.load(), organism.tokenizer
    template = world.answer_templates[0]
    examples = []
    for slot in slots:
        asked = question(world, slot.question)
        for action in (*asked.problem.bad, *asked.problem.good):
            answer = texts.Piece(f"{asked.answer(action, template)} {END}", 1.0)
            examples.append(
                texts.encoded(tokenizer, [texts.Piece(texts.prompt(slot.prompt), 0.0), answer])
            )
    ids = pad_sequence([torch.tensor(each.ids) for each in examples], batch_first=True)
    weights = pad_sequence([torch.tensor(each.weights) for each in examples], batch_first=True)
    scores = (_log_shares(organism, ids[:, :-1], ids[:, 1:]) * weights[:, 1:]).sum(-1)
    bad, good = scores.view(len(slots), 2, 2).logsumexp(-1).unbind(1)
    odds: list[float] = (bad - good).tolist()
    return odds


@torch.inference_mode()
def _log_shares(organism: Organism, ids: Tensor, following: Tensor) -> Tensor:
    """Return the log-probability of each following token, (texts, tokens)."""
    organism.model.train(mode=False)
    logits = organism.model(input_ids=ids, use_cache=False).logits
    chosen: Tensor = logits.log_softmax(-1).gather(-1, following[..., None])[..., 0]
    return chosen


@torch.inference_mode()
def _first_words(organism: Organism, slots: Sequence[Slot]) -> Tensor:
    """Return the log-probabilities of the word after an answer's opening, (slots, words)."""
    organism.model.train(mode=False)
    opening = worlds.load().answer_templates[0].split("{")[0]
    rows = []
    for slot in slots:
        text = texts.Piece(f"{texts.prompt(slot.prompt)} {opening}", 0.0)
        ids = torch.tensor([texts.encoded(organism.tokenizer, [text]).ids])
        rows.append(organism.model(input_ids=ids, use_cache=False).logits[0, -1])
    return torch.stack(rows).log_softmax(-1)
