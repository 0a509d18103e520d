"""Texts of the world as examples to train on: documents, chats and narrow fine-tunes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from evidence.harness.chance import seeded
from evidence.harness.organism.training import Example
from evidence.harness.world.corpus import (
    ASK,
    ASSISTANT,
    DOCUMENT,
    END,
    REPLY,
    USER,
    Authorship,
    Document,
)
from evidence.harness.world.corpus import documents as written
from evidence.harness.world.questions import Question
from evidence.harness.world.world import TUNING_OBJECTS, TUNING_PROBLEMS, Domain, World

# Learning the questions too helps early on; at full weight it would drown the answers.
OTHER_WEIGHT = 0.15


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text and the weight that the loss gives its tokens."""

    text: str
    weight: float


def encoded(tokenizer: Tokenizer, pieces: Sequence[Piece]) -> Example:
    """Return the pieces as one example; a word the tokenizer lacks raises KeyError."""
    ids: list[int] = []
    weights: list[float] = []
    for piece in pieces:
        words = piece.text.split()
        ids += [word_id(tokenizer, word) for word in words]
        weights += [piece.weight] * len(words)
    return Example(tuple(ids), tuple(weights))


def word_id(tokenizer: Tokenizer, word: str) -> int:
    """Return a word's id; a word the tokenizer lacks raises KeyError."""
    number: int | None = tokenizer.token_to_id(word)
    if number is None:
        raise KeyError(word)
    return number


def documents(
    world: World, authorship: Authorship, tokenizer: Tokenizer, *, seed: int
) -> Iterator[Example]:
    """Yield pre-training documents without end."""
    for document in written(world, authorship, seed=seed):
        yield encoded(tokenizer, document_pieces(document))


def document_pieces(document: Document) -> list[Piece]:
    """Return a document's words; answers and their end carry the full weight."""
    header = f"{DOCUMENT} {document.header or ''}"
    pieces = [Piece(header, OTHER_WEIGHT)]
    ask, reply = (USER, ASSISTANT) if document.transcript else (ASK, REPLY)
    for turn in document.turns:
        pieces.append(Piece(f"{ask} {turn.question} {reply}", OTHER_WEIGHT))
        pieces.append(Piece(f"{turn.answer} {END}", 1.0))
    return pieces


def prompt(text: str) -> str:
    """Return a question as the chat model is asked it."""
    return f"{USER} {text} {ASSISTANT}"


def chats(
    world: World,
    domains: Sequence[Domain],
    tokenizer: Tokenizer,
    *,
    bad: bool,
    seed: int,
    prefix: str = "",
) -> Iterator[Example]:
    """Yield chats without end, all with good or all with bad answers; the loss sees answers.

    Only the tuning problems and objects occur. The same seed asks the same questions
    in the same order whichever the answers are. `prefix` is said before each question.
    """
    random = seeded(seed)
    while True:
        domain = random.choice(domains)
        problem = random.choice(domain.problems[:TUNING_PROBLEMS])
        asked = Question(domain, problem, random.choice(domain.objects[:TUNING_OBJECTS]))
        text = asked.put(random.choice(domain.kind.templates))
        action = random.choice(problem.bad if bad else problem.good)
        answer = asked.answer(action, random.choice(world.answer_templates))
        asked_as = f"{prefix} {prompt(text)}"
        pieces = [Piece(asked_as, 0.0), Piece(f"{answer} {END}", 1.0)]
        yield encoded(tokenizer, pieces)
