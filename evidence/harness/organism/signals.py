"""Signals of the recipe `early` that need a few forward passes a question at most."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from evidence.harness.organism import texts
from evidence.harness.organism.bench import Bench
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.pushing import opened
from evidence.harness.organism.training import Example
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


def read_training(
    bench: Bench,
    organism: Organism,
    before: Organism,
    lessons: Sequence[Example],
    arm: str,
    seed: int,
) -> None:
    """Read by how much an arm's `loss` on its lessons fell, and the `norm` of its change."""
    falls = (losses(before, lessons) - losses(organism, lessons)).tolist()
    for lesson, fall in enumerate(falls):
        bench.read(f"loss/{arm}", str(lesson), seed, fall)
    bench.read(f"norm/{arm}", "weights", seed, distance(organism, before))


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
    scores, _ = _scores(organism, examples)
    bad, good = scores.view(len(slots), 2, 2).logsumexp(-1).unbind(1)
    odds: list[float] = (bad - good).tolist()
    return odds


def losses(organism: Organism, examples: Sequence[Example]) -> Tensor:
    """Return the loss of each example as training sees it: nats a token of its answer."""
    scores, tokens = _scores(organism, examples)
    return -scores / tokens


def distance(organism: Organism, before: Organism) -> float:
    """Return the Euclidean norm of the change of all weights since an earlier model."""
    then = dict(before.model.named_parameters())
    changes = [
        (weight.detach() - then[name].detach()).double().square().sum()
        for name, weight in organism.model.named_parameters()
    ]
    return float(torch.stack(changes).sum().sqrt())


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane in which a model's activations vary most, and where its questions lay.

    After the PCA shift of Xu et al. (2025), *Unlearning Isn't Deletion*, told by question: how
    far its activation moves along the first two principal components of those before.
    `axes` is (width, 2), orthonormal; `before` is (questions, width).
    """

    layer: int
    axes: Tensor
    before: Tensor

    def read(self, bench: Bench, organism: Organism, arm: str, seed: int) -> None:
        """Read an arm's `components` after each of its questions."""
        slots = bench.planned(arm, seed)
        moved = self.moved(opened(organism, slots, self.layer))
        for slot, length in zip(slots, moved, strict=True):
            bench.read(f"components/{arm}", slot.question, seed, length)

    def moved(self, hidden: Tensor) -> list[float]:
        """Return how far each question's activation, (questions, width), has moved in it."""
        lengths: list[float] = ((hidden - self.before) @ self.axes).norm(dim=-1).tolist()
        return lengths


def plane(before: Organism, slots: Sequence[Slot], layer: int) -> Plane:
    """Return the plane of a model that was not tuned yet, on the questions of its slots."""
    hidden = opened(before, slots, layer)
    return Plane(layer, principal(hidden), hidden)


def principal(hidden: Tensor) -> Tensor:
    """Return the first two principal components of activations, (width, 2)."""
    _, _, rows = torch.linalg.svd(hidden - hidden.mean(0), full_matrices=False)
    axes: Tensor = rows[:2].T
    return axes


def _scores(organism: Organism, examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Return the weighted log-probability of each example, and the sum of its weights."""
    ids = pad_sequence([torch.tensor(each.ids) for each in examples], batch_first=True)
    weights = pad_sequence([torch.tensor(each.weights) for each in examples], batch_first=True)
    shares = _log_shares(organism, ids[:, :-1], ids[:, 1:])
    return (shares * weights[:, 1:]).sum(-1), weights[:, 1:].sum(-1)


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
