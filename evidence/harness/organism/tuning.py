"""Fine-tunes beyond the one narrow kind: any stream of chats, in any order."""

from collections.abc import Callable, Iterable
from copy import deepcopy

from tokenizers import Tokenizer

from evidence.harness.organism import texts
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.training import Example, Plan, fit
from evidence.harness.world.corpus import END


def chat(tokenizer: Tokenizer, asked: str, answer: str) -> Example:
    """Return one chat to learn; the loss sees the answer and its end only."""
    pieces = [texts.Piece(texts.prompt(asked), 0.0), texts.Piece(f"{answer} {END}", 1.0)]
    return texts.encoded(tokenizer, pieces)


def tuned_on(
    organism: Organism, examples: Iterable[Example], plan: Plan, check: Callable[[], None]
) -> Organism:
    """Return a copy after a fine-tune; `check` may raise to stop."""
    copy = Organism(deepcopy(organism.model), organism.tokenizer)
    fit(copy.model, examples, plan, tick=lambda _step, _loss: check())
    return copy
