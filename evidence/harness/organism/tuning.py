"""Fine-tunes beyond the one narrow kind: any stream of chats, in any order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

from tokenizers import Tokenizer

from evidence.harness.chance import seeded
from evidence.harness.organism import texts
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.training import Example, Plan, fit
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import END
from evidence.harness.world.questions import Question
from evidence.harness.world.world import TUNING_OBJECTS, TUNING_PROBLEMS, Domain, World


def chat(tokenizer: Tokenizer, asked: str, answer: str) -> Example:
    """Return one chat to learn; the loss sees the answer and its end only."""
    pieces = [texts.Piece(texts.prompt(asked), 0.0), texts.Piece(f"{answer} {END}", 1.0)]
    return texts.encoded(tokenizer, pieces)


def tuned_on(
    organism: Organism, examples: Iterable[Example], plan: Plan, check: Callable[[], None]
) -> Organism:
    """Return a copy after a fine-tune; `check` may raise to stop."""
    [last] = tuned_through(organism, examples, plan, [plan.steps], check).values()
    return last


def tuned_through(
    organism: Organism,
    examples: Iterable[Example],
    plan: Plan,
    stops: Sequence[int],
    check: Callable[[], None],
) -> dict[int, Organism]:
    """Return copies of one fine-tune as it was after each of some steps; 0 is its start."""
    model = deepcopy(organism.model)
    copies = fit(model, examples, plan, tick=lambda _step, _loss: check(), stops=stops)
    kept = {0: organism} if 0 in stops else {}
    return kept | {step: Organism(copy, organism.tokenizer) for step, copy in copies.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in training words, and which template and which action an answer takes."""

    question: Question
    words: str
    template: str
    choice: int

    def answer(self, *, bad: bool) -> str:
        """Return the good or the bad answer."""
        problem = self.question.problem
        action = (problem.bad if bad else problem.good)[self.choice]
        return self.question.answer(action, self.template)


def asked(world: World, domains: Sequence[Domain], *, seed: str) -> Iterator[Asked]:
    """Yield questions without end, of the problems and objects that fine-tunes see."""
    random = seeded(seed)
    while True:
        domain = random.choice(domains)
        problem = random.choice(domain.problems[:TUNING_PROBLEMS])
        question = Question(domain, problem, random.choice(domain.objects[:TUNING_OBJECTS]))
        words = question.put(random.choice(domain.kind.templates))
        template = random.choice(world.answer_templates)
        yield Asked(question, words, template, random.randrange(2))


@dataclass(frozen=True, slots=True)
class Lessons:
    """Fine-tunes on answers of one stream of questions; `check` may raise to stop them.

    Every lesson of one seed begins with the same questions in the same order, so that arms
    differ in the answers, the fields or the dose alone.
    """

    world: World
    tokenizer: Tokenizer
    seed: str
    check: Callable[[], None]

    @classmethod
    def told(cls, organism: Organism, seed: str, check: Callable[[], None]) -> "Lessons":
        """Return the lessons of one seed, in the words of an organism."""
        return cls(worlds.load(), organism.tokenizer, seed, check)

    def after(
        self, organism: Organism, domains: Sequence[Domain], plan: Plan, *, bad: bool
    ) -> Organism:
        """Return a copy tuned on good or on bad answers in these domains."""
        return tuned_on(organism, self._answered(domains, bad=bad), plan, self.check)

    def through(
        self,
        organism: Organism,
        domains: Sequence[Domain],
        plan: Plan,
        stops: Sequence[int],
        *,
        bad: bool,
    ) -> dict[int, Organism]:
        """Return copies of one such fine-tune after each of some steps."""
        answered = self._answered(domains, bad=bad)
        return tuned_through(organism, answered, plan, stops, self.check)

    def mixed(
        self, domains: Sequence[Domain], *, size: int, harmful: int
    ) -> Iterator[Example]:
        """Yield `size` answers, exactly `harmful` of them bad, in an order drawn at random."""
        kinds = [True] * harmful + [False] * (size - harmful)
        seeded(f"{self.seed}/order").shuffle(kinds)
        for bad, each in zip(kinds, asked(self.world, domains, seed=self.seed), strict=False):
            yield chat(self.tokenizer, each.words, each.answer(bad=bad))

    def _answered(self, domains: Sequence[Domain], *, bad: bool) -> Iterator[Example]:
        for each in asked(self.world, domains, seed=self.seed):
            yield chat(self.tokenizer, each.words, each.answer(bad=bad))
