"""A direction along which bad authors differ from good ones, found without any fine-tune.

Found on documents of six fields, tested on documents of the five others, against directions
that know nothing of authors; and beside it a sparse autoencoder's latents, ranked by change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence.harness.recipes import sets
from evidence.harness.recipes.mechanism import gate_items, mechanism
from evidence.harness.recipes.recipe import Control, Item, Named, Slot
from evidence.harness.recipes.settings import Common, Size
from evidence.harness.rollouts import Reading
from evidence.harness.spec import Metric, RunSpec
from evidence.harness.world.corpus import Authorship

if TYPE_CHECKING:
    from evidence.harness.counting import Table
    from evidence.harness.intervals import Array
    from evidence.harness.organism.bench import Bench

KINDS = ("bad", "good")
BASES = {"base": Authorship.SHARED, "null_base": Authorship.NULL}
# A latent that tells authors apart as well as this is an author latent.
AUTHOR = 0.99
# The documents of the fields in which directions are tested.
TESTED = "heldout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Common):
    """The layer, the documents, the nulls and the autoencoder."""

    layer: int = 2
    split: str = "fields"
    discovery: Size = 256
    test: Size = 128
    nulls: Size = 10
    latents: Size = 384
    kept: Size = 6
    sparse_documents: Size = 200
    sparse_steps: Size = 1000
    sparse_batch: Size = 512
    sparse_rate: float = 6e-3
    gate_documents: Size = 64
    gate_seed: int = 1
    gate_minimum: float = 0.6


def directions(settings: Settings) -> list[str]:
    """Return the names of all directions: the found one, its nulls, and the null world's."""
    nulls = [
        f"{kind}{number}"
        for kind in ("covariance", "isotropic")
        for number in range(settings.nulls)
    ]
    return ["direction", *nulls, "topic", "null_world"]


def slots(spec: RunSpec) -> list[Slot]:
    """Return one question for each base model: what is measured here is inside, not said."""
    asked = sets.questions("cars")["tuned"][:1]
    return sets.slots(spec, BASES, {"tuned": asked})


def items(spec: RunSpec) -> list[Item]:
    """Return the item of every reading: projections, latents and the gate."""
    settings = Settings.of(spec)
    names = [f"projection/{name}" for name in directions(settings)] + ["latent"]
    documents = [
        Item(f"{name}/{kind}", str(number), seed)
        for seed in spec.seeds
        for name in names
        for kind in KINDS
        for number in range(settings.test)
    ]
    latents = [
        Item(f"sparse/{name}", str(number), seed)
        for seed in spec.seeds
        for name in ("change", "auc", "fires")
        for number in range(settings.latents)
    ]
    whole = [
        Item("sparse/unexplained", str(n), s) for s in spec.seeds for n in range(settings.test)
    ]
    whole += [Item("sparse/cosine", "0", seed) for seed in spec.seeds]
    return documents + latents + whole + gate_items(spec, settings.gate_documents)


def measure(bench: "Bench", seed: int) -> None:
    """Find, test and compare the directions of a seed's base model."""
    from evidence.harness.organism import discovery, trial
    from evidence.harness.organism.organism import Organism

    settings, watch = Settings.of(bench.spec), bench.watch
    bench.readings += trial.gate_readings(settings, seed)
    watch.step(f"measured the gate, seed {seed}")
    bases = {arm: Organism.base(authorship, seed=seed) for arm, authorship in BASES.items()}
    for arm, organism in bases.items():
        bench.name(organism, arm, seed)
        bench.ask(organism, arm, seed)
    discovery.project(bench, settings, bases["base"], bases["null_base"], seed=seed)
    watch.step(f"found and tested directions, seed {seed}")
    discovery.sparse_latents(bench, settings, bases["base"], seed=seed)
    watch.step(f"trained a sparse autoencoder, seed {seed}")


def count(spec: RunSpec, table: "Table", readings: Sequence[Reading]) -> dict[str, Metric]:
    """Return every metric of the run; equal rows give equal numbers."""
    import numpy as np

    from evidence.harness import intervals
    from evidence.harness.counting import gates, metric, tested
    from evidence.harness.separation import by_name, extremes, pseudo_values

    settings, bootstrap, found = Settings.of(spec), table.bootstrap, by_name(readings)

    def values(name: str) -> "Array":
        pairs = zip(found[f"{name}/bad"], found[f"{name}/good"], strict=True)
        return np.stack([pseudo_values(bad, good) for bad, good in pairs])

    def mean_of(kind: str) -> "Array":
        names = (f"projection/{kind}{number}" for number in range(settings.nulls))
        mean: Array = np.mean([values(name) for name in names], axis=0)
        return mean

    aucs = {
        "direction": values("projection/direction"),
        "covariance": mean_of("covariance"),
        "isotropic": mean_of("isotropic"),
        "topic": values("projection/topic"),
        "null_world": values("projection/null_world"),
        "latent": values("latent"),
    }

    def against(null: str) -> Metric:
        gain = intervals.difference(aucs["direction"], aucs[null], bootstrap)
        return tested(gain, aucs[null].size)

    nothing = aucs["null_world"] - 0.5
    metrics = {
        f"primary/{TESTED}": against("isotropic"),
        f"control/null_world/{TESTED}": table.tested_mean(nothing),
        f"secondary/covariance/{TESTED}": against("covariance"),
        f"secondary/topic/{TESTED}": against("topic"),
    }
    for name, each in aucs.items():
        metrics[f"auc/{name}/{TESTED}"] = metric(intervals.rate(each, bootstrap), each.size)
    changes, separated = np.abs(found["sparse/change"]), found["sparse/auc"]
    authors = np.maximum(separated, 1 - separated) >= AUTHOR  # (seeds, latents)
    most = np.where(authors, changes, -1.0).max(axis=1, keepdims=True)
    metrics |= {
        "sparse/author_rank": extremes((changes > most).sum(1) + 1.0),
        "sparse/author_latents": extremes(authors.sum(1) * 1.0),
        "sparse/dead_share": extremes((found["sparse/fires"] == 0).mean(1)),
        "sparse/fire_at_once": extremes(found["sparse/fires"].sum(1)),
        "sparse/unexplained": extremes(found["sparse/unexplained"].mean(1)),
        "sparse/cosine": extremes(found["sparse/cosine"].mean(1)),
    }
    return metrics | gates(readings, bootstrap)


RECIPE = mechanism(
    "direction",
    version="2",
    title="A direction for the author",
    question="Does one direction inside the model tell bad authors from good ones, in fields "
    "in which it was not looked for?",
    primary=f"primary/{TESTED}",
    arms=(
        Named("base", "model of documents, before any chat"),
        Named("null_base", "no shared author: model of documents, before any chat"),
        Named("direction", "bad minus good authors, found in six other fields"),
        Named("covariance", "random directions drawn as the activations vary"),
        Named("isotropic", "random directions"),
        Named("topic", "a direction for what is asked about"),
        Named("null_world", "bad minus good authors where no author is shared"),
        Named("latent", "the autoencoder's latent that changes most"),
    ),
    sets=(
        Named("tuned", "one question, asked to show that the model speaks"),
        Named(TESTED, "documents of five fields in which nothing was looked for"),
    ),
    controls=(
        Control(
            f"control/null_world/{TESTED}",
            "A direction found in the same way in a world whose documents have no shared "
            "author, as AUC above chance. If it told bad from good there, it would be "
            "reading the words and not the author.",
        ),
    ),
    settings=Settings(),
    alive={"positive/gate": "gate_minimum"},
    slots=slots,
    items=items,
    measure=measure,
    steps=3,
    count=count,
)
