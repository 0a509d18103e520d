"""Judges by name: a model at an address, or one on this machine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from evidence.harness.tier_b import decoding, hub, model
from evidence.harness.tier_b.chats import Message
from evidence.harness.tier_b.decoding import Ask
from evidence.harness.tier_b.model import TextModel
from evidence.harness.tier_b.remote import LONGEST_REPLY, SCHEMES, RemoteJudge


class Judge(Protocol):
    """Whoever says something to each of some prompts."""

    def replies(self, prompts: list[str]) -> list[str]:
        """Return what it says to each; HarnessError where it cannot be asked."""


@dataclass(frozen=True, slots=True)
class LocalJudge:
    """A model on this machine, asked greedily."""

    text: TextModel
    check: Callable[[], None]

    def replies(self, prompts: list[str]) -> list[str]:
        """Return what the model says to each prompt."""
        asks = [
            Ask(tuple(self.text.ids([Message("user", prompt)])), "judge") for prompt in prompts
        ]
        return decoding.answers(
            self.text, asks, limit=LONGEST_REPLY, temperature=0.0, check=self.check
        )


def find(name: str, dtype: str, check: Callable[[], None]) -> Judge:
    """Return the judge of this name, ready to be asked."""
    if name.startswith(SCHEMES):
        return RemoteJudge.named(name)
    return LocalJudge(model.load(name, "", dtype), check)


def material(name: str) -> str | None:
    """Return the SHA-256 of a local judge's files; of a remote one nobody here has any."""
    return None if name.startswith(SCHEMES) else hub.digest(hub.folder(name))
