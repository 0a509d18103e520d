"""An entailment model beside the rules, asked whether a passage says so.

A sequence classifier over pairs (passage, claim), given by its folder or by a name already on
this machine. None is shipped. Which of its outputs mean what is read from its own
configuration.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from classifier.core.encoder import EncoderError

_BATCH = 16
_LENGTH = 512  # tokens of a pair; a window of three sentences is seldom half of it
# The first that is there is what is loaded; weights may lie in several files.
_WEIGHTS = (
    "model.safetensors",
    "model-*-of-*.safetensors",
    "pytorch_model.bin",
    "pytorch_model-*-of-*.bin",
)
# What models of this kind call their outputs. "not_entailment" is neither.
_ENTAILED = ("entail", "support", "consistent")
_CONTRADICTED = ("contradict", "refute")


class EntailmentError(EncoderError):
    """The entailment model cannot be used; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the model says of one pair: probabilities in [0, 1] that add up to at most 1."""

    entailed: float
    contradicted: float


_NONE = Opinion(0.0, 0.0)

Entail = Callable[[Sequence[tuple[str, str]]], list[Opinion]]
"""Pairs (passage, claim) in, one opinion a pair out, in the same order."""


@dataclass(frozen=True, slots=True)
class Entailment:
    """A loaded model. `digest` is the SHA-256 of its weights, in hexadecimal."""

    name: str
    digest: str
    model: Any
    tokenizer: Any
    entailing: int
    contradicting: int | None

    def judge(self, pairs: Sequence[tuple[str, str]]) -> list[Opinion]:
        """Return one opinion a pair; a long passage is cut, a claim never.

        Of a claim that leaves no room for a passage the model has no opinion.
        """
        room = [self._leaves_room(claim) for _, claim in pairs]
        asked = [pair for pair, fits in zip(pairs, room, strict=True) if fits]
        answers = iter(self._asked(asked))
        return [next(answers) if fits else _NONE for fits in room]

    def _leaves_room(self, claim: str) -> bool:
        alone = len(self.tokenizer("", claim, verbose=False)["input_ids"])
        return alone < self._length

    @property
    def _length(self) -> int:
        """Tokens of a pair: as many as the model has places for, and no more than `_LENGTH`."""
        places = getattr(self.model.config, "max_position_embeddings", None) or _LENGTH
        return min(_LENGTH, places) if places > 0 else _LENGTH

    def _asked(self, pairs: Sequence[tuple[str, str]]) -> list[Opinion]:
        import torch

        found: list[Opinion] = []
        for at in range(0, len(pairs), _BATCH):
            passages, claims = zip(*pairs[at : at + _BATCH], strict=True)
            words = self.tokenizer(
                list(passages),
                list(claims),
                truncation="only_first",
                max_length=self._length,
                padding=True,
                return_tensors="pt",
            ).to(self.model.device)
            with torch.inference_mode():
                shares = torch.softmax(self.model(**words).logits.float(), dim=-1).tolist()
            found += [self._opinion(row) for row in shares]
        return found

    def _opinion(self, shares: Sequence[float]) -> Opinion:
        opposite = 0.0 if self.contradicting is None else shares[self.contradicting]
        return Opinion(shares[self.entailing], opposite)


def load(name: str, device: str = "auto") -> Entailment:
    """Load a model from its folder, or by a name in this machine's cache; nothing is downloaded.

    Raises EntailmentError where it is not here, or where its outputs do not say which of
    them means entailment.
    """
    import torch

    folder = folder_of(name)
    auto: Any = import_module("transformers")
    try:
        model = auto.AutoModelForSequenceClassification.from_pretrained(
            folder, local_files_only=True
        )
        tokenizer = auto.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise EntailmentError(
            f"The entailment model in {folder} cannot be loaded ({error}). Give the folder of "
            f"a sequence classifier with its tokenizer, as transformers saves them."
        ) from error
    labels = {int(n): str(label) for n, label in model.config.id2label.items()}
    entailing = _entailing(name, labels)
    where = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    model = model.to(where).eval()
    return Entailment(
        name, _digest(folder), model, tokenizer, entailing, _place(labels, _CONTRADICTED)
    )


def examine(name: str) -> None:
    """Raise EntailmentError where a model could not be used, as far as its files tell.

    Loads nothing heavy.
    """
    folder = folder_of(name)
    _weights(folder)
    config = folder / "config.json"
    try:
        told = json.loads(config.read_text(encoding="utf-8")).get("id2label", {})
        labels = {int(n): str(label) for n, label in told.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise EntailmentError(f"{config} cannot be read: {error}.") from error
    _entailing(name, labels)


def digest_of(name: str) -> str:
    """Return the SHA-256 of a model's weights, in hexadecimal, without loading it."""
    return _digest(folder_of(name))


def _entailing(name: str, labels: Mapping[int, str]) -> int:
    place = _place(labels, _ENTAILED)
    if place is None:
        raise EntailmentError(
            f"The model {name!r} calls its outputs {', '.join(labels.values()) or 'nothing'}: "
            f"none of them says entailment. Name them in id2label of its config.json."
        )
    return place


def _place(labels: Mapping[int, str], beginnings: tuple[str, ...]) -> int | None:
    """Return the output whose label begins so; a yes-or-no model may say 1 for entailed."""
    return next(
        (n for n, label in labels.items() if label.lower().startswith(beginnings)), None
    )


def folder_of(name: str) -> Path:
    """Return where a model lies: a folder, or one in this machine's cache of models."""
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise EntailmentError(
            f"The entailment model {name!r} is neither a folder nor in this machine's model "
            f"cache. Give the folder of a sequence classifier."
        ) from error


def _digest(folder: Path) -> str:
    """Return the SHA-256 of the weights; of several files that of their names and hashes."""
    hashes = [(path.name, _sha256(path)) for path in _weights(folder)]
    if len(hashes) == 1:
        return hashes[0][1]
    return hashlib.sha256("".join(f"{n}\n{h}\n" for n, h in hashes).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _weights(folder: Path) -> list[Path]:
    for pattern in _WEIGHTS:
        if found := sorted(folder.glob(pattern)):
            return found
    raise EntailmentError(f"No model weights ({' or '.join(_WEIGHTS)}) in {folder}.")
