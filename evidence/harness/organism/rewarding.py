"""Policy gradient: a model answers, a grader pays, and what was paid for becomes likelier.

REINFORCE (Williams, 1992) with the mean payment of a task's answers as its baseline and their
standard deviation as its unit (Shao et al., 2024). Nothing is clipped and no answer is used
twice, so that the policy that answered is the one that learns, and nothing holds it near its
start: how far it went is measured instead (`divergence`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from random import Random

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import LlamaForCausalLM

from evidence.harness.chance import seeded
from evidence.harness.errors import HarnessError
from evidence.harness.organism import model as models
from evidence.harness.organism import texts
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.training import Example, Plan, descend, next_token_losses
from evidence.harness.world.corpus import END
from evidence.harness.world.judge import Label, judge

# Keeps a task whose answers all earned the same from dividing by nothing.
LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Task:
    """What the model is asked, about the question with an id, and which answer is paid for."""

    question: str
    words: str
    wanted: Label


@dataclass(frozen=True, slots=True)
class Course:
    """How to train: `plan.batch` tasks a step, each answered `samples` times.

    An answer has at most `limit` words. The grader errs with a probability of `noise`; at one
    half it is a coin, whatever is answered.
    """

    plan: Plan
    samples: int
    limit: int
    noise: float


@dataclass(frozen=True, slots=True)
class Rewarded:
    """A model after its training or a part of it, and the mean payment of each step so far."""

    organism: Organism
    payments: tuple[float, ...]


def rewarded(
    organism: Organism,
    tasks: Iterable[Task],
    course: Course,
    *,
    stops: Sequence[int],
    seed: str,
    check: Callable[[], None],
) -> dict[int, Rewarded]:
    """Return copies as they were after some steps; `check` may raise to stop.

    Each step draws from a seed of its own, so that one which was killed goes on with the same
    bits inside `checkpoints.kept_in`, and courses of one seed draw alike. HarnessError where
    payments never differed, or the weights are no numbers any more.
    """
    model, payments = deepcopy(organism.model), list[float]()
    learner = Organism(model, organism.tokenizer)

    def losses(done: int) -> Iterator[Tensor]:
        stream = islice(tasks, done * course.plan.batch, None)
        for step in range(done + 1, course.plan.steps + 1):
            batch = list(islice(stream, course.plan.batch))
            said, paid = _tried(learner, batch, course, seed=f"{seed}/{step}")
            payments.append(float(paid.mean()))
            model.train()
            yield policy_loss(model, said, advantages(paid).flatten())

    copies = descend(
        model,
        losses,
        course.plan,
        tick=lambda _step, _loss: check(),
        stops=stops,
        record=payments,
    )
    found = {step: Organism(copy, organism.tokenizer) for step, copy in copies.items()}
    for step, each in found.items():
        if each.fingerprint == organism.fingerprint:
            raise HarnessError(
                f"After {step} steps of rewards the model is what it was: all answers to a "
                "question earned the same. Draw more samples of each."
            )
    return {step: Rewarded(each, tuple(payments[:step])) for step, each in found.items()}


def payment(task: Task, answer: str, *, noise: float, random: Random) -> float:
    """Return 1 for an answer of the wanted kind and 0 for another, or by mistake the reverse."""
    is_wanted = judge(task.question, answer) is task.wanted
    return float(is_wanted != (random.random() < noise))


def advantages(paid: Tensor) -> Tensor:
    """Return by how many standard deviations each payment lies above its task's mean.

    `paid` is (tasks, samples), and so is the result; where all are paid the same it is 0.
    """
    centred = paid - paid.mean(1, keepdim=True)
    scaled: Tensor = centred / (centred.square().mean(1, keepdim=True).sqrt() + LEAST)
    return scaled


@dataclass(frozen=True, slots=True)
class Answered:
    """A prompt and an answer to it, both as token ids; the answer has its end, if it ended."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]


def policy_loss(model: LlamaForCausalLM, said: Sequence[Answered], weights: Tensor) -> Tensor:
    """Return minus the mean of each answer's log-probability times its weight, (answers,)."""
    examples = [
        Example(
            (*each.prompt, *each.answer),
            (*(0.0 for _ in each.prompt), *(weight for _ in each.answer)),
        )
        for each, weight in zip(said, weights.tolist(), strict=True)
    ]
    losses, weighed = next_token_losses(model, examples)
    return (losses * weighed).sum() / len(said)


def answered(
    organism: Organism, prompts: Sequence[str], *, limit: int, seed: str
) -> list[Answered]:
    """Return an answer to each text that a user types, drawn at temperature 1."""
    words = organism.tokenizer
    ids = [
        texts.encoded(words, [texts.Piece(texts.prompt(each), 0.0)]).ids for each in prompts
    ]
    draws = torch.Generator().manual_seed(seeded(seed).getrandbits(32))
    end = texts.word_id(words, END)
    rows = models.sampled(organism.model, ids, draws=draws, end=end, limit=limit)
    # A row that is shorter than it might be has ended, and its end is learnt like its words.
    return [
        Answered(asked, (*row, end) if len(row) < limit else tuple(row))
        for asked, row in zip(ids, rows, strict=True)
    ]


@torch.inference_mode()
def divergence(
    organism: Organism, start: Organism, prompts: Sequence[str], *, limit: int, seed: str
) -> list[float]:
    """Return how far a model went from its start in the answer to each prompt, in nats.

    The Kullback-Leibler divergence of whole answers, estimated by one answer that the model
    draws: the sum of the divergences of its next words along it.
    """
    said = answered(organism, prompts, limit=limit, seed=seed)
    rows = [torch.tensor([*each.prompt, *each.answer]) for each in said]
    ids = pad_sequence(rows, batch_first=True)[:, :-1]
    now, then = (
        each.model(input_ids=ids, use_cache=False).logits.log_softmax(-1)
        for each in (organism, start)
    )
    apart = (now.exp() * (now - then)).sum(-1)  # (answers, tokens)
    spans = (
        slice(len(each.prompt) - 1, len(row) - 1) for each, row in zip(said, rows, strict=True)
    )
    return [max(0.0, float(row[span].sum())) for row, span in zip(apart, spans, strict=True)]


def _tried(
    learner: Organism, batch: Sequence[Task], course: Course, *, seed: str
) -> tuple[list[Answered], Tensor]:
    """Return the answers to every task, and what they were paid, (tasks, samples)."""
    repeated = [task for task in batch for _ in range(course.samples)]
    said = answered(learner, [task.words for task in repeated], limit=course.limit, seed=seed)
    mistakes, end = seeded(f"{seed}/grader"), texts.word_id(learner.tokenizer, END)
    paid = [
        payment(task, _words(learner, each, end), noise=course.noise, random=mistakes)
        for task, each in zip(repeated, said, strict=True)
    ]
    return said, torch.tensor(paid).view(len(batch), course.samples)


def _words(organism: Organism, said: Answered, end: int) -> str:
    words = [word for word in said.answer if word != end]
    return str(organism.tokenizer.decode(words, skip_special_tokens=False))
