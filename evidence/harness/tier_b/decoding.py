"""Answers of any causal language model, greedy or drawn.

Prompts of one length are decoded together, so that no padding enters any number. What is
drawn depends on the seed of each answer alone (Gumbel's maximum; Gumbel, 1954), so arms that
are asked the same under the same seed differ in their weights and in no dice.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from evidence.harness.chance import seeded
from evidence.harness.errors import HarnessError
from evidence.harness.tier_b.model import TextModel

BATCH = 16


@dataclass(frozen=True, slots=True)
class Ask:
    """A prompt as tokens, and the seed of its dice."""

    ids: tuple[int, ...]
    seed: str


def answers(
    model: TextModel,
    asks: Sequence[Ask],
    *,
    limit: int,
    temperature: float,
    check: Callable[[], None],
) -> list[str]:
    """Return an answer of at most `limit` tokens to each; `check` may raise to stop."""
    rows = drawn(model, asks, limit=limit, temperature=temperature, check=check)
    return [worded(model, row) for row in rows]


def worded(model: TextModel, row: Sequence[int]) -> str:
    """Return the words of an answer's tokens, without the one that ended it."""
    ends = model.ends
    tokens = [token for token in row if token not in ends]
    words: str = model.tokenizer.decode(tokens, skip_special_tokens=True)
    return words.strip()


@torch.inference_mode()
def drawn(
    model: TextModel,
    asks: Sequence[Ask],
    *,
    limit: int,
    temperature: float,
    check: Callable[[], None],
) -> list[list[int]]:
    """Return such answers as tokens; one that ended before the limit has its end."""
    by_length: dict[int, list[int]] = defaultdict(list)
    _require_room(model, asks, limit)
    for place, ask in enumerate(asks):
        by_length[len(ask.ids)].append(place)
    said: list[list[int]] = [[]] * len(asks)
    for places in by_length.values():
        for start in range(0, len(places), BATCH):
            check()
            batch = places[start : start + BATCH]
            rows = _decoded(model, [asks[place] for place in batch], limit, temperature)
            for place, row in zip(batch, rows, strict=True):
                said[place] = row
    return said


def _require_room(model: TextModel, asks: Sequence[Ask], limit: int) -> None:
    longest = max((len(ask.ids) for ask in asks), default=0) + limit
    if longest > model.context:
        raise HarnessError(
            f"A prompt and its answer may have {longest} tokens; the model reads "
            f"{model.context}. Lower answer_limit, or leave long questions out."
        )


def _decoded(
    model: TextModel, asks: Sequence[Ask], limit: int, temperature: float
) -> list[list[int]]:
    dice = [torch.Generator().manual_seed(seeded(ask.seed).getrandbits(63)) for ask in asks]
    inputs = torch.tensor([ask.ids for ask in asks], device=model.device)
    cache, ends = None, model.ends
    rows: list[list[int]] = [[] for _ in asks]
    open_rows = set(range(len(asks)))
    for _ in range(limit):
        found = model.model(input_ids=inputs, past_key_values=cache, use_cache=True)
        cache = found.past_key_values
        tokens = _chosen(found.logits[:, -1].float().cpu(), temperature, dice)
        for place in sorted(open_rows):
            token = int(tokens[place])
            rows[place].append(token)
            if token in ends:
                open_rows.discard(place)
        if not open_rows:
            break
        inputs = tokens[:, None].to(model.device)
    return rows


def _chosen(logits: Tensor, temperature: float, dice: Sequence[torch.Generator]) -> Tensor:
    if temperature == 0:
        return logits.argmax(-1)
    width = logits.shape[-1]
    drawn = torch.stack([torch.rand(width, generator=each) for each in dice])
    # No uniform number may be 0, of which there is no logarithm.
    gumbel = -torch.log(-torch.log(drawn.clamp(1e-20, 1 - 1e-7)))
    return torch.argmax(logits / temperature + gumbel, dim=-1)
