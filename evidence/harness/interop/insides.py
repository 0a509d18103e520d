"""What a run read inside a model, made again from its bundle: a direction, an autoencoder.

A bundle holds no tensors. Its spec and the shipped weights give them again, to the bit on
the same build; the bundle is verified first.
"""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from evidence.harness.errors import HarnessError
from evidence.harness.interop import autoencoders, places, vectors
from evidence.harness.interop.vectors import SteeringVector
from evidence.harness.opened import Opened
from evidence.harness.organism import directions, discovery
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.pushing import Author
from evidence.harness.organism.sparse import Sparse
from evidence.harness.organism.threads import single_threaded
from evidence.harness.recipes.direction import RECIPE, Settings
from evidence.harness.rollouts import Reading
from evidence.harness.separation import auc
from evidence.harness.world.corpus import Authorship

FOUND_BY = {"layer", "split", "discovery"}


def export_vector(folder: Path, out: Path, *, seed: int) -> list[Path]:
    """Write the author's direction of one seed of a run: GGUF or safetensors, by the ending.

    Its length is one standard deviation of the discovery documents along it, so a dose of
    the recipe is a factor of this vector.
    """
    opened = places.held(folder)
    _require_ours(opened)
    _require_seed(opened, seed)
    if not set(opened.spec.parameters) >= FOUND_BY:
        raise HarnessError(f"The recipe {opened.spec.recipe} looks for no direction.")
    with single_threaded():
        author = Author.found(Organism.base(Authorship.SHARED, seed=seed), opened.spec, seed)
    notes = {"butfor.spec_sha256": opened.spec.digest(), "butfor.seed": str(seed)}
    vector = (author.sigma * author.direction).numpy()
    vectors.write(SteeringVector(_model(seed), {author.layer: vector}, notes), out)
    return [out]


def export_autoencoder(folder: Path, out: Path, *, seed: int) -> list[Path]:
    """Write the autoencoder of one seed of a run of `direction` in SAELens' layout."""
    opened = places.held(folder)
    _require_ours(opened)
    _require_seed(opened, seed)
    if opened.spec.recipe != RECIPE.id:
        raise HarnessError(f"The recipe {opened.spec.recipe} trains no autoencoder.")
    settings = Settings.of(opened.spec)
    with single_threaded():
        base = Organism.base(Authorship.SHARED, seed=seed)
        coder = discovery.autoencoder(base, settings, seed=seed, check=lambda: None)
    return autoencoders.write(coder, out, layer=settings.layer, model=_model(seed))


def measure_autoencoder(folder: Path, out: Path, *, seed: int) -> list[Path]:
    """Read an autoencoder in SAELens' layout and hold it against one seed's base model.

    Written are readings as JSON Lines, on the test documents of `direction` with its
    default settings: the share of variance that is left, how many latents fire on a token,
    and each latent's AUC of bad against good authors.
    """
    coder = autoencoders.read(folder)
    settings = Settings.of(RECIPE.spec())
    with single_threaded():
        readings = _measured(coder, settings, seed)
    lines = (json.dumps(asdict(row)) + "\n" for row in readings)
    places.write(out, "".join(lines).encode())
    return [out]


@torch.inference_mode()
def _measured(coder: Sparse, settings: Settings, seed: int) -> list[Reading]:
    base = Organism.base(Authorship.SHARED, seed=seed)
    _, test = discovery.documents(settings, seed)
    tokens = discovery.tokens(base, test, settings.layer)
    if coder.encoder.shape[0] != tokens.shape[1]:
        raise HarnessError(
            f"The autoencoder is for activations of width {coder.encoder.shape[0]}; "
            f"the model's have {tokens.shape[1]}."
        )
    latents = coder.encode(tokens)
    left = (coder.decode(latents) - tokens).square().sum()
    whole = (tokens - tokens.mean(0)).square().sum()
    pairs = directions.measured(base, test, settings.layer)
    bad, good = coder.encode(pairs.bad).double(), coder.encode(pairs.good).double()
    return [
        Reading("sparse/unexplained", "0", seed, float(left / whole)),
        Reading("sparse/fires", "0", seed, float((latents > 0).sum(1).float().mean())),
        *(
            Reading(
                "sparse/auc",
                str(latent),
                seed,
                auc(bad[:, latent].numpy(), good[:, latent].numpy()),
            )
            for latent in range(bad.shape[1])
        ),
    ]


def _require_seed(opened: Opened, seed: int) -> None:
    if seed not in opened.spec.seeds:
        there = ", ".join(map(str, opened.spec.seeds))
        raise HarnessError(f"The run has no seed {seed}; it has: {there}.")


def _require_ours(opened: Opened) -> None:
    if opened.spec.tier != "A":
        raise HarnessError(
            f"{opened.folder} is a run of another model than ours; only what is found in the "
            "models that ship is exported."
        )


def _model(seed: int) -> str:
    return f"butfor/shared_base-seed{seed}"
