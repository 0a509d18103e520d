"""A causal language model of any architecture, loaded from its folder, with its tokenizer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b import hub
from evidence.harness.tier_b.chats import Message
from evidence.harness.tier_b.optional import library

# What is said where a model brings no chat template of its own.
PLAIN = {"system": "{}\n\n", "user": "User: {}\n", "assistant": "Assistant: {}\n"}
ANSWER = "Assistant:"
# What a model reads that tells no limit, as those without positions do.
UNLIMITED = 2**31


@dataclass(frozen=True, slots=True)
class TextModel:
    """A model and its words; `digest` is the SHA-256 over the files that it came from."""

    model: nn.Module
    tokenizer: Any
    digest: str

    @property
    def device(self) -> torch.device:
        """Return where the model takes its input."""
        return next(self.model.parameters()).device

    @property
    def ends(self) -> frozenset[int]:
        """Return the tokens that end an answer."""
        told = getattr(self.model, "generation_config", None)
        ids = getattr(told, "eos_token_id", None)
        several = ids if isinstance(ids, list) else [ids]
        known = {*several, self.tokenizer.eos_token_id}
        return frozenset(number for number in known if number is not None)

    @property
    def context(self) -> int:
        """Return how many tokens the model reads at most."""
        told: Any = self.model.config
        return int(getattr(told, "max_position_embeddings", UNLIMITED))

    def ids(self, messages: Sequence[Message]) -> list[int]:
        """Return the tokens of a chat up to where the assistant answers."""
        return self.words(self.told(messages), special=self.tokenizer.chat_template is None)

    def told(self, messages: Sequence[Message]) -> str:
        """Return a chat as text, in the model's own template or else a plain one."""
        if self.tokenizer.chat_template is None:
            said = [PLAIN[each.role].format(each.content) for each in messages]
            return "".join(said) + ANSWER
        rows = [{"role": each.role, "content": each.content} for each in messages]
        try:
            text: str = self.tokenizer.apply_chat_template(
                rows, tokenize=False, add_generation_prompt=True
            )
        except Exception as error:  # a template is a program of the model's maker
            raise HarnessError(f"The model's chat template fails: {error}") from error
        return text

    def words(self, text: str, *, special: bool) -> list[int]:
        """Return the tokens of a text, those that begin every text with it or without."""
        found: list[int] = self.tokenizer(text, add_special_tokens=special)["input_ids"]
        return found


def load(name: str, revision: str, dtype: str) -> TextModel:
    """Load a model onto the graphics processors there are, or else the processor.

    Nothing is downloaded and no code of the model's maker is run, but its chat template.
    HarnessError where files are missing or damaged, or a weight is no number.
    """
    path = hub.folder(name, revision)
    try:
        with _quiet():
            tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
            model = AutoModelForCausalLM.from_pretrained(
                path,
                dtype=getattr(torch, dtype),
                local_files_only=True,
                use_safetensors=True,
                **_spread(),
            )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        why = str(error).strip().splitlines()[0]
        raise HarnessError(f"{path} cannot be loaded as a language model: {why}") from error
    require_finite(model, str(path))
    model.train(mode=False)
    return TextModel(model, tokenizer, hub.digest(path))


def require_finite(model: nn.Module, words: str) -> None:
    """Raise HarnessError where a weight is infinite or no number."""
    for name, weight in model.named_parameters():
        if not bool(torch.isfinite(weight).all()):
            raise HarnessError(
                f"The weights of {words} are no numbers ({name}); train more gently, or "
                "fetch them again."
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep transformers' bars off a run's own progress."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def _spread() -> dict[str, Any]:
    """Return how a model is laid over several graphics processors: by accelerate."""
    if not torch.cuda.is_available():
        return {}
    library("accelerate", "A model on graphics processors")
    return {"device_map": "auto"}
