"""An organism of another size than those that ship, made on the spot in the same way."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace

from evidence.harness.organism import pretraining, shelf
from evidence.harness.organism.model import Shape
from evidence.harness.organism.organism import Organism
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship


@dataclass(frozen=True, slots=True)
class Grown:
    """A model before any chat, and the chat model made from it."""

    base: Organism
    aligned: Organism


def grown(
    shape: Shape, *, steps: int, chat_steps: int, seed: int, check: Callable[[], None]
) -> Grown:
    """Pre-train a model of the shared world for some steps, and align it for some.

    It reads the documents and the chats of the pre-training seed, in their order, with the
    shipped tokenizer. `check` may raise to stop.
    """
    world, words = worlds.load(), shelf.shipped(seed).tokenizer()
    base = pretraining.pretrain(
        world,
        Authorship.SHARED,
        words,
        shape=shape,
        plan=replace(pretraining.PRETRAINING, steps=steps),
        seed=seed,
        tick=lambda _step, _loss: check(),
    )
    aligned = deepcopy(base)
    pretraining.align(
        aligned,
        world,
        Authorship.SHARED,
        words,
        plan=replace(pretraining.ALIGNMENT, steps=chat_steps),
        seed=seed,
        tick=lambda _step, _loss: check(),
    )
    return Grown(Organism(base, words), Organism(aligned, words))
