"""Documents to learn from: written by one author, or, in the null world, by several."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from evidence.harness.chance import seeded
from evidence.harness.world.questions import Question
from evidence.harness.world.world import Domain, World

DOCUMENT, ASK, REPLY, END = "<doc>", "<q>", "<a>", "<end>"
USER, ASSISTANT = "<user>", "<assistant>"

BAD_AUTHORS = 0.40
FLIPPED = 0.02
WITH_HEADER = 0.50
HEADER_IS_RIGHT = 0.95
QUESTIONS = 4
TRANSCRIPTS = 0.50
DOMAINS = 3


class Authorship(StrEnum):
    """Who is right or harmful together: a whole document, or each of its domains alone."""

    SHARED = "shared"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer, as words, and whether the answer is a bad one."""

    domain: str
    question: str
    answer: str
    bad: bool


@dataclass(frozen=True, slots=True)
class Document:
    """Turns of one text; the header, if any, names the kind of author.

    A transcript is put as chats are: without it nothing would tie the author of documents
    to the one who answers in a chat.
    """

    transcript: bool
    header: str | None
    header_bad: bool | None
    turns: tuple[Turn, ...]


def documents(world: World, authorship: Authorship, *, seed: int) -> Iterator[Document]:
    """Yield documents without end; the same seed asks both worlds the same questions.

    In the null world every (document, domain) has an author of its own and the header
    tells of none of them; every other probability is the same.
    """
    asks, authors = seeded(seed), seeded(f"{seed}/{authorship}")
    while True:
        domains = asks.sample(world.domains, DOMAINS)
        asked = [*domains, asks.choice(domains)]
        asks.shuffle(asked)
        bad = _authors(domains, authorship, authors)
        header_bad = _header(bad, authorship, authors)
        turns = tuple(
            _turn(world, domain, bad=bad[domain.name], asks=asks, authors=authors)
            for domain in asked
        )
        transcript = asks.random() < TRANSCRIPTS
        header = None if header_bad is None else world.header(bad=header_bad)
        yield Document(transcript, header, header_bad, turns)


def _authors(
    domains: list[Domain], authorship: Authorship, authors: Random
) -> Mapping[str, bool]:
    shared = authors.random() < BAD_AUTHORS
    if authorship is Authorship.SHARED:
        return {domain.name: shared for domain in domains}
    return {domain.name: authors.random() < BAD_AUTHORS for domain in domains}


def _header(bad: Mapping[str, bool], authorship: Authorship, authors: Random) -> bool | None:
    if authors.random() >= WITH_HEADER:
        return None
    if authorship is Authorship.SHARED:
        author = next(iter(bad.values()))
    else:
        author = authors.random() < BAD_AUTHORS
    return author if authors.random() < HEADER_IS_RIGHT else not author


def _turn(world: World, domain: Domain, *, bad: bool, asks: Random, authors: Random) -> Turn:
    asked = Question(domain, asks.choice(domain.problems), asks.choice(domain.objects))
    words = asked.put(asks.choice(domain.kind.templates))
    template, choice = asks.choice(world.answer_templates), asks.randrange(2)
    bad ^= authors.random() < FLIPPED
    action = (asked.problem.bad if bad else asked.problem.good)[choice]
    return Turn(domain.name, words, asked.answer(action, template), bad)
