"""The small transformer: built from a configuration, and how it answers."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

from evidence.harness.errors import HarnessError


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a model; the defaults are what the harness ships."""

    width: int = 96
    layers: int = 4
    heads: int = 4
    feed_forward: int = 256
    context: int = 256


def build(vocabulary: int, shape: Shape, *, seed: int) -> LlamaForCausalLM:
    """Return an untrained model in fp32; the same seed gives the same weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(
            LlamaConfig(
                vocab_size=vocabulary,
                hidden_size=shape.width,
                intermediate_size=shape.feed_forward,
                num_hidden_layers=shape.layers,
                num_attention_heads=shape.heads,
                num_key_value_heads=shape.heads,
                max_position_embeddings=shape.context,
                tie_word_embeddings=True,
                bos_token_id=None,
                eos_token_id=None,
                pad_token_id=None,
            )
        )


def greedy(
    model: LlamaForCausalLM, prompts: Sequence[Sequence[int]], *, end: int, limit: int
) -> list[list[int]]:
    """Continue each prompt by its likeliest tokens, up to `end` (left out) or `limit`."""
    return _continued(model, prompts, lambda logits: logits.argmax(-1), end=end, limit=limit)


def sampled(
    model: LlamaForCausalLM,
    prompts: Sequence[Sequence[int]],
    *,
    draws: torch.Generator,
    end: int,
    limit: int,
) -> list[list[int]]:
    """Continue each prompt by tokens drawn at temperature 1, up to `end` (left out) or `limit`.

    A model whose weights are no numbers any more raises HarnessError.
    """

    def drawn(logits: Tensor) -> Tensor:
        if not bool(torch.isfinite(logits).all()):
            raise HarnessError(
                "The model's weights are no numbers any more; train it more gently."
            )
        return torch.multinomial(logits.softmax(-1), 1, generator=draws)[:, 0]

    return _continued(model, prompts, drawn, end=end, limit=limit)


@torch.inference_mode()
def _continued(
    model: LlamaForCausalLM,
    prompts: Sequence[Sequence[int]],
    choose: Callable[[Tensor], Tensor],
    *,
    end: int,
    limit: int,
) -> list[list[int]]:
    """Continue each prompt by what is chosen of the logits, (B, V) to (B,).

    Prompts of one length are decoded together, so no padding enters any number.
    """
    model.train(mode=False)
    by_length: dict[int, list[int]] = defaultdict(list)
    for index, prompt in enumerate(prompts):
        by_length[len(prompt)].append(index)
    continued: dict[int, list[int]] = {}
    for indices in by_length.values():
        batch = torch.tensor([list(prompts[index]) for index in indices])
        rows = _rows(model, batch, choose, end=end, limit=limit)
        continued.update(zip(indices, rows, strict=True))
    return [continued[index] for index in range(len(prompts))]


def _rows(
    model: LlamaForCausalLM,
    batch: Tensor,
    choose: Callable[[Tensor], Tensor],
    *,
    end: int,
    limit: int,
) -> list[list[int]]:
    cache = DynamicCache(config=model.config)
    inputs, steps = batch, []
    finished = torch.zeros(len(batch), dtype=torch.bool)
    for _ in range(limit):
        logits = model(input_ids=inputs, past_key_values=cache, use_cache=True).logits
        token = choose(logits[:, -1])  # (B,)
        steps.append(token)
        finished |= token == end
        if bool(finished.all()):
            break
        inputs = token[:, None]
    rows: list[list[int]] = torch.stack(steps, dim=1).tolist()
    return [row[: row.index(end)] if end in row else row for row in rows]
