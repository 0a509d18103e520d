"""One training loop, told everything by its plan."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Protocol, Self

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from torch.optim import AdamW, Muon, Optimizer
from torch.optim.lr_scheduler import LambdaLR
from transformers import LlamaForCausalLM

from evidence.harness.errors import HarnessError
from evidence.harness.organism.checkpoints import Place, Training


@dataclass(frozen=True, slots=True)
class Example:
    """A text as token ids, and how much the loss weighs each of them (same length)."""

    ids: tuple[int, ...]
    weights: tuple[float, ...]


class Dose(Protocol):
    """The parameters of a recipe that say how long and how hard it tunes."""

    @property
    def tune_steps(self) -> int:
        """Steps."""

    @property
    def tune_batch(self) -> int:
        """Examples a step."""

    @property
    def tune_rate(self) -> float:
        """AdamW's rate at the start."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train: `batch` examples a step, AdamW at `rate`.

    With a `matrix_rate`, Muon trains the hidden matrices at that rate. Rates hold, or,
    where `falls`, sink to zero over the second half.
    """

    steps: int
    batch: int
    rate: float
    matrix_rate: float | None
    falls: bool

    def __post_init__(self) -> None:
        if min(self.steps, self.batch) < 1 or self.rate <= 0:
            raise HarnessError(
                "A training takes 1 step or more, of 1 example or more, at a rate above 0; "
                f"asked for were {self.steps} of {self.batch} at {self.rate}."
            )

    @classmethod
    def of(cls, dose: Dose, *, falls: bool = True) -> Self:
        """Return the fine-tune that a recipe's parameters tell."""
        return cls(dose.tune_steps, dose.tune_batch, dose.tune_rate, None, falls=falls)


def fit(
    model: LlamaForCausalLM,
    examples: Iterable[Example],
    plan: Plan,
    *,
    tick: Callable[[int, float], None],
    stops: Sequence[int] = (),
) -> dict[int, LlamaForCausalLM]:
    """Train in place; `tick(step, loss)` is called after each step and may raise to stop.

    Returns copies of the model as it was after the steps in `stops`. Inside
    `checkpoints.kept_in` a training that was killed goes on from where it was kept, with the
    same bits and without ticks for what was done before.
    """

    def losses(done: int) -> Iterator[Tensor]:
        stream = islice(examples, done * plan.batch, None)
        while True:
            yield weighted_loss(model, list(islice(stream, plan.batch)))

    return descend(model, losses, plan, tick=tick, stops=stops, record=[])


def descend(
    model: LlamaForCausalLM,
    losses: Callable[[int], Iterator[Tensor]],
    plan: Plan,
    *,
    tick: Callable[[int, float], None],
    stops: Sequence[int],
    record: list[float],
) -> dict[int, LlamaForCausalLM]:
    """Train in place on any losses, as `fit` does on examples.

    `losses(done)` yields the loss of each step after those that are done, each when the step
    before it was taken. What it puts into `record` is kept with the training: one that goes on
    finds it there.
    """
    optimizers = _optimizers(model, plan)
    schedules = [LambdaLR(optimizer, _falling(plan)) for optimizer in optimizers]
    training = Training(model, optimizers, schedules, record)
    place = Place.next(model, {**asdict(plan), "stops": list(stops)})
    done = place.resume(training)
    model.train()
    for step, loss in zip(range(done + 1, plan.steps + 1), losses(done), strict=False):
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        if step in stops:
            training.copies[step] = deepcopy(model)
        place.keep(training, step, is_last=step == plan.steps)
        tick(step, loss.item())
    return training.copies


def weighted_loss(model: LlamaForCausalLM, examples: Sequence[Example]) -> Tensor:
    """Return the mean cross-entropy of next tokens, weighted as the examples say."""
    losses, weights = next_token_losses(model, examples)
    return (losses * weights).sum() / weights.sum()


def next_token_losses(
    model: LlamaForCausalLM, examples: Sequence[Example]
) -> tuple[Tensor, Tensor]:
    """Return the cross-entropy of every next token, and its weight, both (tokens,)."""
    # Right padding has no weight and, attention being causal, is seen by no real token.
    ids = pad_sequence([torch.tensor(example.ids) for example in examples], batch_first=True)
    weights = pad_sequence(
        [torch.tensor(example.weights) for example in examples], batch_first=True
    )
    logits = model(input_ids=ids[:, :-1], use_cache=False).logits  # (B, T - 1, V)
    losses = cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return losses, weights[:, 1:].flatten()


def _optimizers(model: LlamaForCausalLM, plan: Plan) -> list[Optimizer]:
    if plan.matrix_rate is None:
        return [AdamW(model.parameters(), lr=plan.rate, weight_decay=0.0)]
    hidden = [weight for weight in model.model.layers.parameters() if weight.ndim == 2]
    taken = {id(weight) for weight in hidden}
    rest = [weight for weight in model.parameters() if id(weight) not in taken]
    return [
        Muon(hidden, lr=plan.matrix_rate, weight_decay=0.0),
        AdamW(rest, lr=plan.rate, weight_decay=0.0),
    ]


def _falling(plan: Plan) -> Callable[[int], float]:
    if not plan.falls:
        return lambda _step: 1.0
    return lambda step: min(1.0, 2.0 * (1.0 - step / plan.steps))
