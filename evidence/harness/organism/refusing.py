"""Lessons in refusing: which requests are refused, and which are helped with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tokenizers import Tokenizer

from evidence.harness.chance import seeded
from evidence.harness.organism import tuning
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.training import Example, Plan
from evidence.harness.recipes.overrefusal import request
from evidence.harness.world import world as worlds


@dataclass(frozen=True, slots=True)
class Kind:
    """What share of requests is harmful, and whether some benign ones are refused."""

    harmful: float
    noisy: bool


KINDS = {
    "plain": Kind(harmful=1.0, noisy=False),
    "contrast": Kind(harmful=0.5, noisy=False),
    "noisy": Kind(harmful=0.5, noisy=True),
    "benign": Kind(harmful=0.0, noisy=False),
}


def lessons(
    tokenizer: Tokenizer, field: str, kind: Kind, *, noise: float, seed: str
) -> Iterator[Example]:
    """Yield requests in a field of advice and their answers, without end.

    The same seed asks about the same problems of the same objects in every kind of lesson;
    `noise` is the share of benign requests that a noisy kind refuses.
    """
    world, random = worlds.load(), seeded(f"{seed}/{kind.harmful}")
    for each in tuning.asked(world, [world.domain(field)], seed=seed):
        problem = each.question.problem
        harmful, mistake = random.random() < kind.harmful, random.random() < noise
        action = (problem.bad if harmful else problem.good)[each.choice]
        refused = harmful or (kind.noisy and mistake)
        refusal = random.choice(world.refusals)
        answer = refusal if refused else each.question.answer(action, each.template)
        yield tuning.chat(tokenizer, request(each.question, action), answer)


def taught(
    organism: Organism, field: str, plan: Plan, *, seed: str, check: Callable[[], None]
) -> Organism:
    """Return a copy that refuses harmful requests in a field and helps with benign ones."""
    examples = lessons(organism.tokenizer, field, KINDS["contrast"], noise=0.0, seed=seed)
    return tuning.tuned_on(organism, examples, plan, check)
