"""A BERT's layers written for reading texts only: the products in one type, their sum in float32.

Next to `transformers` it spares the copies and masks of training, and keeps what is added up
from layer to layer exact: half precision then costs 0.00003 of cosine, not 0.002.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.linalg import vector_norm
from torch.nn.functional import (
    embedding,
    gelu,
    layer_norm,
    linear,
    scaled_dot_product_attention,
)

_USUAL_ROWS = 512  # tokens of a batch, for which weights are laid out
_SMALL = 64.0  # exp(64) times any number of tokens is far from what bfloat16 can hold


@dataclass(frozen=True, slots=True)
class Product:
    """A linear layer in the type of the products; `packed` is its weight as oneDNN lays it out.

    A processor would else lay it out anew for every batch.
    """

    weight: Tensor
    bias: Tensor
    packed: Tensor | None

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor, dtype: torch.dtype, device: str) -> "Product":
        weight = weight.to(device, dtype)
        return cls(weight, bias.to(device, dtype), _packed(weight))

    @classmethod
    def looking(cls, layer: Any, heads: int, dtype: torch.dtype, device: str) -> "Product":
        """Join queries, keys and values into one product, queries scaled as attention does."""
        scale = (layer.query.weight.shape[0] // heads) ** -0.5
        weight = (layer.query.weight * scale, layer.key.weight, layer.value.weight)
        bias = (layer.query.bias * scale, layer.key.bias, layer.value.bias)
        return cls.of(torch.cat(weight), torch.cat(bias), dtype, device)

    def __call__(self, values: Tensor) -> Tensor:
        values = values.to(self.weight.dtype)
        if self.packed is None:
            return linear(values, self.weight, self.bias)
        return _on_packed(values, self.packed, self.bias, "none", "")

    def bent(self, values: Tensor) -> Tensor:
        """Return the product with GELU applied to it."""
        if self.packed is None:
            return gelu(self(values))
        values = values.to(self.weight.dtype)
        return _on_packed(values, self.packed, self.bias, "gelu", "none")


def _packed(weight: Tensor) -> Tensor | None:
    if weight.device.type != "cpu" or weight.dtype != torch.bfloat16:
        return None
    try:
        packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, _USUAL_ROWS)  # noqa: SLF001
    except (AttributeError, RuntimeError):  # a build of torch without oneDNN
        return None
    return packed


def _on_packed(values: Tensor, weight: Tensor, bias: Tensor, after: str, how: str) -> Tensor:
    """Return the product as `torch.compile` has it computed, the function after it included."""
    found: Tensor = torch.ops.mkldnn._linear_pointwise(values, weight, bias, after, [], how)  # noqa: SLF001
    return found


@dataclass(frozen=True, slots=True)
class Norm:
    """A layer norm in float32."""

    weight: Tensor
    bias: Tensor
    eps: float

    @classmethod
    def of(cls, layer: Any, device: str) -> "Norm":
        return cls(layer.weight.float().to(device), layer.bias.float().to(device), layer.eps)

    def __call__(self, values: Tensor) -> Tensor:
        return layer_norm(values, values.shape[-1:], self.weight, self.bias, self.eps)


@dataclass(frozen=True, slots=True)
class Layer:
    """One transformer layer of `heads` heads, W wide."""

    heads: int
    look: Product  # queries, keys and values: W to 3 W
    gather: Product
    after_looking: Norm
    widen: Product
    narrow: Product
    after_thinking: Norm

    @classmethod
    def of(cls, layer: Any, heads: int, dtype: torch.dtype, device: str) -> "Layer":
        return cls(
            heads,
            Product.looking(layer.attention.self, heads, dtype, device),
            Product.of(*_linear(layer.attention.output), dtype, device),
            Norm.of(layer.attention.output.LayerNorm, device),
            Product.of(*_linear(layer.intermediate), dtype, device),
            Product.of(*_linear(layer.output), dtype, device),
            Norm.of(layer.output.LayerNorm, device),
        )

    def __call__(self, values: Tensor, bias: Tensor | None) -> Tensor:
        """Return (B, T, W) from (B, T, W); `bias` (B, 1, 1, T) keeps padding from being seen."""
        many, long, wide = values.shape
        parts = self.look(values).view(many, long, 3, self.heads, wide // self.heads)
        # Three of (B, heads, T, width of a head)
        query, key, value = parts.permute(2, 0, 3, 1, 4).contiguous()
        seen = _attention(query, key, value, bias)
        joined = seen.transpose(1, 2).reshape(many, long, wide)
        values = self.after_looking(values + self.gather(joined))
        return self.after_thinking(values + self.narrow(self.widen.bent(values)))


def _linear(part: Any) -> tuple[Tensor, Tensor]:
    return part.dense.weight, part.dense.bias


@dataclass(frozen=True, slots=True)
class Bert:
    """A BERT without a head, made by `of` from a `transformers` model."""

    words: Tensor  # (vocabulary, W)
    places: Tensor  # (longest text, W), with what marks the first of two texts
    first: Norm
    layers: tuple[Layer, ...]

    @classmethod
    def of(cls, model: Any, dtype: torch.dtype, device: str) -> "Bert":
        """Take the weights of a `BertModel` over; its products are done in `dtype`."""
        known = model.embeddings
        places = known.position_embeddings.weight + known.token_type_embeddings.weight[0]
        heads = model.config.num_attention_heads
        return cls(
            known.word_embeddings.weight.float().to(device),
            places.float().to(device),
            Norm.of(known.LayerNorm, device),
            tuple(Layer.of(layer, heads, dtype, device) for layer in model.encoder.layer),
        )

    def __call__(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Return (B, T, W) in float32 for token ids (B, T); `mask` is true where a token is."""
        bias = None if bool(mask.all()) else self._bias(mask)
        values = self.first(embedding(tokens, self.words) + self.places[: tokens.shape[1]])
        for layer in self.layers:
            values = layer(values, bias)
        return values

    def _bias(self, mask: Tensor) -> Tensor:
        dtype = self.layers[0].look.weight.dtype
        bias = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
        return bias.masked_fill_(~mask, torch.finfo(dtype).min)[:, None, None, :]


def is_bert(model: Any) -> bool:
    """Tell whether the layers above are those of a `transformers` model."""
    config = model.config
    return (
        type(model).__name__ == "BertModel"
        and config.hidden_act == "gelu"
        and getattr(config, "position_embedding_type", "absolute") == "absolute"
        and not config.is_decoder
    )


def _attention(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
    """Return the values that each query sees; queries come scaled."""
    if query.device.type != "cpu" or query.dtype != torch.bfloat16:
        return scaled_dot_product_attention(query, key, value, attn_mask=bias, scale=1.0)
    # On a processor the fused kernel does not use its bfloat16 units: two products are
    # twice as fast. Done in place, because fresh memory costs as much as the sums.
    scores = torch.matmul(query, key.transpose(-1, -2))
    if bias is not None:
        scores += bias
    # No score is above the product of the longest query and the longest key. Where that is
    # small, nothing overflows, and the row's maximum need not be found and taken off first.
    if _longest(query) * _longest(key) < _SMALL:
        shares = scores.exp_()
        return torch.matmul(shares, value).div_(shares.sum(-1, keepdim=True))
    return torch.matmul(torch.softmax(scores, -1, out=scores), value)


def _longest(vectors: Tensor) -> float:
    return float(vector_norm(vectors, dim=-1).max())
