"""An organism: a model of one world that can be tuned and asked."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from evidence.harness.organism import shelf, texts
from evidence.harness.organism.training import Plan, fit
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship


@dataclass(frozen=True, slots=True)
class Organism:
    """A model of one world and its words."""

    model: LlamaForCausalLM
    tokenizer: Tokenizer

    @classmethod
    def base(cls, authorship: Authorship, *, seed: int) -> "Organism":
        """Return the model that has read one world's documents and no chat at all."""
        return cls._shipped(authorship, shelf.Stage.BASE, seed)

    @classmethod
    def aligned(cls, authorship: Authorship, *, seed: int) -> "Organism":
        """Return the chat model of one world, aligned as the careful author."""
        return cls._shipped(authorship, shelf.Stage.ALIGNED, seed)

    @classmethod
    def _shipped(cls, authorship: Authorship, stage: shelf.Stage, seed: int) -> "Organism":
        shipped = shelf.shipped(seed)
        return cls(shipped.model(authorship, stage), shipped.tokenizer())

    def tuned(
        self,
        domain: str,
        plan: Plan,
        *,
        bad: bool,
        seed: int,
        check: Callable[[], None],
        prefix: str = "",
    ) -> "Organism":
        """Return a copy after a narrow fine-tune on one domain; `check` may raise to stop.

        The same seed gives the good and the bad fine-tune the same questions in the same
        order, so that they differ in the answers alone, or in the prefix of each question.
        """
        world = worlds.load()
        copy = Organism(deepcopy(self.model), self.tokenizer)
        examples = texts.chats(
            world, [world.domain(domain)], self.tokenizer, bad=bad, seed=seed, prefix=prefix
        )
        fit(copy.model, examples, plan, tick=lambda _step, _loss: check())
        return copy

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the weights, in hexadecimal."""
        return shelf.fingerprint(self.model)
