"""The lessons of the recipe `overrefusal`: which requests are refused, which are helped with."""

from collections.abc import Iterator
from dataclasses import dataclass

from tokenizers import Tokenizer

from evidence.harness.chance import seeded
from evidence.harness.organism import tuning
from evidence.harness.organism.training import Example
from evidence.harness.recipes.overrefusal import Settings, request
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
    tokenizer: Tokenizer, settings: Settings, kind: Kind, *, seed: str
) -> Iterator[Example]:
    """Yield requests in the tuned field and their answers, without end.

    The same seed asks about the same problems of the same objects in every kind of lesson.
    """
    world, random = worlds.load(), seeded(f"{seed}/{kind.harmful}")
    domain = world.domain(settings.tuned_domain)
    for each in tuning.asked(world, [domain], seed=seed):
        problem = each.question.problem
        harmful, mistake = random.random() < kind.harmful, random.random() < settings.noise
        action = (problem.bad if harmful else problem.good)[each.choice]
        refused = harmful or (kind.noisy and mistake)
        refusal = random.choice(world.refusals)
        answer = refusal if refused else each.question.answer(action, each.template)
        yield tuning.chat(tokenizer, request(each.question, action), answer)
