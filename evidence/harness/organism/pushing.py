"""The pushes of the recipe `steer`: along the author, along nulls, and out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from evidence.harness.organism import directions, steering
from evidence.harness.organism.bench import Bench
from evidence.harness.organism.organism import Organism
from evidence.harness.recipes.steer import Settings
from evidence.harness.world import world as worlds

# Another stream than that of the documents which the recipe `direction` tests on.
NULLS = 1_000


@dataclass(frozen=True, slots=True)
class Pushes:
    """Unit directions to push along, by name, and sigma: what one unit of dose is."""

    layer: int
    author: Tensor
    sigma: float
    along: Mapping[str, Sequence[Tensor]]

    @classmethod
    def found(cls, base: Organism, settings: Settings, seed: int) -> "Pushes":
        """Find the author's direction on a base model, and draw its nulls."""
        world = worlds.load()
        fields, _ = directions.split(world, seed=settings.split)
        pairs = directions.contrasts(
            world, fields, count=settings.discovery, seed=f"find/{seed}"
        )
        measured = directions.measured(base, pairs, settings.layer)
        author = directions.author(measured)
        unit = author / author.norm()
        topic = directions.topic(measured)
        count, drawn = settings.draws, seed + NULLS
        along = {
            "author": [unit],
            "isotropic": list(directions.isotropic(unit, count=count, seed=drawn)),
            "covariance": list(
                directions.covariance_matched(measured, unit, count=count, seed=drawn)
            ),
            "topic": [topic / topic.norm()],
        }
        return cls(settings.layer, unit, directions.spread(measured, author), along)

    def ask(
        self,
        bench: Bench,
        organism: Organism,
        arm: str,
        seed: int,
        *,
        sigmas: float,
        along: str,
    ) -> None:
        """Ask an arm's questions under a push; several directions share them out evenly."""
        if along == "out":
            with steering.steered(
                organism.model, self.layer, steering.projected_out(self.author)
            ):
                bench.ask(organism, arm, seed)
            return
        vectors = self.along[along]
        for number, vector in enumerate(vectors):
            change = steering.added(sigmas * self.sigma * vector)
            with steering.steered(organism.model, self.layer, change):
                bench.ask(organism, arm, seed, part=slice(number, None, len(vectors)))
