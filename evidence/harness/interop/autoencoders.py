"""Sparse autoencoders in the layout of SAELens: a folder of `cfg.json` and safetensors.

SAELens' TopK autoencoder computes what ours does once two of its options are folded into
the weights; every other kind is refused.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from evidence.harness import bundle
from evidence.harness.errors import HarnessError
from evidence.harness.organism.sparse import Sparse

CONFIG, WEIGHTS = "cfg.json", "sae_weights.safetensors"
LAYOUT = "6.0.0"
NAMES = ("W_enc", "W_dec", "b_enc", "b_dec")


def write(coder: Sparse, out: Path, *, layer: int, model: str) -> list[Path]:
    """Write an autoencoder of the output of a model's decoder layer into a new folder."""
    width, latents = coder.encoder.shape
    config = {
        "architecture": "topk",
        "d_in": width,
        "d_sae": latents,
        "k": coder.kept,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": True,
        # The columns of our decoders have norm 1, so there is nothing to rescale by.
        "rescale_acts_by_decoder_norm": False,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {
            # The layout's version: SAELens takes a folder that tells none for an older one.
            "sae_lens_version": LAYOUT,
            "model_name": model,
            "hook_name": f"blocks.{layer}.hook_resid_post",
            "hook_head_index": None,
        },
    }
    tensors = (coder.encoder, coder.decoder.T, coder.bias, coder.centre)
    weights = {name: tensor.contiguous() for name, tensor in zip(NAMES, tensors, strict=True)}
    with bundle.reserved(out) as aside:
        bundle.write(aside, CONFIG, bundle.pretty(config))
        bundle.write(aside, WEIGHTS, save(weights))
    return [out / CONFIG, out / WEIGHTS]


def read(folder: Path) -> Sparse:
    """Read a TopK autoencoder; any other, or a damaged one, raises HarnessError."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        state = load((folder / WEIGHTS).read_bytes())
        return _folded(config, {name: state[name].float() for name in NAMES})
    except OSError as error:
        raise HarnessError(
            f"{folder} cannot be read ({error.strerror}); name a folder with {CONFIG} and "
            f"{WEIGHTS}."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise HarnessError(f"{folder} holds no TopK autoencoder: {error}") from error


def _folded(config: Mapping[str, Any], state: Mapping[str, Tensor]) -> Sparse:
    if config["architecture"] != "topk":
        raise ValueError(f"its architecture is {config['architecture']!r}")
    if config.get("normalize_activations", "none") != "none":
        raise ValueError(f"it normalizes activations ({config['normalize_activations']!r})")
    encoder, decoder, bias, centre = (
        state[name] for name in ("W_enc", "W_dec", "b_enc", "b_dec")
    )
    width, latents = encoder.shape
    shapes = {"W_dec": (latents, width), "b_enc": (latents,), "b_dec": (width,)}
    if wrong := [name for name, shape in shapes.items() if state[name].shape != shape]:
        raise ValueError(f"{', '.join(wrong)} does not fit to W_enc")
    if not all(bool(torch.isfinite(tensor).all()) for tensor in state.values()):
        raise ValueError("its weights are no numbers")
    if not 0 < config["k"] <= latents:
        raise ValueError(f"{config['k']} of {latents} latents cannot fire")
    if not config.get("apply_b_dec_to_input", True):
        bias = bias + centre @ encoder
    if config.get("rescale_acts_by_decoder_norm", False):
        # It ranks latents by what they add, so as if the decoder had norm 1.
        norms = decoder.norm(dim=1)
        encoder, bias, decoder = encoder * norms, bias * norms, decoder / norms[:, None]
    return Sparse(encoder, bias, decoder.T, centre, int(config["k"]))
