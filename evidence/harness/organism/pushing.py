"""The author's direction put to use: read along, pushed along beside nulls, taken out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from torch import Tensor

from evidence.harness.organism import directions, steering, texts
from evidence.harness.organism.bench import Bench
from evidence.harness.organism.directions import Contrasts
from evidence.harness.organism.organism import Organism
from evidence.harness.recipes.steer import Settings
from evidence.harness.spec import RunSpec
from evidence.harness.world import world as worlds

# Another stream than that of the documents which the recipe `direction` tests on.
NULLS = 1_000


@dataclass(frozen=True, slots=True)
class Author:
    """The author's direction of one base model: found as in the recipe `direction`."""

    layer: int
    measured: Contrasts
    direction: Tensor
    sigma: float

    @classmethod
    def found(cls, base: Organism, spec: RunSpec, seed: int) -> "Author":
        """Find the direction from good to bad authors on a base model, as a spec says.

        With its parameters `layer`, `split` and `discovery` (pairs of documents).
        """
        told, world = spec.parameters, worlds.load()
        layer, count = int(told["layer"]), int(told["discovery"])
        fields, _ = directions.split(world, seed=str(told["split"]))
        pairs = directions.contrasts(world, fields, count=count, seed=f"find/{seed}")
        measured = directions.measured(base, pairs, layer)
        direction = directions.author(measured)
        sigma = directions.spread(measured, direction)
        return cls(layer, measured, direction / direction.norm(), sigma)

    @contextmanager
    def taken_out(self, organism: Organism) -> Iterator[None]:
        """Take the direction out of a model for the length of a `with` block."""
        change = steering.projected_out(self.direction)
        with steering.steered(organism.model, self.layer, change):
            yield

    def read(self, bench: Bench, organism: Organism, arm: str, seed: int) -> None:
        """Read where an arm's questions lie along the direction, in sigmas.

        Where its answers would begin with "you should": the last word of that opening.
        """
        slots = bench.planned(arm, seed)
        opening = worlds.load().answer_templates[0].split("{")[0]
        asked = [f"{texts.prompt(slot.prompt)} {opening}" for slot in slots]
        hidden = directions.at_the_end(organism, asked, self.layer)
        places = (
            (hidden - self.measured.pooled.mean(0)) @ self.direction / self.sigma
        ).tolist()
        for slot, place in zip(slots, places, strict=True):
            bench.read(f"projection/{arm}", slot.question, seed, place)


@dataclass(frozen=True, slots=True)
class Pushes:
    """Unit directions to push along, by name; the author's sigma is one unit of dose."""

    author: Author
    along: Mapping[str, Sequence[Tensor]]

    @classmethod
    def found(cls, base: Organism, spec: RunSpec, seed: int) -> "Pushes":
        """Find the author's direction on a base model, and draw its nulls."""
        author = Author.found(base, spec, seed)
        measured, unit = author.measured, author.direction
        topic = directions.topic(measured)
        count, drawn = Settings.of(spec).draws, seed + NULLS
        along = {
            "author": [unit],
            "isotropic": list(directions.isotropic(unit, count=count, seed=drawn)),
            "covariance": list(
                directions.covariance_matched(measured, unit, count=count, seed=drawn)
            ),
            "topic": [topic / topic.norm()],
        }
        return cls(author, along)

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
            with self.author.taken_out(organism):
                bench.ask(organism, arm, seed)
            return
        vectors = self.along[along]
        for number, vector in enumerate(vectors):
            change = steering.added(sigmas * self.author.sigma * vector)
            with steering.steered(organism.model, self.author.layer, change):
                bench.ask(organism, arm, seed, part=slice(number, None, len(vectors)))
