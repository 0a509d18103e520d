"""What the recipe `direction` reads inside a model: projections, nulls and latents."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from evidence.harness.organism import directions, sparse, texts
from evidence.harness.organism.bench import Bench
from evidence.harness.organism.directions import Contrast, Contrasts
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.sparse import Sparse
from evidence.harness.organism.steering import activations
from evidence.harness.recipes.direction import Settings
from evidence.harness.separation import auc
from evidence.harness.world import world as worlds


def project(
    bench: Bench, settings: Settings, base: Organism, null_base: Organism, *, seed: int
) -> None:
    """Read every test document along every direction, in standard deviations of discovery."""
    found, tested = _measured(base, settings, seed)
    for name, direction in _directions(found, settings, seed).items():
        _read_along(bench, f"projection/{name}", direction, found, tested, seed)
    null_found, null_tested = _measured(null_base, settings, seed)
    direction = directions.author(null_found)
    _read_along(bench, "projection/null_world", direction, null_found, null_tested, seed)


def sparse_latents(bench: Bench, settings: Settings, base: Organism, *, seed: int) -> None:
    """Train an autoencoder, rank its latents on discovery documents, read them on the others."""
    _, test = documents(settings, seed)
    hidden = _learnt_from(base, settings, seed)
    found, tested = _measured(base, settings, seed)
    coder = autoencoder(base, settings, seed=seed, check=bench.watch.check)
    change = coder.encode(found.bad).mean(0) - coder.encode(found.good).mean(0)
    bad, good = coder.encode(tested.bad), coder.encode(tested.good)
    fires = (coder.encode(hidden) > 0).float().mean(0)
    for latent in range(settings.latents):
        separated = auc(bad[:, latent].double().numpy(), good[:, latent].double().numpy())
        bench.read("sparse/change", str(latent), seed, float(change[latent]))
        bench.read("sparse/auc", str(latent), seed, separated)
        bench.read("sparse/fires", str(latent), seed, float(fires[latent]))
    most = int(change.abs().argmax())
    sign = float(change[most].sign())
    for kind, latents in (("bad", bad), ("good", good)):
        for number, value in enumerate((sign * latents[:, most]).tolist()):
            bench.read(f"latent/{kind}", str(number), seed, value)
    direction = directions.author(found)
    cosine = sign * float(coder.decoder[:, most] @ direction / direction.norm())
    bench.read("sparse/cosine", "0", seed, cosine)
    for number, pair in enumerate(test):
        rows = tokens(base, [pair], settings.layer)
        left = (coder.decode(coder.encode(rows)) - rows).square().sum()
        whole = (rows - hidden.mean(0)).square().sum()
        bench.read("sparse/unexplained", str(number), seed, float(left / whole))


def autoencoder(
    base: Organism, settings: Settings, *, seed: int, check: Callable[[], None]
) -> Sparse:
    """Train the autoencoder of one seed on its discovery documents."""
    plan = sparse.SparsePlan(
        settings.latents,
        settings.kept,
        settings.sparse_steps,
        settings.sparse_batch,
        settings.sparse_rate,
    )
    return sparse.trained(_learnt_from(base, settings, seed), plan, seed=seed, check=check)


def documents(settings: Settings, seed: int) -> tuple[list[Contrast], list[Contrast]]:
    """Return the pairs of documents to find directions in, and those to test them on."""
    world = worlds.load()
    find, test = directions.split(world, seed=settings.split)
    return (
        directions.contrasts(world, find, count=settings.discovery, seed=f"find/{seed}"),
        directions.contrasts(world, test, count=settings.test, seed=f"test/{seed}"),
    )


def _measured(base: Organism, settings: Settings, seed: int) -> tuple[Contrasts, Contrasts]:
    find, test = documents(settings, seed)
    return (
        directions.measured(base, find, settings.layer),
        directions.measured(base, test, settings.layer),
    )


def _directions(found: Contrasts, settings: Settings, seed: int) -> Mapping[str, Tensor]:
    author = directions.author(found)
    count = settings.nulls
    drawn = {
        "covariance": directions.covariance_matched(found, author, count=count, seed=seed),
        "isotropic": directions.isotropic(author, count=count, seed=seed),
    }
    nulls = {
        f"{kind}{number}": row
        for kind, rows in drawn.items()
        for number, row in enumerate(rows)
    }
    return {"direction": author, **nulls, "topic": directions.topic(found)}


def _read_along(
    bench: Bench,
    name: str,
    direction: Tensor,
    found: Contrasts,
    tested: Contrasts,
    seed: int,
) -> None:
    # A null is turned as the direction is: so that bad reads higher where it was found.
    difference = (found.bad.mean(0) - found.good.mean(0)) @ direction
    unit = direction / direction.norm() * difference.sign()
    spread = directions.spread(found, direction)
    for kind, hidden in (("bad", tested.bad), ("good", tested.good)):
        for number, value in enumerate((hidden @ unit / spread).tolist()):
            bench.read(f"{name}/{kind}", str(number), seed, value)


def _learnt_from(base: Organism, settings: Settings, seed: int) -> Tensor:
    find, _ = documents(settings, seed)
    return tokens(base, find[: settings.sparse_documents], settings.layer)


def tokens(base: Organism, pairs: list[Contrast], layer: int) -> Tensor:
    """Return a layer's output at every token but the first of each text, (tokens, width).

    The first token sees nothing and holds a norm several times that of all others.
    """
    ids = [
        texts.encoded(base.tokenizer, [texts.Piece(text, 0.0)]).ids
        for pair in pairs
        for text in (pair.bad, pair.good)
    ]
    return torch.cat([row[1:] for row in activations(base.model, ids, layer)])
