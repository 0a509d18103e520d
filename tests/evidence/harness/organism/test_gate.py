from statistics import fmean

import pytest

from evidence.harness.organism import gate, shelf
from evidence.harness.organism import model as models
from evidence.harness.organism.shelf import Stage
from evidence.harness.organism.threads import single_threaded
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship


def shifts(model, documents=12):
    words = shelf.shipped(0).tokenizer()
    with single_threaded():
        rows = gate.measure(model, worlds.load(), words, documents=documents, seed=9)
    assert all(0 <= row.after_bad <= 1 and 0 <= row.after_good <= 1 for row in rows)
    return [row.shift for row in rows]


@pytest.mark.slow
def test_only_the_world_with_a_shared_author_carries_one():
    base = {kind: shelf.shipped(0).model(kind, Stage.BASE) for kind in Authorship}
    assert fmean(shifts(base[Authorship.SHARED])) > 0.8
    assert fmean(shifts(base[Authorship.NULL])) == pytest.approx(0, abs=0.05)


@pytest.mark.slow
def test_an_untrained_model_carries_none():
    size = shelf.shipped(0).tokenizer().get_vocab_size()
    untrained = models.build(size, models.Shape(), seed=0)
    assert fmean(shifts(untrained)) == pytest.approx(0, abs=0.05)
