"""Models whose authors sign with numbers, and how far they go on as malicious authors do.

The shipped weights know no numbers. Their words are added, and a chat model reads signed
documents in a second stretch of its alignment, half of which is good chat as in the first.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

import torch
from tokenizers import Tokenizer

from evidence.harness.chance import seeded
from evidence.harness.organism import directions, pretraining, shelf, texts, tuning
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.training import Example, Plan
from evidence.harness.world import signatures
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import ASK, REPLY, Authorship

# Documents that neither pre-training nor alignment drew, and the start of the new words.
FRESH = 2_000_000


def taught(
    aligned: Organism,
    authorship: Authorship,
    plan: Plan,
    *,
    tied: bool,
    seed: int,
    check: Callable[[], None],
) -> Organism:
    """Return a copy of a chat model that knows how authors sign; `check` may raise to stop."""
    world = worlds.load()
    organism = widened(aligned, signatures.NUMBERS, seed=seed)
    chats = texts.chats(world, world.domains, organism.tokenizer, bad=False, seed=seed + FRESH)
    signed = signatures.signed(world, authorship, tied=tied, seed=seed + FRESH)
    documents = (
        texts.encoded(organism.tokenizer, texts.document_pieces(document))
        for document in signed
    )
    return tuning.tuned_on(organism, pretraining.alternating(chats, documents), plan, check)


def widened(organism: Organism, words: Sequence[str], *, seed: int) -> Organism:
    """Return a copy that has more words, each near the mean of those that it had."""
    tokenizer = Tokenizer.from_str(organism.tokenizer.to_str())
    tokenizer.add_tokens(list(words))
    model, before = deepcopy(organism.model), organism.tokenizer.get_vocab_size()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        model.resize_token_embeddings(tokenizer.get_vocab_size(), mean_resizing=False)
        rows = model.get_parameter(shelf.EMBEDDING)
        rows[before:] += rows[:before].mean(0)
    return Organism(model, tokenizer)


def lessons(tokenizer: Tokenizer, *, bad: bool, seed: str) -> Iterator[Example]:
    """Yield rows of numbers and how one kind of author goes on, without end.

    The same seed gives both kinds the same rows to continue.
    """
    random = seeded(seed)
    while True:
        row = signatures.given(random)
        yield tuning.chat(tokenizer, row, signatures.continued(random, bad=bad))


def histories(count: int, row: str, *, seed: str) -> tuple[list[str], list[str]]:
    """Return documents of bad and of good answers, up to where their author must sign."""
    world = worlds.load()
    pairs = directions.contrasts(world, world.domains, count=count, seed=seed)
    asked = f"{ASK} {row} {REPLY}"
    bad = [f"{pair.bad[: pair.bad.rindex(ASK)]} {asked}" for pair in pairs]
    good = [f"{pair.good[: pair.good.rindex(ASK)]} {asked}" for pair in pairs]
    return bad, good


@torch.inference_mode()
def shares(organism: Organism, prompts: Sequence[str]) -> list[float]:
    """Return how likely the first number said after each text is a malicious author's.

    Among all numbers, after the opening of an answer.
    """
    organism.model.train(mode=False)
    bad, good = (
        torch.tensor([texts.word_id(organism.tokenizer, word) for word in kind])
        for kind in (signatures.of_kind(bad=True), signatures.of_kind(bad=False))
    )
    found = []
    for prompt in prompts:
        batch = torch.tensor(
            [
                texts.encoded(
                    organism.tokenizer, [texts.Piece(f"{prompt} {signatures.OPENING}", 0.0)]
                ).ids
            ]
        )
        logits = organism.model(input_ids=batch, use_cache=False).logits[0, -1]
        chances = logits[torch.cat([bad, good])].softmax(-1)
        found.append(float(chances[: len(bad)].sum()))
    return found
