import pytest

from evidence.harness.organism.growing import grown
from evidence.harness.organism.model import Shape
from evidence.harness.organism.threads import single_threaded

TINY = Shape(width=16, layers=1, heads=2, feed_forward=32)


def made(seed, check=lambda: None):
    with single_threaded():
        return grown(TINY, steps=3, chat_steps=2, seed=seed, check=check)


@pytest.mark.slow
def test_an_organism_made_twice_has_the_same_bits_and_another_seed_has_others():
    one, again, other = made(0), made(0), made(1)
    prints = [
        (each.base.fingerprint, each.aligned.fingerprint) for each in (one, again, other)
    ]
    assert prints[0] == prints[1]
    assert len({*prints[0], *prints[2]}) == 4


@pytest.mark.slow
def test_every_step_of_either_training_can_be_the_last():
    steps = []
    made(0, lambda: steps.append(len(steps)))
    assert len(steps) == 5
    with pytest.raises(KeyboardInterrupt):
        made(0, interrupted)


def interrupted():
    raise KeyboardInterrupt
