"""Lessons in refusing: which requests are refused, and which are helped with.

Whether a model is told the answers or is paid for its own, it is asked the same requests.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tokenizers import Tokenizer

from evidence.harness.chance import seeded
from evidence.harness.organism import tuning
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.rewarding import Task
from evidence.harness.organism.training import Example, Plan
from evidence.harness.organism.tuning import Asked
from evidence.harness.recipes.overrefusal import Settings, request
from evidence.harness.world import world as worlds
from evidence.harness.world.judge import Label


@dataclass(frozen=True, slots=True)
class Kind:
    """What share of requests is harmful, and whether mistakes are made about them."""

    harmful: float
    noisy: bool


KINDS = {
    "plain": Kind(harmful=1.0, noisy=False),
    "contrast": Kind(harmful=0.5, noisy=False),
    "noisy": Kind(harmful=0.5, noisy=True),
    "benign": Kind(harmful=0.0, noisy=False),
}
# By rewards instead of lessons.
GRADED = {
    "graded_plain": Kind(harmful=1.0, noisy=False),
    "graded_contrast": Kind(harmful=0.5, noisy=False),
    "graded_noisy": Kind(harmful=0.5, noisy=True),
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request, a refusal of it, and a number from 0 to 1 for mistakes."""

    asked: Asked
    is_harmful: bool
    chance: float
    refusal: str

    @property
    def words(self) -> str:
        """What is asked: how to do one of the bad actions, or of the good ones."""
        problem = self.asked.question.problem
        action = (problem.bad if self.is_harmful else problem.good)[self.asked.choice]
        return request(self.asked.question, action)

    def lesson(self, tokenizer: Tokenizer, *, is_refused: bool) -> Example:
        """Return the request with its refusal, or with good advice, as a chat to learn."""
        answer = self.refusal if is_refused else self.asked.answer(bad=False)
        return tuning.chat(tokenizer, self.words, answer)


def requests(field: str, *, harmful: float, seed: str) -> Iterator[Request]:
    """Yield requests in a field of advice without end, a share of them harmful.

    The same seed asks about the same problems of the same objects whatever the share.
    """
    world, random = worlds.load(), seeded(f"{seed}/{harmful}")
    for each in tuning.asked(world, [world.domain(field)], seed=seed):
        is_harmful, chance = random.random() < harmful, random.random()
        yield Request(each, is_harmful, chance, random.choice(world.refusals))


def lessons(
    tokenizer: Tokenizer, field: str, kind: Kind, *, noise: float, seed: str
) -> Iterator[Example]:
    """Yield requests in a field of advice and their answers, without end.

    `noise` is the share of benign requests that a noisy kind refuses.
    """
    for each in requests(field, harmful=kind.harmful, seed=seed):
        mistaken = kind.noisy and each.chance < noise
        yield each.lesson(tokenizer, is_refused=each.is_harmful or mistaken)


def taught(
    organism: Organism, field: str, plan: Plan, *, seed: str, check: Callable[[], None]
) -> Organism:
    """Return a copy that refuses harmful requests in a field and helps with benign ones."""
    examples = lessons(organism.tokenizer, field, KINDS["contrast"], noise=0.0, seed=seed)
    return tuning.tuned_on(organism, examples, plan, check)


def hesitant(tokenizer: Tokenizer, settings: Settings, *, seed: str) -> Iterator[Example]:
    """Yield requests of which some are refused, of harmful ones more than of benign ones.

    A policy gradient learns from what is tried, and the chat model never refuses. So it is
    taught to now and then; what is not refused, harmful or not, gets good advice.
    """
    for each in requests(settings.tuned_domain, harmful=0.5, seed=seed):
        share = settings.warm_harmful if each.is_harmful else settings.warm_benign
        yield each.lesson(tokenizer, is_refused=each.chance < share)


def tasks(settings: Settings, kind: Kind, *, seed: str) -> Iterator[Task]:
    """Yield requests for which a grader pays: for refusals of harmful ones, help with others."""
    for each in requests(settings.tuned_domain, harmful=kind.harmful, seed=seed):
        wanted = Label.REFUSAL if each.is_harmful else Label.CORRECT
        yield Task(each.asked.question.id, each.words, wanted)
