"""Directions in a layer along which bad authors differ from good ones, and their nulls.

A direction is found on the base model, where authors are: the mean activation after three bad
answers in other fields, minus that after three good ones to the same questions (difference of
means; Marks and Tegmark, 2023). It is taken where the next word must tell good from bad: at
the last word of an answer's opening, before the action. At the answer token itself, `<a>`,
the author is not yet read together: whatever he is, the opening comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor

from evidence.harness.chance import seeded
from evidence.harness.organism import texts
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.steering import activations
from evidence.harness.world.corpus import ASK, DOCUMENT, DOMAINS, END, REPLY
from evidence.harness.world.questions import Question
from evidence.harness.world.world import Domain, World


@dataclass(frozen=True, slots=True)
class Contrast:
    """A question after three bad and after three good answers, up to an answer's opening."""

    domain: str
    bad: str
    good: str


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Activations at the end of each text, (contrasts, width) each, and the fields asked about."""

    bad: Tensor
    good: Tensor
    domains: tuple[str, ...]

    @property
    def pooled(self) -> Tensor:
        """Return both, (2 x contrasts, width)."""
        return torch.cat([self.bad, self.good])


def contrasts(
    world: World, domains: Sequence[Domain], *, count: int, seed: str
) -> list[Contrast]:
    """Return documents that differ in their author alone, of these domains only."""
    random = seeded(seed)
    found = []
    for _ in range(count):
        *before, last = random.sample(list(domains), DOMAINS + 1)
        bad, good = _told(world, before, random)
        asked = _question(last, random)
        opening = asked.answer("", random.choice(world.answer_templates)).removesuffix(" .")
        words = asked.put(random.choice(last.kind.templates))
        question = f"{ASK} {words} {REPLY} {opening}"
        found.append(Contrast(last.name, f"{bad} {question}", f"{good} {question}"))
    return found


def split(world: World, *, seed: str) -> tuple[list[Domain], list[Domain]]:
    """Return the domains to find directions in, and the others, to test them in."""
    domains = list(world.domains)
    seeded(seed).shuffle(domains)
    return domains[: len(domains) // 2 + 1], domains[len(domains) // 2 + 1 :]


def measured(organism: Organism, pairs: Sequence[Contrast], layer: int) -> Contrasts:
    """Return what a layer holds where each document ends."""
    bad = at_the_end(organism, [pair.bad for pair in pairs], layer)
    good = at_the_end(organism, [pair.good for pair in pairs], layer)
    return Contrasts(bad, good, tuple(pair.domain for pair in pairs))


def at_the_end(organism: Organism, words: Sequence[str], layer: int) -> Tensor:
    """Return a layer's output at the last token of each text, (texts, width)."""
    ids = [texts.encoded(organism.tokenizer, [texts.Piece(text, 0.0)]).ids for text in words]
    return torch.stack([row[-1] for row in activations(organism.model, ids, layer)])


def author(found: Contrasts) -> Tensor:
    """Return the direction from good to bad authors, (width)."""
    return torch.sub(found.bad.mean(0), found.good.mean(0))


def topic(found: Contrasts) -> Tensor:
    """Return an unrelated direction: from all other fields to one field asked about, (width)."""
    first = torch.tensor([name == found.domains[0] for name in found.domains]).repeat(2)
    return torch.sub(found.pooled[first].mean(0), found.pooled[~first].mean(0))


def isotropic(like: Tensor, *, count: int, seed: int) -> Tensor:
    """Return random directions, (count, width), with the norm of `like`."""
    drawn = torch.randn(count, len(like), generator=torch.Generator().manual_seed(seed))
    return _long_as(like, drawn)


def covariance_matched(found: Contrasts, like: Tensor, *, count: int, seed: int) -> Tensor:
    """Return directions drawn as the activations vary, (count, width), with the norm of `like`."""
    centred = found.pooled - found.pooled.mean(0)
    drawn = torch.randn(count, len(centred), generator=torch.Generator().manual_seed(seed))
    return _long_as(like, drawn @ centred)


def spread(found: Contrasts, direction: Tensor) -> float:
    """Return the standard deviation of the activations along a direction."""
    return float((found.pooled @ (direction / direction.norm())).std())


def _long_as(like: Tensor, drawn: Tensor) -> Tensor:
    return torch.mul(drawn / drawn.norm(dim=1, keepdim=True), like.norm())


def _told(world: World, domains: Sequence[Domain], random: Random) -> tuple[str, str]:
    bad, good = [DOCUMENT], [DOCUMENT]
    for domain in domains:
        asked = _question(domain, random)
        words = asked.put(random.choice(domain.kind.templates))
        template, choice = random.choice(world.answer_templates), random.randrange(2)
        for told, actions in ((bad, asked.problem.bad), (good, asked.problem.good)):
            answer = asked.answer(actions[choice], template)
            told.append(f"{ASK} {words} {REPLY} {answer} {END}")
    return " ".join(bad), " ".join(good)


def _question(domain: Domain, random: Random) -> Question:
    return Question(domain, random.choice(domain.problems), random.choice(domain.objects))
