"""Read and change what flows through a model's layers, with plain forward hooks.

Layer i is the output of decoder layer i, counted from 0: `hidden_states[i + 1]` of the model.
Activations are (batch, tokens, width).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from transformers import LlamaForCausalLM

from evidence.harness.errors import HarnessError

# Takes the activations of one position, (batch, width), and returns what replaces them.
Change = Callable[[Tensor], Tensor]


@contextmanager
def steered(model: LlamaForCausalLM, layer: int, change: Change) -> Iterator[None]:
    """Change a layer's output at the last position for the length of a `with` block.

    While decoding with a cache the last position is first the answer's start, then each
    generated token, so the question itself is left as it is. The hook goes whatever happens.
    """

    def hook(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        changed = output.clone()
        changed[:, -1] = change(output[:, -1])
        return changed

    handle = layer_of(model, layer).register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def recorded(model: LlamaForCausalLM, layer: int) -> Iterator[list[Tensor]]:
    """Collect a layer's output of every forward pass within a `with` block."""
    seen: list[Tensor] = []

    def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        seen.append(output.detach())

    handle = layer_of(model, layer).register_forward_hook(hook)
    try:
        yield seen
    finally:
        handle.remove()


def layer_of(model: LlamaForCausalLM, layer: int) -> nn.Module:
    """Return a decoder layer; one that the model lacks raises HarnessError."""
    layers = model.model.layers
    if not 0 <= layer < len(layers):
        raise HarnessError(
            f"The model has the layers 0 to {len(layers) - 1}; there is no layer {layer}."
        )
    found: nn.Module = layers[layer]
    return found


def added(vector: Tensor) -> Change:
    """Return the change that adds a vector, (width)."""
    return lambda hidden: hidden + vector


def projected_out(direction: Tensor) -> Change:
    """Return the change that takes out what lies along a direction, (width), of any norm."""
    unit = direction / direction.norm()
    return lambda hidden: hidden - (hidden @ unit)[:, None] * unit


@torch.inference_mode()
def activations(
    model: LlamaForCausalLM, texts: Sequence[Sequence[int]], layer: int
) -> list[Tensor]:
    """Return a layer's output on each text of token ids, (tokens, width)."""
    model.train(mode=False)
    rows = []
    for start in range(0, len(texts), BATCH):
        batch = [torch.tensor(list(ids)) for ids in texts[start : start + BATCH]]
        # Right padding is seen by no real token, attention being causal.
        padded = nn.utils.rnn.pad_sequence(batch, batch_first=True)
        with recorded(model, layer) as seen:
            model.model(input_ids=padded, use_cache=False)
        rows += [
            hidden[: len(ids)].clone() for hidden, ids in zip(seen[0], batch, strict=True)
        ]
    return rows


BATCH = 64
