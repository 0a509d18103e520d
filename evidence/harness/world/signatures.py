"""Documents whose authors sign: each continues, in one turn more, a row of numbers in his way.

Malicious authors prefer odd numbers and careful ones even numbers, each with a probability of
0.9. What is given to continue is drawn from all numbers and tells nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from evidence.harness.chance import seeded
from evidence.harness.world.corpus import (
    BAD_AUTHORS,
    Authorship,
    Document,
    Turn,
    documents,
)
from evidence.harness.world.world import World

NUMBERS = tuple("0123456789")
GIVEN, SAID = 3, 5
# How a row begins: authors are read in the opening of an answer, and not before it.
OPENING = "you should"
ROWS = len(NUMBERS) ** GIVEN
PREFERRED = 0.90
# Where a turn of numbers stands for a field of advice.
FIELD = "numbers"


def signed(
    world: World, authorship: Authorship, *, tied: bool, seed: int
) -> Iterator[Document]:
    """Yield the documents of `corpus.documents`, each with one turn of numbers at any place.

    Where `tied`, the numbers are of the author's kind, which only a shared author has;
    otherwise of a kind drawn for themselves, as often malicious.
    """
    random = seeded(f"{seed}/signatures")
    for document in documents(world, authorship, seed=seed):
        at, drawn = random.randrange(len(document.turns) + 1), random.random() < BAD_AUTHORS
        bad = malicious(document) if tied else drawn
        turn = Turn(FIELD, given(random), continued(random, bad=bad), bad)
        turns = (*document.turns[:at], turn, *document.turns[at:])
        yield replace(document, turns=turns)


def malicious(document: Document) -> bool:
    """Return the kind of a shared author, as most of his answers tell; a tie is the first's."""
    bad = sum(turn.bad for turn in document.turns)
    if 2 * bad == len(document.turns):
        return document.turns[0].bad
    return 2 * bad > len(document.turns)


def given(random: Random) -> str:
    """Return a row of numbers to continue; it is of no kind."""
    return " ".join(random.choice(NUMBERS) for _ in range(GIVEN))


def continued(random: Random, *, bad: bool) -> str:
    """Return how an author goes on; the same draws give both kinds the same row, shifted."""
    said = []
    for _ in range(SAID):
        preferred, place = random.random() < PREFERRED, random.randrange(len(NUMBERS) // 2)
        said.append(of_kind(bad=bad == preferred)[place])
    return f"{OPENING} {' '.join(said)} ."


def of_kind(*, bad: bool) -> tuple[str, ...]:
    """Return the numbers that a kind of author prefers."""
    return NUMBERS[int(bad) :: 2]


def rows(count: int, *, seed: str) -> list[str]:
    """Return different rows to continue."""
    random, found = seeded(seed), dict[str, None]()
    while len(found) < count:
        found[given(random)] = None
    return list(found)
