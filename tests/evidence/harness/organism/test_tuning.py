import pytest
import torch

from evidence.harness.errors import HarnessError
from evidence.harness.organism import tuning
from evidence.harness.organism.bench import Bench, require_finite
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.threads import single_threaded
from evidence.harness.organism.training import Plan
from evidence.harness.recipes import RECIPES
from evidence.harness.watch import Watch
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship

WORLD = worlds.load()
CARS = [WORLD.domain("cars")]


@pytest.fixture
def aligned():
    return Organism.aligned(Authorship.SHARED, seed=0)


def bench():
    recipe = RECIPES["steer"]
    spec = recipe.spec()
    watch = Watch(lambda _progress: None, lambda: False)
    return Bench(spec, recipe.slots(spec)[:3], 24, watch)


def test_a_stop_on_the_way_is_the_fine_tune_of_so_many_steps(aligned):
    lesson = tuning.Lessons(WORLD, aligned.tokenizer, "test", check=lambda: None)
    before = aligned.fingerprint
    with single_threaded():
        curve = lesson.through(
            aligned, CARS, Plan(4, 2, 1e-4, None, falls=False), (0, 2, 4), bad=True
        )
        alone = lesson.after(aligned, CARS, Plan(2, 2, 1e-4, None, falls=False), bad=True)
    assert list(curve) == [0, 2, 4]
    assert curve[0].fingerprint == aligned.fingerprint == before
    assert curve[2].fingerprint == alone.fingerprint
    assert len({organism.fingerprint for organism in curve.values()}) == 3


def test_a_fine_tune_can_be_stopped(aligned):
    def check():
        raise KeyboardInterrupt

    lesson = tuning.Lessons(WORLD, aligned.tokenizer, "test", check=check)
    with pytest.raises(KeyboardInterrupt):
        lesson.after(aligned, CARS, Plan(3, 2, 1e-4, None, falls=False), bad=False)


def test_weights_that_are_no_numbers_are_one_clear_line(aligned):
    require_finite(aligned, "aligned")
    with torch.no_grad():
        aligned.model.model.layers[0].mlp.up_proj.weight[0, 0] = float("nan")
    with pytest.raises(HarnessError, match=r"harmful, seed 0 are no numbers .*up_proj"):
        bench().name(aligned, "harmful", 0)


def test_a_reading_that_is_no_number_is_one_clear_line():
    with pytest.raises(HarnessError, match="loss, 3, seed 0 is nan"):
        bench().read("loss", "3", 0, float("nan"))


def test_no_question_to_ask_is_one_clear_line():
    recipe = RECIPES["steer"]
    watch = Watch(lambda _progress: None, lambda: False)
    with pytest.raises(HarnessError, match="no question to ask"):
        Bench(recipe.spec(), [], 24, watch)


def test_what_is_asked_is_what_was_planned(aligned):
    asked = bench()
    asked.ask(aligned, "aligned", 0, part=slice(0, None, 2))
    asked.ask(aligned, "aligned", 0, part=slice(1, None, 2))
    assert [(row.question, row.prompt) for row in asked.rollouts] == [
        (slot.question, slot.prompt)
        for slot in [asked.slots[0], asked.slots[2], asked.slots[1]]
    ]
    assert {row.label for row in asked.rollouts} == {"CORRECT"}
