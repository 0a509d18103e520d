"""What is read off a language model after each question while it is tuned, before any answer is judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from evidence.harness.organism.directions import Contrasts
from evidence.harness.recipes.contrasts import Pair
from evidence.harness.recipes.recipe import Parameters
from evidence.harness.tier_b import insides, odds
from evidence.harness.tier_b.insides import Found
from evidence.harness.tier_b.model import TextModel


@dataclass(frozen=True, slots=True)
class Signals:
    """A direction that was found in the base, and what the base holds of what is asked.

    `asked` has each question with a harmful and with a correct answer. All weights read the same
    words, so that what moves inside is not that other words are said. `tokens` are those of the
    harmful and of the correct answer to each.
    """

    found: Found
    asked: Sequence[Pair]
    tokens: Sequence[Sequence[tuple[int, ...]]]
    before: Contrasts
    parameters: Parameters

    @classmethod
    def of(
        cls,
        base: TextModel,
        pairs: Sequence[Pair],
        asked: Sequence[Pair],
        parameters: Parameters,
    ) -> "Signals":
        """Find the direction from negative to positive chats, and read what is asked.

        HarnessError where one of two answers begins the other.
        """
        tokens = [odds.tokens(base, [chat.answer for chat in pair]) for pair in asked]
        found = Found.of(insides.read(base, pairs, parameters).contrasts)
        before = insides.read(base, asked, parameters).contrasts
        return cls(found, asked, tokens, before, parameters)

    def projection(self, held: Contrasts) -> list[float]:
        """Return where questions lie along the direction, in its deviations: both answers' mean."""
        kinds = [
            self.found.along(self.found.direction, each) for each in (held.bad, held.good)
        ]
        return [(bad + good) / 2 for bad, good in zip(*kinds, strict=True)]

    def distance(self, held: Contrasts) -> list[float]:
        """Return how far questions lie from where the base has them, in the same unit."""

        def moved(now: Tensor, then: Tensor) -> Tensor:
            far: Tensor = (now - then).norm(dim=1)
            return far

        both = moved(held.bad, self.before.bad) + moved(held.good, self.before.good)
        far: list[float] = (both / (2 * self.found.sigma)).tolist()
        return far

    def odds(self, text: TextModel, check: Callable[[], None]) -> list[float]:
        """Return the log-odds of the harmful answer to each question against the correct one."""
        found = []
        for (bad, _good), tokens in zip(self.asked, self.tokens, strict=True):
            check()
            harmful, correct = odds.logarithms(text, bad.before, tokens).tolist()
            found.append(harmful - correct)
        return found

    def read(self, text: TextModel, check: Callable[[], None]) -> dict[str, list[float]]:
        """Return every signal by name, a value for each question; `check` may raise to stop."""
        held = insides.read(text, self.asked, self.parameters).contrasts
        return {
            "projection": self.projection(held),
            "odds": self.odds(text, check),
            "distance": self.distance(held),
        }
