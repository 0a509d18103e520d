"""A sentence-transformers model as one function: texts in, rows of unit length out.

Texts are cut into tokens once, sorted by their number, and batched so that a batch holds
about as many tokens as the device does best with; where it runs out of memory, half of that.
"""

import copy
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from classifier.core.bert import Bert, is_bert
from classifier.core.device import free_memory, has_bfloat16
from classifier.core.encoder import EncoderError

Rows = NDArray[np.float32]

# On one thread 500 to 1000 tokens are best for texts of any length: a batch stays in the cache.
CPU_TOKENS = 768
# More tokens at once make no card faster.
MOST_TOKENS = 1 << 18
_MEMORY_SHARE = 0.5
# A batch that keeps a card busy takes no texts in that would be a quarter padding.
_BUSY_TOKENS, _FULL = 1 << 14, 0.75
_WINDOW = 512  # tokens, for a model that does not say

CHECK_TEXTS = (
    "A chatbot told a customer that a refund was due, and the airline would not pay it.",
    "  Police arrested the wrong man in Lyon after a face recognition system matched him.",
    "fraud",
    "The regulator fined the bank €4.2 million in 2023 because its scoring model turned "
    "away people from three districts. The bank said that the model had learned from old "
    "loans, that nobody had looked at its scores by district before it was deployed, and "
    "that 1,900 people would be asked to apply again. Two consumer groups, which had "
    "brought the case in March, called that too little and too late for those who had "
    "lost a home.",
)
SAME = 0.999
"""The least cosine to float32 rows from which a faster way counts as the same model."""

_log = logging.getLogger(__name__)


class Network(Protocol):
    """What turns texts into rows."""

    def rows(self, texts: Sequence[str]) -> Rows:
        """Return a row of unit length for each text, in order: (texts, dimensions)."""


@dataclass(frozen=True, slots=True)
class Batched:
    """A network that cuts texts into tokens and batches them itself."""

    tokens: Callable[[list[str]], list[list[int]]]
    forward: Callable[[Tensor, Tensor], Tensor]
    """Token ids (B, T) and mask (B, T) in, one row a text (B, dimensions) out."""
    device: str
    budget: int
    """Tokens a batch, padding included."""
    padding: int = 0

    def rows(self, texts: Sequence[str]) -> Rows:
        """Return a row of unit length for each text, in order: (texts, dimensions).

        Raises EncoderError where the memory does not even hold one text.
        """
        known = self.tokens(list(texts))
        # The longest come first: what does not fit into memory is known at once.
        order = sorted(range(len(known)), key=lambda n: -len(known[n]))
        found: list[Tensor] = []
        budget, done = self.budget, 0
        while done < len(order):
            batch = list(_batch([known[n] for n in order[done:]], budget))
            rows = self._fitting(batch)
            if rows is None:
                budget = self._halved(batch)
                continue
            found.append(rows)
            done += len(batch)
        rows_in_order = np.empty((len(order), found[0].shape[1]), dtype=np.float32)
        rows_in_order[order] = torch.cat(found).cpu().numpy()
        return rows_in_order

    def _fitting(self, batch: list[list[int]]) -> Tensor | None:
        """Return the batch's rows, or None where the memory does not hold it."""
        try:
            return self._run(batch)
        except RuntimeError as error:  # torch.OutOfMemoryError among them
            if "out of memory" not in str(error) and not isinstance(
                error, torch.OutOfMemoryError
            ):
                raise
            return None

    def _halved(self, batch: list[list[int]]) -> int:
        if len(batch) == 1:
            raise EncoderError(
                f"The device {self.device!r} is out of memory for one text of {len(batch[0])} "
                f"tokens. Stop what else runs on it, or use the device cpu."
            )
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()
        half = len(batch) // 2
        _log.warning("%s is out of memory: from here on %d texts a batch", self.device, half)
        return half * len(batch[0])

    @torch.inference_mode()
    def _run(self, batch: list[list[int]]) -> Tensor:
        longest = len(batch[0])
        padded = np.full((len(batch), longest), self.padding, dtype=np.int64)
        for row, text in zip(padded, batch, strict=True):
            row[: len(text)] = text
        lengths = np.fromiter(map(len, batch), dtype=np.int64)
        mask = np.arange(longest) < lengths[:, None]
        rows = self.forward(
            torch.from_numpy(padded).to(self.device), torch.from_numpy(mask).to(self.device)
        )
        return normalize(rows.float(), dim=-1)


def _batch(texts: Sequence[list[int]], budget: int) -> Iterator[list[int]]:
    """Yield the first of the texts, longest first, that one batch of the budget takes."""
    longest = len(texts[0])
    for n, text in enumerate(texts):
        filled = n * longest
        if n and filled + longest > budget:
            return
        if filled >= _BUSY_TOKENS and len(text) < _FULL * longest:
            return
        yield text


@dataclass(frozen=True, slots=True)
class AsIs:
    """A model that only sentence-transformers itself knows how to run."""

    model: Any

    def rows(self, texts: Sequence[str]) -> Rows:
        rows: Rows = self.model.encode(
            list(texts), batch_size=8, normalize_embeddings=True, show_progress_bar=False
        )
        return rows.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A network that keeps the rows of the last texts it read, and reads none of them again."""

    network: Network
    most: int
    known: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def rows(self, texts: Sequence[str]) -> Rows:
        """Return what the network does; the oldest are forgotten above `most` texts."""
        known = {text: self.known[text] for text in texts if text in self.known}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= dict(zip(missing, self.network.rows(missing), strict=True))
        self.known.update(known)
        for oldest in list(self.known)[: -self.most]:
            self.known.pop(oldest, None)
        return np.stack([known[text] for text in texts])


@dataclass(frozen=True, slots=True)
class Opened:
    """A network with the precision of its products, and how that was found."""

    network: Network
    precision: str
    finding: str


def opened(folder: Path, device: str) -> Opened:
    """Load a model's folder and return the fastest way to run it that keeps its vectors."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device=device, local_files_only=True).eval()
    truth = AsIs(model)
    return checked(_ways(model, device), truth, CHECK_TEXTS)


def checked(
    ways: Iterator[tuple[str, Network]], truth: Network, texts: Sequence[str]
) -> Opened:
    """Return the first way whose rows have a cosine of `SAME` or more to the truth's.

    Where none has, the truth itself. What was passed over is told, and kept as the finding.
    """
    rows = truth.rows(texts)
    passed: list[str] = []
    for precision, network in ways:
        least = float((network.rows(texts) * rows).sum(axis=1).min())
        if least >= SAME:
            finding = f"{precision}: least cosine to float32 {least:.5f} on {len(texts)} texts"
            return Opened(network, precision, "; ".join([*passed, finding]))
        passed.append(f"{precision} left out: least cosine to float32 {least:.5f} < {SAME}")
        _log.warning("%s", passed[-1])
    return Opened(truth, "float32", "; ".join([*passed, "float32 by sentence-transformers"]))


def _ways(model: Any, device: str) -> Iterator[tuple[str, Network]]:
    """Yield ways to run a model, the fastest first, each with the type of its products."""
    if has_bfloat16(device):
        if is_bert(model[0].auto_model):
            yield "bfloat16", _batched(model, _bert(model, torch.bfloat16, device), device)
        half = copy.deepcopy(model).bfloat16()
        yield "bfloat16", _batched(model, _whole(half), device)
    if is_bert(model[0].auto_model):
        yield "float32", _batched(model, _bert(model, torch.float32, device), device)
    yield "float32", _batched(model, _whole(model), device)


def _batched(model: Any, forward: Callable[[Tensor, Tensor], Tensor], device: str) -> Batched:
    tokenizer, window = model.tokenizer, model.max_seq_length or _WINDOW

    def tokens(texts: list[str]) -> list[list[int]]:
        found: list[list[int]] = tokenizer(
            texts,
            truncation=True,
            max_length=window,
            return_attention_mask=False,
            return_token_type_ids=False,
        )["input_ids"]
        return found

    budget = _budget(model[0].auto_model.config, window, device)
    return Batched(tokens, forward, device, budget, tokenizer.pad_token_id or 0)


def _bert(model: Any, dtype: torch.dtype, device: str) -> Callable[[Tensor, Tensor], Tensor]:
    bert, poolings = Bert.of(model[0].auto_model, dtype, device), list(model)[1:]

    def forward(tokens: Tensor, mask: Tensor) -> Tensor:
        found = {"token_embeddings": bert(tokens, mask), "attention_mask": mask.long()}
        for module in poolings:
            found = module(found)
        return found["sentence_embedding"]

    return forward


def _whole(model: Any) -> Callable[[Tensor, Tensor], Tensor]:
    def forward(tokens: Tensor, mask: Tensor) -> Tensor:
        found: Tensor = model({"input_ids": tokens, "attention_mask": mask.long()})[
            "sentence_embedding"
        ]
        return found

    return forward


def _budget(config: Any, window: int, device: str) -> int:
    """Return the tokens a batch: measured for a processor, from its free memory for a card."""
    free = free_memory(device)
    if free is None:
        return CPU_TOKENS
    wide, heads = (
        getattr(config, "hidden_size", 1024),
        getattr(config, "num_attention_heads", 16),
    )
    # In float32 a layer holds about 16 widths a token, and scores for each head and place.
    needed = 4 * (16 * wide + 2 * heads * window)
    return max(window, min(MOST_TOKENS, int(_MEMORY_SHARE * free / needed)))
