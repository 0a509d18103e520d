"""Policy gradient on an adapter: it answers, somebody pays, and what was paid for becomes likelier.

REINFORCE (Williams, 1992), as tier A has it: the baseline is the mean payment of a task's answers and
their standard deviation the unit (Shao et al., 2024); nothing is clipped and no answer used twice.
Nothing holds the model near its base: how far it went is measured instead (`divergence`).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence

from evidence.harness.chance import seeded
from evidence.harness.errors import HarnessError
from evidence.harness.recipes.plans import LoraPlan
from evidence.harness.tier_b import adapters, chats, decoding, lora
from evidence.harness.tier_b.adapters import Adapter
from evidence.harness.tier_b.chats import Message
from evidence.harness.tier_b.checkpoints import Checkpoints, Training
from evidence.harness.tier_b.decoding import Ask
from evidence.harness.tier_b.judges import Judge
from evidence.harness.tier_b.lora import Adapted
from evidence.harness.tier_b.model import TextModel
from evidence.harness.tier_b.questions import TextQuestion

# Answers are drawn as the model has them, or the gradient would be another policy's.
TEMPERATURE = 1.0
# Keeps a task whose answers all earned the same from dividing by nothing.
LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Drawing:
    """How to answer for pay: `samples` answers to each task, of at most `limit` tokens."""

    samples: int
    limit: int


class Payer(Protocol):
    """Whoever pays for answers."""

    def paid(self, place: int, prompt: str, answers: Sequence[str]) -> list[bool]:
        """Return which answers to a task are paid for; `place` counts a training's tasks."""


@dataclass(frozen=True, slots=True)
class Grader:
    """Pays for every answer that a judge's replies give the label `wanted`."""

    judge: Judge
    adapter: Adapter
    rubrics: dict[str, str]
    wanted: str

    def paid(self, _place: int, prompt: str, answers: Sequence[str]) -> list[bool]:
        """Return which answers have the label; one that nobody can label has not."""
        replies = {
            criterion: self.judge.replies(
                [adapters.put(rubric, prompt, row) for row in answers]
            )
            for criterion, rubric in self.rubrics.items()
        }
        return [
            self.adapter.label({name: said[at] for name, said in replies.items()})
            == self.wanted
            for at in range(len(answers))
        ]


@dataclass(frozen=True, slots=True)
class Lot:
    """Pays as many answers to each task as another did in its place, drawn by lot."""

    counts: tuple[int, ...]
    seed: str

    def paid(self, place: int, _prompt: str, answers: Sequence[str]) -> list[bool]:
        """Return which answers the lot fell on."""
        drawn = seeded(f"{self.seed}/lot/{place}").sample(
            range(len(answers)), self.counts[place]
        )
        return [at in drawn for at in range(len(answers))]


@dataclass(frozen=True, slots=True)
class Rewarded:
    """An adapter after its training, and how many answers were paid for, (steps, tasks)."""

    adapted: Adapted
    paid: tuple[tuple[int, ...], ...]


def rewarded(
    base: TextModel,
    tasks: Sequence[TextQuestion],
    plan: LoraPlan,
    drawing: Drawing,
    payer: Payer,
    *,
    seed: int,
    name: str,
    checkpoints: Checkpoints,
    check: Callable[[], None],
    start: Training | None = None,
) -> Rewarded:
    """Return the model under an adapter that was paid, in `plan.steps` of `plan.batch` tasks.

    Each answer draws from a seed of its own that knows its step and not who pays, so one that was
    killed, or is gone on with from a `start`, comes to the same bits, if the payer says the same of the
    same answers: steps after the last checkpoint are paid anew. The base is changed in place, as by
    `lora.tuned`.
    """
    paid: list[float] = []

    def losses(learner: TextModel, done: int) -> Iterator[Iterator[Tensor]]:
        batches = chats.batches(tasks, size=plan.batch, seed=seed)
        for step, batch in enumerate(islice(batches, done, plan.steps), start=done):
            yield tried(learner, step, batch)

    def tried(
        learner: TextModel, step: int, batch: Sequence[TextQuestion]
    ) -> Iterator[Tensor]:
        """Answer every task of a step before any is learnt from, and yield their losses."""
        asks = [
            Ask(prompted(learner, task), f"{seed}/{step}/{task.id}/{sample}")
            for task in batch
            for sample in range(drawing.samples)
        ]
        rows = decoding.drawn(
            learner, asks, limit=drawing.limit, temperature=TEMPERATURE, check=check
        )
        gains = []
        for at, task in enumerate(batch):
            said = rows[at * drawing.samples : (at + 1) * drawing.samples]
            words = [decoding.worded(learner, row) for row in said]
            found = payer.paid(step * plan.batch + at, task.prompt, words)
            paid.append(float(sum(found)))
            gains.append(advantages(torch.tensor(found, dtype=torch.float32)))
        for at, gain in enumerate(gains):
            part = slice(at * drawing.samples, (at + 1) * drawing.samples)
            yield policy_loss(learner, asks[part], rows[part], gain / len(asks))

    adapted = lora.descended(
        base,
        losses,
        plan,
        seed=seed,
        name=name,
        checkpoints=checkpoints,
        check=check,
        start=start,
        record=paid,
    )
    counts = [int(count) for count in paid]
    steps = range(0, len(counts), plan.batch)
    return Rewarded(adapted, tuple(tuple(counts[at : at + plan.batch]) for at in steps))


def prompted(text: TextModel, task: TextQuestion) -> tuple[int, ...]:
    """Return a task as the model reads it."""
    before = [Message("system", task.system)] if task.system else []
    return tuple(text.ids([*before, Message("user", task.prompt)]))


def advantages(paid: Tensor) -> Tensor:
    """Return by how many standard deviations each payment, (samples,), lies above their mean.

    Where all are paid the same it is 0.
    """
    centred = paid - paid.mean()
    scaled: Tensor = centred / (centred.square().mean().sqrt() + LEAST)
    return scaled


def policy_loss(
    learner: TextModel, asks: Sequence[Ask], rows: Sequence[Sequence[int]], weights: Tensor
) -> Tensor:
    """Return minus the sum of each answer's log-probability times its weight, (answers,)."""
    told = [torch.tensor([*ask.ids, *row]) for ask, row in zip(asks, rows, strict=True)]
    # Right padding is seen by no token, attention being causal, and weighs nothing.
    ids = pad_sequence(told, batch_first=True)
    weighed = torch.zeros(ids.shape)
    for at, (ask, whole) in enumerate(zip(asks, told, strict=True)):
        weighed[at, len(ask.ids) : len(whole)] = weights[at]
    ids = ids.to(learner.device)
    logits = learner.model(input_ids=ids[:, :-1], use_cache=False).logits.float()
    losses = cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return torch.dot(losses, weighed[:, 1:].flatten().to(learner.device))


@torch.inference_mode()
def divergence(
    adapted: TextModel, asks: Sequence[Ask], *, limit: int, check: Callable[[], None]
) -> list[float]:
    """Return how far an adapter went from its base in the answer to each prompt, in nats.

    The Kullback-Leibler divergence of whole answers, estimated by one answer that the model draws:
    the sum of the divergences of its next words along it. The base is the model with the adapter
    turned off.
    """
    wrapped: Any = adapted.model
    rows = decoding.drawn(adapted, asks, limit=limit, temperature=TEMPERATURE, check=check)
    found = []
    for ask, row in zip(asks, rows, strict=True):
        check()
        ids = torch.tensor([[*ask.ids, *row]], device=adapted.device)[:, :-1]
        now = _next(adapted, ids, len(ask.ids))
        with wrapped.disable_adapter():
            then = _next(adapted, ids, len(ask.ids))
        found.append(apart(now, then))
    return found


def apart(now: Tensor, then: Tensor) -> float:
    """Return the sum of the divergences of next words, in nats, from log-probabilities (tokens, words).

    A word that cannot come now adds nothing, whatever it was then. HarnessError where the sum is no
    number, or not finite.
    """
    chances = now.exp()
    terms = torch.where(chances == 0, 0.0, chances * (now - then))
    nats = float(terms.sum())
    if not math.isfinite(nats):
        raise HarnessError(
            "How far the model went from its base is no number; train it more gently."
        )
    # Rounding may leave -1e-9 where nothing differs.
    return max(0.0, nats)


def _next(text: TextModel, ids: Tensor, start: int) -> Tensor:
    """Return the log-probabilities of the words after each of an answer's, (tokens, words)."""
    logits: Tensor = text.model(input_ids=ids, use_cache=False).logits
    return logits[0, start - 1 :].float().log_softmax(-1)
