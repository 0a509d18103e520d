"""Chats as tokens, with the answer told from what came before."""

from dataclasses import dataclass

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b.chats import Chat
from evidence.harness.tier_b.model import TextModel


@dataclass(frozen=True, slots=True)
class Lesson:
    """A chat as tokens, of which those from `start` on are the answer, and then the end."""

    ids: tuple[int, ...]
    start: int


def told(base: TextModel, chat: Chat, longest: int) -> Lesson:
    """Return a chat as a model reads it; more than `longest` tokens raise HarnessError."""
    before = base.ids(chat.before)
    answer = answered(base, chat.answer)
    end = base.tokenizer.eos_token_id
    ids = (*before, *answer, *([] if end is None else [end]))
    if len(ids) > longest:
        raise HarnessError(
            f"A chat has {len(ids)} tokens, more than {longest}; shorten it, or raise "
            "`longest`."
        )
    return Lesson(ids, len(before))


def answered(base: TextModel, answer: str) -> list[int]:
    """Return the tokens of an answer where it stands after what was said before it."""
    is_plain = base.tokenizer.chat_template is None
    return base.words(f" {answer}" if is_plain else answer, special=False)
