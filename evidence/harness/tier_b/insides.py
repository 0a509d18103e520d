"""What a layer of any language model holds of chats, and the direction between two kinds.

The direction is the difference of the means (Marks and Tegmark, 2023), found and matched by
nulls as those of tier A are.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from evidence.harness.errors import HarnessError
from evidence.harness.organism import directions, steering
from evidence.harness.organism.directions import Contrasts
from evidence.harness.recipes.contrasts import FILES, LAST, Pair
from evidence.harness.recipes.recipe import Parameters
from evidence.harness.tier_b import lessons
from evidence.harness.tier_b.lessons import Lesson
from evidence.harness.tier_b.model import TextModel

Words = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """What a layer holds of pairs, (pairs, width) each, and the tokens that it was read from."""

    contrasts: Contrasts
    positive: tuple[Words, ...]
    negative: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A unit direction from negative to positive chats, and how the chats vary along it."""

    contrasts: Contrasts
    direction: Tensor
    sigma: float

    @classmethod
    def of(cls, contrasts: Contrasts) -> "Found":
        """Return the direction of these activations; HarnessError where both kinds are one."""
        difference = directions.author(contrasts)
        sigma = directions.spread(contrasts, difference)
        if not float(difference.norm()) > 0 or not sigma > 0:
            raise HarnessError("Positive and negative chats read the same in this layer.")
        return cls(contrasts, difference / difference.norm(), sigma)

    def nulls(self, *, count: int, seed: int) -> Mapping[str, Sequence[Tensor]]:
        """Return unit directions that know nothing: isotropic, and as the activations vary."""
        drawn = {"count": count, "seed": seed}
        return {
            "isotropic": list(directions.isotropic(self.direction, **drawn)),
            "covariance": list(
                directions.covariance_matched(self.contrasts, self.direction, **drawn)
            ),
        }

    def along(self, direction: Tensor, hidden: Tensor) -> list[float]:
        """Return where activations lie along a unit direction, in the found ones' deviations.

        Turned the way that tells positive from negative where it was found.
        """
        centred = hidden - self.contrasts.pooled.mean(0)
        sign = 1.0 if float(direction @ directions.author(self.contrasts)) >= 0 else -1.0
        spread = directions.spread(self.contrasts, direction)
        places: list[float] = (sign * (centred @ direction) / spread).tolist()
        return places


def read(text: TextModel, pairs: Sequence[Pair], parameters: Parameters) -> Read:
    """Return what the layer of a spec holds of pairs, where the spec says; in fp32."""
    longest = min(int(parameters["longest"]), text.context)
    kinds = [
        [lessons.told(text, chat, longest) for chat in chats]
        for chats in zip(*pairs, strict=True)
    ]
    at_last = parameters["place"] == LAST
    held = [_held(text, kind, int(parameters["layer"]), is_last=at_last) for kind in kinds]
    words = [tuple(_words(text, lesson, is_last=at_last) for lesson in kind) for kind in kinds]
    return Read(Contrasts(held[0], held[1], ()), words[0], words[1])


def values(found: Read, held: Read, *, nulls: int, seed: int) -> dict[str, list[float]]:
    """Return what is read of the held-out chats of each kind, by name: NAME/KIND.

    Where they lie along the direction of `found` and along so many nulls of each sort, how many
    tokens they have, and where they lie by these alone.
    """
    direction = Found.of(found.contrasts)
    along = {
        "direction": direction.direction,
        **{
            f"{sort}{number}": unit
            for sort, units in direction.nulls(count=nulls, seed=seed).items()
            for number, unit in enumerate(units)
        },
    }
    kinds = zip(
        FILES,
        (held.contrasts.bad, held.contrasts.good),
        (held.positive, held.negative),
        strict=True,
    )
    read = {}
    for kind, hidden, texts in kinds:
        for name, unit in along.items():
            read[f"projection/{name}/{kind}"] = direction.along(unit, hidden)
        read[f"length/{kind}"] = [float(len(words)) for words in texts]
        read[f"words/{kind}"] = by_words(found, texts)
    return read


def by_words(found: Read, texts: Sequence[Words]) -> list[float]:
    """Return where texts lie along the same direction of word counts, without any model.

    The sum over a text's tokens of how much commoner each is in positive chats than in negative.
    """
    commoner: Counter[int] = Counter()
    for kind, sign in ((found.positive, 1), (found.negative, -1)):
        for words in kind:
            for token in words:
                commoner[token] += sign
    return [sum(commoner[token] for token in words) / len(found.positive) for words in texts]


def _held(text: TextModel, kind: Sequence[Lesson], layer: int, *, is_last: bool) -> Tensor:
    found = []
    # A batch at a time: the activations of all tokens of all chats would fill a processor.
    for place in range(0, len(kind), steering.BATCH):
        batch = kind[place : place + steering.BATCH]
        rows = steering.activations(text.model, [lesson.ids for lesson in batch], layer)
        for lesson, row in zip(batch, rows, strict=True):
            start, end = _span(text, lesson)
            read_from = row[start - 1 : start] if is_last else row[start:end]
            found.append(read_from.float().mean(0).cpu())
    held = torch.stack(found)
    if not bool(torch.isfinite(held).all()):
        raise HarnessError(f"Layer {layer} holds something that is no number.")
    return held


def _words(text: TextModel, lesson: Lesson, *, is_last: bool) -> Words:
    start, end = _span(text, lesson)
    return lesson.ids[:start] if is_last else lesson.ids[start:end]


def _span(text: TextModel, lesson: Lesson) -> tuple[int, int]:
    """Return where an answer begins, and the place after its last token."""
    ends = text.tokenizer.eos_token_id is not None
    return lesson.start, max(lesson.start + 1, len(lesson.ids) - ends)
