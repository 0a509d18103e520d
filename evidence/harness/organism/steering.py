"""Read and change what flows through the layers of any decoder, with plain forward hooks.

Layer i is the output of decoder layer i, counted from 0: `hidden_states[i + 1]` of the model.
Activations are (batch, tokens, width). Layers return them alone, or first of several things, as
those of transformers 4 did.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from evidence.harness.errors import HarnessError

# Takes the activations of one position, (batch, width), and returns what replaces them.
Change = Callable[[Tensor], Tensor]


@contextmanager
def steered(model: nn.Module, layer: int, change: Change) -> Iterator[None]:
    """Change a layer's output at the last position for the length of a `with` block.

    While decoding with a cache the last position is first the answer's start, then each
    generated token, so the question itself is left as it is. The hook goes whatever happens.
    """

    def hook(_module: nn.Module, _inputs: object, output: Any) -> Any:
        hidden = _hidden(output)
        changed = hidden.clone()
        changed[:, -1] = change(hidden[:, -1])
        return (changed, *output[1:]) if isinstance(output, tuple) else changed

    handle = layer_of(model, layer).register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


@contextmanager
def recorded(model: nn.Module, layer: int) -> Iterator[list[Tensor]]:
    """Collect a layer's output of every forward pass within a `with` block."""
    seen: list[Tensor] = []

    def hook(_module: nn.Module, _inputs: object, output: Any) -> None:
        seen.append(_hidden(output).detach())

    handle = layer_of(model, layer).register_forward_hook(hook)
    try:
        yield seen
    finally:
        handle.remove()


def layer_of(model: nn.Module, layer: int) -> nn.Module:
    """Return a decoder layer; one that the model lacks raises HarnessError.

    The layers are the one list of modules that is as long as the model's configuration says.
    """
    told: Any = model.config
    count = told.get_text_config().num_hidden_layers
    lists = [
        module
        for module in model.modules()
        if isinstance(module, nn.ModuleList) and len(module) == count
    ]
    if len(lists) != 1:
        raise HarnessError(
            f"The decoder layers of a {type(model).__name__} cannot be told from its other parts."
        )
    [layers] = lists
    if not 0 <= layer < len(layers):
        raise HarnessError(
            f"The model has the layers 0 to {len(layers) - 1}; there is no layer {layer}."
        )
    found: nn.Module = layers[layer]
    return found


def added(vector: Tensor) -> Change:
    """Return the change that adds a vector, (width)."""
    return lambda hidden: hidden + vector.to(hidden)


def projected_out(direction: Tensor) -> Change:
    """Return the change that takes out what lies along a direction, (width), of any norm."""
    unit = direction / direction.norm()

    def change(hidden: Tensor) -> Tensor:
        along = unit.to(hidden)
        return torch.sub(hidden, (hidden @ along)[:, None] * along)

    return change


def _hidden(output: Any) -> Tensor:
    found: Tensor = output[0] if isinstance(output, tuple) else output
    return found


@torch.inference_mode()
def activations(model: nn.Module, texts: Sequence[Sequence[int]], layer: int) -> list[Tensor]:
    """Return a layer's output on each text of token ids, (tokens, width)."""
    model.train(mode=False)
    within: Any = model
    device = next(model.parameters()).device
    rows = []
    for start in range(0, len(texts), BATCH):
        batch = [torch.tensor(list(ids)) for ids in texts[start : start + BATCH]]
        # Right padding is seen by no real token, attention being causal.
        padded = nn.utils.rnn.pad_sequence(batch, batch_first=True).to(device)
        with recorded(model, layer) as seen:
            # Without the head, whose odds nobody reads here.
            within.base_model(input_ids=padded, use_cache=False)
        rows += [
            hidden[: len(ids)].clone() for hidden, ids in zip(seen[0], batch, strict=True)
        ]
    return rows


BATCH = 64
