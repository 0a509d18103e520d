"""A fine-tune by low-rank adapters (LoRA; Hu et al., 2021, by peft) that can go on where it was."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from torch.optim import AdamW

from evidence.harness.canonical import sha256
from evidence.harness.recipes.plans import LoraPlan
from evidence.harness.tier_b import chats, lessons, model
from evidence.harness.tier_b.chats import Chat
from evidence.harness.tier_b.checkpoints import Checkpoints, Training
from evidence.harness.tier_b.lessons import Lesson
from evidence.harness.tier_b.model import TextModel
from evidence.harness.tier_b.optional import library

MOMENTS = ("exp_avg", "exp_avg_sq")
WEIGHTS, STEPS, RECORD = "weights", "step", "record"
# From a model and a number of steps done, the losses of each further step: their sum is descended.
Losses = Callable[[TextModel, int], Iterator[Iterable[Tensor]]]


@dataclass(frozen=True, slots=True)
class Adapted:
    """A model under an adapter; `digest` is the SHA-256 of base and adapter together.

    `training` is where the adapter stands, to go on from.
    """

    text: TextModel
    digest: str
    training: Training


def tuned(
    base: TextModel,
    learnt: Sequence[Chat],
    plan: LoraPlan,
    *,
    seed: int,
    name: str,
    checkpoints: Checkpoints,
    check: Callable[[], None],
    start: Training | None = None,
) -> Adapted:
    """Return the model under a freshly trained adapter; `check` may raise to stop.

    The same seed starts the same adapter and brings chats in the same order. A `start` is gone
    on from: from its step, in that order, to the plan's last. The base is changed in place: take
    the adapter off again with `without`.
    """
    learning = [lessons.told(base, chat, plan.longest) for chat in learnt]

    def losses(wrapped: TextModel, done: int) -> Iterator[Iterable[Tensor]]:
        for batch in islice(_batches(learning, plan, seed), done, plan.steps):
            yield [_loss(wrapped.model, batch, base.device)]

    return descended(
        base,
        losses,
        plan,
        seed=seed,
        name=name,
        checkpoints=checkpoints,
        check=check,
        start=start,
        record=[],
    )


def descended(
    base: TextModel,
    losses: Losses,
    plan: LoraPlan,
    *,
    seed: int,
    name: str,
    checkpoints: Checkpoints,
    check: Callable[[], None],
    start: Training | None,
    record: list[float],
) -> Adapted:
    """Return the model under an adapter that went down these losses, as `tuned` does.

    What `losses` put into `record` is kept with every checkpoint, and put back with it.
    """
    wrapped = _wrapped(base.model, plan, seed)
    weights = _trained(wrapped)
    optimizer = AdamW(weights.values(), lr=plan.rate, weight_decay=0.0)
    kept = checkpoints.training(name) or start
    done = _resumed(kept, weights, optimizer)
    if kept and RECORD in kept.tensors:
        record[:] = kept.tensors[RECORD].tolist()
    text = TextModel(wrapped, base.tokenizer, base.digest)
    # In evaluation mode: dropout would throw dice that no checkpoint keeps.
    wrapped.train(mode=False)
    for step, parts in enumerate(losses(text, done), start=done + 1):
        optimizer.param_groups[0]["lr"] = _rate(plan, step)
        for loss in parts:
            loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        check()
        if step % plan.every == 0 or step == plan.steps:
            checkpoints.keep_training(name, _state(step, weights, optimizer, record))
    model.require_finite(wrapped, name)
    state = {key: weight.detach().cpu().contiguous() for key, weight in weights.items()}
    digest = sha256(base.digest.encode() + save(state))
    return Adapted(text, digest, _state(plan.steps, weights, optimizer, record))


def again(training: Training) -> Training:
    """Return the weights of a training as the start of another, with an optimizer of its own."""
    tensors = training.tensors.items()
    kept = {name: tensor for name, tensor in tensors if name.startswith(f"{WEIGHTS}/")}
    return Training(0, kept)


def without(adapted: Adapted) -> nn.Module:
    """Return the base as it was, the adapter taken off."""
    wrapped: Any = adapted.text.model
    base: nn.Module = wrapped.unload()
    for weight in base.parameters():
        weight.requires_grad = True
    return base


def bare(base: TextModel, adapted: Adapted) -> TextModel:
    """Return the base as it was before this adapter, with its own name."""
    return TextModel(without(adapted), base.tokenizer, base.digest)


def _rate(plan: LoraPlan, step: int) -> float:
    left = 2 * (1 - (step - 1) / plan.steps)
    return plan.rate * min(1.0, left) if plan.falls else plan.rate


def _wrapped(base: nn.Module, plan: LoraPlan, seed: int) -> nn.Module:
    peft: Any = library("peft", "A fine-tune by adapters")
    config = peft.LoraConfig(
        r=plan.rank,
        lora_alpha=plan.alpha,
        lora_dropout=0.0,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    # peft asks a model for something that transformers is about to rename.
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        # Layers that keep their weights transposed are told apart by peft itself.
        warnings.filterwarnings("ignore", message="fan_in_fan_out")
        torch.manual_seed(seed)
        wrapped: nn.Module = peft.get_peft_model(base, config)
    return wrapped


def _trained(wrapped: nn.Module) -> dict[str, nn.Parameter]:
    return {
        name: weight for name, weight in wrapped.named_parameters() if weight.requires_grad
    }


def _resumed(kept: Training | None, weights: dict[str, nn.Parameter], optimizer: AdamW) -> int:
    """Put a checkpoint back into the weights and the optimizer; return its step."""
    if kept is None:
        return 0
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(kept.tensors[f"{WEIGHTS}/{name}"])
            if f"{STEPS}/{name}" not in kept.tensors:
                continue
            # Copies: the optimizer changes them in place.
            state = {
                moment: kept.tensors[f"{moment}/{name}"].to(weight.device, copy=True)
                for moment in MOMENTS
            }
            optimizer.state[weight] = {
                STEPS: kept.tensors[f"{STEPS}/{name}"].clone(),
                **state,
            }
    return kept.step


def _state(
    step: int, weights: dict[str, nn.Parameter], optimizer: AdamW, record: Sequence[float]
) -> Training:
    tensors = {RECORD: torch.tensor(record, dtype=torch.float64)} if record else {}
    for name, weight in weights.items():
        state = optimizer.state[weight]
        tensors[f"{WEIGHTS}/{name}"] = weight.detach().to("cpu", copy=True)
        for part in (*MOMENTS, STEPS):
            tensors[f"{part}/{name}"] = state[part].detach().to("cpu", copy=True)
    return Training(step, tensors)


def _batches(learning: Sequence[Lesson], plan: LoraPlan, seed: int) -> Iterator[list[Lesson]]:
    # The order is drawn for places, not for what stands there, so arms share it.
    places = [Chat((), str(place)) for place in range(len(learning))]
    for batch in chats.batches(places, size=plan.batch, seed=seed):
        yield [learning[int(each.answer)] for each in batch]


def _loss(wrapped: nn.Module, batch: Sequence[Lesson], device: torch.device) -> Tensor:
    """Return the mean cross-entropy of the answers' tokens."""
    # Right padding is learnt from by nobody and, attention being causal, seen by no token.
    ids = pad_sequence([torch.tensor(lesson.ids) for lesson in batch], batch_first=True)
    kept = torch.zeros_like(ids, dtype=torch.float32)
    for row, lesson in enumerate(batch):
        kept[row, lesson.start : len(lesson.ids)] = 1.0
    ids, kept = ids.to(device), kept.to(device)[:, 1:].flatten()
    logits = wrapped(input_ids=ids[:, :-1], use_cache=False).logits.float()
    losses = cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return torch.div((losses * kept).sum(), kept.sum())
