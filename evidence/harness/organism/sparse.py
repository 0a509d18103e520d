"""A TopK sparse autoencoder (Gao et al., 2024) over the activations of one layer."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag, mse_loss

from evidence.harness.errors import HarnessError


@dataclass(frozen=True, slots=True)
class SparsePlan:
    """How large, how sparse and how long: `kept` of `latents` fire on each token."""

    latents: int
    kept: int
    steps: int
    batch: int
    rate: float

    def __post_init__(self) -> None:
        if min(self.kept, self.steps, self.batch) < 1 or self.rate <= 0:
            raise HarnessError("An autoencoder takes 1 step of 1 row or more, and a rate.")
        if self.kept > self.latents:
            raise HarnessError(
                f"Of {self.latents} latents no {self.kept} can fire; keep fewer, or have more."
            )


@dataclass(frozen=True, slots=True)
class Sparse:
    """A trained autoencoder; the columns of `decoder` (width, latents) have norm 1."""

    encoder: Tensor
    bias: Tensor
    decoder: Tensor
    centre: Tensor
    kept: int

    def encode(self, hidden: Tensor) -> Tensor:
        """Return the latents of activations (n, width): (n, latents), all but `kept` zero."""
        pre = torch.relu((hidden - self.centre) @ self.encoder + self.bias)
        best = pre.topk(self.kept, dim=-1)
        return torch.zeros_like(pre).scatter(-1, best.indices, best.values)

    def decode(self, latents: Tensor) -> Tensor:
        """Return the activations that latents stand for, (n, width)."""
        return latents @ self.decoder.T + self.centre


def trained(
    hidden: Tensor, plan: SparsePlan, *, seed: int, check: Callable[[], None]
) -> Sparse:
    """Fit activations (n, width) by least squares; the same seed gives the same autoencoder."""
    chance = torch.Generator().manual_seed(seed)
    width = hidden.shape[1]
    centre = hidden.mean(0)
    # Rows as long as the root of their width, as in SAELens: a step of Adam then moves a bias
    # less than the weights, which would otherwise silence latents for good.
    scale = (hidden - centre).norm(dim=1).mean() / math.sqrt(width)
    drawn = torch.randn(plan.latents, width, generator=chance)
    decoder = (drawn / drawn.norm(dim=1, keepdim=True)).requires_grad_()
    # The encoder starts as the decoder's transpose, so that few latents die.
    encoder = decoder.detach().T.clone().requires_grad_()
    bias = torch.zeros(plan.latents).requires_grad_()
    shift = torch.zeros(width).requires_grad_()
    # Gradients fall fast: a longer memory of their first squares would hold later steps back.
    learnt = [encoder, bias, decoder, shift]
    optimizer = torch.optim.Adam(learnt, lr=plan.rate, betas=(0.9, 0.95))
    for step in range(plan.steps):
        rows = torch.randint(len(hidden), (plan.batch,), generator=chance)
        batch = (hidden[rows] - centre) / scale
        best = torch.addmm(bias, batch - shift, encoder).topk(plan.kept, sorted=False)
        # The rows of those that fire, weighted: a product with all latents costs far more.
        decoded = embedding_bag(
            best.indices, decoder, per_sample_weights=best.values.relu(), mode="sum"
        )
        loss = mse_loss(decoded + shift, batch)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.param_groups[0]["lr"] = plan.rate * min(1.0, 2 * (1 - step / plan.steps))
        optimizer.step()
        with torch.no_grad():
            decoder /= decoder.norm(dim=1, keepdim=True)
        check()
    # Latents in the units of the activations: relu and top-k do not mind the scale.
    found = encoder.detach(), bias.detach() * scale, decoder.detach().T
    return Sparse(*found, centre + shift.detach() * scale, plan.kept)
