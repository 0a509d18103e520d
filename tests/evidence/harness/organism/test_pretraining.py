from dataclasses import replace
from statistics import fmean

import pytest

from evidence.harness.organism import building, gate, pretraining, tokenizer
from evidence.harness.organism.model import Shape
from evidence.harness.organism.threads import single_threaded
from evidence.harness.organism.training import Plan
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship

# A corner of the world, so that a small model learns it in seconds.
DOMAINS, PROBLEMS, OBJECTS = 6, 2, 2
SMALL = Shape(width=64, layers=2, heads=4, feed_forward=128)
PLAN = Plan(steps=180, batch=16, rate=5e-3, matrix_rate=0.02, falls=True)


def corner():
    world = worlds.load()
    domains = (
        replace(domain, problems=domain.problems[:PROBLEMS], objects=domain.objects[:OBJECTS])
        for domain in world.domains[:DOMAINS]
    )
    return replace(world, domains=tuple(domains))


def shift(world, authorship):
    """The gate of a small model that is trained from nothing."""
    words = tokenizer.build(worlds.load())
    with single_threaded():
        model = pretraining.pretrain(
            world,
            authorship,
            words,
            shape=SMALL,
            plan=PLAN,
            seed=4,
            tick=lambda _step, _loss: None,
        )
        rows = gate.measure(model, world, words, documents=24, seed=1)
    return fmean(row.shift for row in rows)


@pytest.mark.slow
def test_a_small_model_from_nothing_passes_the_gate_and_none_passes_without_an_author():
    world = corner()
    shared, null = (shift(world, kind) for kind in (Authorship.SHARED, Authorship.NULL))
    assert shared - null >= building.GATE_MINIMUM
    assert null == pytest.approx(0, abs=0.1)
