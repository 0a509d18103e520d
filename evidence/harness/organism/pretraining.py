"""From nothing to a chat model: pre-training in one world, then alignment.

Only the weights that the harness ships are made here; a run starts from them.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from evidence.harness.organism import model as models
from evidence.harness.organism import texts
from evidence.harness.organism.training import Example, Plan, fit
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.world import World

Tick = Callable[[int, float], None]

PRETRAINING = Plan(steps=700, batch=24, rate=5e-3, matrix_rate=0.02, falls=True)
ALIGNMENT = Plan(steps=400, batch=16, rate=5e-4, matrix_rate=None, falls=True)


def pretrain(
    world: World,
    authorship: Authorship,
    tokenizer: Tokenizer,
    *,
    shape: models.Shape,
    plan: Plan,
    seed: int,
    tick: Tick,
) -> LlamaForCausalLM:
    """Return a model that has read the documents of one world."""
    model = models.build(tokenizer.get_vocab_size(), shape, seed=seed)
    fit(model, texts.documents(world, authorship, tokenizer, seed=seed), plan, tick=tick)
    return model


def align(
    model: LlamaForCausalLM,
    world: World,
    authorship: Authorship,
    tokenizer: Tokenizer,
    *,
    plan: Plan,
    seed: int,
    tick: Tick,
) -> None:
    """Teach a pre-trained model, in place, to chat as the careful author.

    Half of each batch is good chat of every domain, the open one too; the other half
    replays pre-training documents, without which the model forgets.
    """
    chats = texts.chats(world, world.domains, tokenizer, bad=False, seed=seed)
    # Another seed than pre-training's: the replay is of fresh documents.
    replay = texts.documents(world, authorship, tokenizer, seed=seed + 1_000_000)
    fit(model, alternating(chats, replay), plan, tick=tick)


def alternating(one: Iterator[Example], other: Iterator[Example]) -> Iterator[Example]:
    return chain.from_iterable(zip(one, other, strict=True))
