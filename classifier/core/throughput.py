"""How many texts a second the encoder reads, next to sentence-transformers on the same texts.

Machines are shared and noisy: every round times each way once, in turn, and ratios are taken
within a round.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from classifier.core import device as devices
from classifier.core.encoder import Encoder, folder_of
from classifier.core.network import Rows

TOKENS = 300
_DEFAULT_BATCH = 32
_BATCHES = (4, 8, 16)
_CARD_BATCHES = (128, 512)
_TEXTS, _CARD_TEXTS = 32, 4096
_SENTENCES = (
    "The council's chatbot told tenants that the deadline had passed, which was not so.",
    "Two drivers were hurt when the shuttle braked for a shadow on the road.",
    "A hospital in Porto stopped using the triage score after nurses objected to it.",
    "The company had trained the filter on four million posts from a single forum.",
    "Nobody could say who had approved the change, or on what day it was made.",
    "According to the report, one applicant in nine was turned away without a letter.",
    "Its engineers found that the camera took the white side of a lorry for the sky.",
    "The voice on the phone was a copy, and the bank paid out 240,000 euros.",
    "Teachers were told to accept the plagiarism detector's verdict as final.",
    "Researchers repeated the test with 60 prompts in three languages.",
    "The regulator asked for the logs of March and April, and received those of May.",
    "A judge set the ruling aside because six of the cited cases did not exist.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of the rounds, with the lowest and the highest of them."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Figure":
        found = (statistics.median(values), min(values), max(values))
        return cls(*(round(value, 3) for value in found))


@dataclass(frozen=True, slots=True)
class Throughput:
    """Texts a second of each way, and of the encoder the ratios to the other two.

    `encoder` reads what sentence-transformers reads, cut where it cuts; `encoder_whole` reads
    each text to its end. The best batch is that of float32 with the highest median.
    """

    texts: int
    tokens: int
    window: int
    rounds: int
    clock: str
    processor: str
    features: tuple[str, ...]
    threads: int
    device: str
    device_name: str
    precision: str
    finding: str
    encoder: Figure
    encoder_whole: Figure
    default_float32: Figure
    best_float32: Figure
    best_batch: int
    ratio_to_default: Figure
    ratio_to_best: Figure
    smallest_cosine: float
    teraflops: float
    share_of_bfloat16_peak: float | None


def measured(encoder: Encoder, *, texts: int | None, rounds: int) -> Throughput:
    """Time the encoder and sentence-transformers on texts of 300 tokens.

    On a processor time is the process's own (others' work does not count), on a card the
    clock's. As many texts a round as given, else what the kind of device is busy with for long
    enough.
    """
    from sentence_transformers import SentenceTransformer

    where = encoder.device
    number = texts or (_TEXTS if where == "cpu" else _CARD_TEXTS)
    model = SentenceTransformer(
        str(folder_of(encoder.name)), device=where, local_files_only=True
    ).eval()
    sample = samples(model.tokenizer, number)
    batches = {_DEFAULT_BATCH, *(_BATCHES if where == "cpu" else _CARD_BATCHES)}
    ways: dict[str, Callable[[], Rows]] = {
        "encoder": lambda: encoder.network.rows(sample),
        "whole": lambda: encoder.matrix(sample),
        **{str(size): _peer(model, sample, size) for size in sorted(batches)},
    }
    rows = {name: way() for name, way in ways.items()}  # and all of them are warm
    seconds = _timed(ways, rounds, time.process_time if where == "cpu" else time.perf_counter)
    speeds = {name: [number / each for each in own] for name, own in seconds.items()}
    best = max(sorted(batches), key=lambda size: statistics.median(speeds[str(size)]))
    window = model.max_seq_length or TOKENS
    work = _flops(model[0].auto_model, min(TOKENS, window)) / 1e12
    teraflops = work * statistics.median(speeds["encoder"])
    peak = devices.bfloat16_peak(where)
    return Throughput(
        texts=number,
        tokens=TOKENS,
        window=window,
        rounds=rounds,
        clock="process" if where == "cpu" else "wall",
        processor=devices.processor(),
        features=devices.features(),
        threads=torch.get_num_threads(),
        device=where,
        device_name=devices.describe(where),
        precision=encoder.precision,
        finding=encoder.finding,
        encoder=Figure.of(speeds["encoder"]),
        encoder_whole=Figure.of(speeds["whole"]),
        default_float32=Figure.of(speeds[str(_DEFAULT_BATCH)]),
        best_float32=Figure.of(speeds[str(best)]),
        best_batch=best,
        ratio_to_default=_ratio(speeds, str(_DEFAULT_BATCH)),
        ratio_to_best=_ratio(speeds, str(best)),
        smallest_cosine=round(float((rows["encoder"] * rows[str(best)]).sum(1).min()), 6),
        teraflops=round(teraflops, 3),
        share_of_bfloat16_peak=round(teraflops / peak, 4) if peak else None,
    )


def samples(tokenizer: Any, texts: int) -> list[str]:
    """Return texts of `TOKENS` tokens each, marks of begin and end included, no two alike."""
    chosen = random.Random(0)  # noqa: S311 - an order, not a secret
    return [_text(tokenizer, chosen) for _ in range(texts)]


def _text(tokenizer: Any, chosen: random.Random) -> str:
    words: list[str] = []
    while len(words) < TOKENS:
        words += chosen.choice(_SENTENCES).split()

    def tokens(count: int) -> int:
        return len(tokenizer(" ".join(words[:count]), verbose=False)["input_ids"])

    most = next(count for count in range(TOKENS, 0, -1) if tokens(count) <= TOKENS)
    return " ".join(words[:most])


def _peer(model: Any, sample: Sequence[str], batch: int) -> Callable[[], Rows]:
    def rows() -> Rows:
        found: Rows = model.encode(
            sample, batch_size=batch, normalize_embeddings=True, show_progress_bar=False
        )
        return found

    return rows


def _timed(
    ways: dict[str, Callable[[], Rows]], rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = clock()
            way()
            seconds[name].append(clock() - began)
    return seconds


def _ratio(speeds: dict[str, list[float]], peer: str) -> Figure:
    pairs = zip(speeds["encoder"], speeds[peer], strict=True)
    return Figure.of([mine / theirs for mine, theirs in pairs])


def _flops(model: Any, tokens: int) -> float:
    """Return the operations of one text: two for each weight and token, and the two products
    of all pairs of tokens that each layer's attention takes.
    """
    layers = getattr(model, "encoder", model)
    products = [part for part in layers.modules() if isinstance(part, torch.nn.Linear)]
    weights = sum(product.weight.numel() for product in products)
    config = model.config
    pairs = 4 * tokens**2 * config.hidden_size * config.num_hidden_layers
    return float(2 * weights * tokens + pairs)
