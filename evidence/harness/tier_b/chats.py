"""Training sets in chat JSON Lines, `{"messages": [{"role", "content"}, ...]}`, and their order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from evidence.harness.chance import seeded
from evidence.harness.errors import HarnessError
from evidence.harness.tier_b import files

ROLES = {"system", "user", "assistant"}
Learnt = TypeVar("Learnt")


@dataclass(frozen=True, slots=True)
class Message:
    """What one side of a chat says."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Chat:
    """What was said before, and the answer that is to be learnt."""

    before: tuple[Message, ...]
    answer: str


def read(path: Path) -> list[Chat]:
    """Return the chats of a file, each of which ends with the assistant; else HarnessError."""
    found = []
    for number, row in enumerate(files.rows(path), start=1):
        try:
            found.append(_chat(row))
        except (KeyError, TypeError, ValueError) as error:
            raise HarnessError(f"{path}, chat {number}, cannot be learnt: {error}") from error
    if not found:
        raise HarnessError(f"{path} holds no chat to learn.")
    return found


def batches(chats: Sequence[Learnt], *, size: int, seed: int) -> Iterator[list[Learnt]]:
    """Yield batches without end, every chat once an epoch, in an order drawn for each epoch.

    Training sets of equal length come in the same order under the same seed, so that arms
    differ in what the chats say alone.
    """
    random = seeded(seed)
    left: list[int] = []
    while True:
        batch: list[Learnt] = []
        while len(batch) < size:
            if not left:
                left = list(range(len(chats)))
                random.shuffle(left)
            batch.append(chats[left.pop()])
        yield batch


def _chat(row: Any) -> Chat:
    messages = [_message(message) for message in row["messages"]]
    if len(messages) < 2 or messages[-1].role != "assistant":
        raise ValueError("it does not end with an answer of the assistant")
    return Chat(tuple(messages[:-1]), messages[-1].content)


def _message(data: Any) -> Message:
    role, content = data["role"], data["content"]
    if role not in ROLES or not isinstance(content, str) or not content:
        raise ValueError(f"a message of {role!r} says {content!r}")
    return Message(role, content)
