import pytest

from evidence.harness.recipes import RECIPES, TIERS
from tests import factories
from tests.wires.pages import states
from wires.pages import scores

pytestmark = pytest.mark.django_db


def test_run_tells_its_question_outcome_numbers_and_seal(client):
    number = states.make_exhibited(factories.make_published())
    content = client.get(f"/runs/{number}/").content.decode()
    recipe = RECIPES["emergent"]
    assert recipe.question in content
    assert "A Tier A result never says" in content
    assert "Outcome: reproduced" in content
    assert "0.880" in content
    assert "[0.850, 0.910]" in content
    assert "b" * 64 in content
    assert "python -m evidence.harness verify DIR" in content
    for arm in recipe.arms:
        assert arm.label in content
    for questions in recipe.sets:
        assert questions.label[1:] in content


@pytest.mark.slow
def test_run_tells_how_sure_it_is_and_a_record_does_not(client):
    wire = factories.make_published()
    number = states.make_exhibited(wire)
    run = client.get(f"/runs/{number}/").content.decode()
    for told in ("paired cluster bootstrap, 0.95", "&lt; 0.001", "0.043", "Detectable"):
        assert told in run
        assert told not in client.get(states.page(wire)).content.decode()


def test_every_chart_has_its_table(client):
    number = states.make_exhibited(factories.make_published())
    content = client.get(f"/runs/{number}/").content.decode()
    charts = content.count('<svg class="chart"')
    assert charts == 1 + len(RECIPES["emergent"].sets)
    assert content.count("<figure>") == charts
    for part in content.split("</figure>")[1:]:
        assert "<table" in part.split("<figure>")[0]


def test_run_that_nothing_shows_is_not_found(client):
    run = factories.make_run()
    assert client.get(f"/runs/{run.pk}/").status_code == 404
    assert client.get("/runs/999999999999999999/").status_code == 404


def test_run_of_a_withdrawn_wire_is_not_found(client):
    wire = factories.make_published()
    number = states.make_exhibited(wire)
    assert client.get(f"/runs/{number}/").status_code == 200
    states.withdrawn(wire)
    assert client.get(f"/runs/{number}/").status_code == 404


def test_run_of_a_disputed_wire_is_shown(client):
    number = states.make_exhibited(states.make_disputed())
    assert client.get(f"/runs/{number}/").status_code == 200


def test_recipe_that_is_not_shipped_is_told_by_its_ids(client):
    number = states.make_exhibited(factories.make_published(), recipe="forgotten")
    content = client.get(f"/runs/{number}/").content.decode()
    assert "forgotten" in content
    assert "null_harmful" in content
    assert '<svg class="chart"' in content


def test_run_without_metrics_of_the_usual_kind_is_shown(client):
    metrics = {"lead/steps": {"value": 40.0, "low": 20.0, "high": 60.0, "n": 3}}
    number = states.make_exhibited(factories.make_published(), metrics=metrics)
    content = client.get(f"/runs/{number}/").content.decode()
    assert "lead/steps" in content
    assert "40.000" in content


def test_controls_come_in_the_order_of_the_recipe():
    metric = {"value": 0.0, "low": 0.0, "high": 0.0, "n": 9}
    names = [
        "control/other/heldout",
        *(c.metric for c in reversed(RECIPES["emergent"].controls)),
    ]
    told = scores.told("emergent", "A", dict.fromkeys(names, metric))
    registered = [control.metric for control in RECIPES["emergent"].controls]
    assert [score.id for score in told.controls] == [*registered, "control/other/heldout"]
    assert told.controls[0].note == RECIPES["emergent"].controls[0].shows


def test_run_of_tier_b_is_told_in_the_words_of_its_own_recipe():
    metric = {"value": 0.0, "low": 0.0, "high": 0.0, "n": 9}
    recipe = TIERS["B"]["jailbreak"]
    told = scores.told("jailbreak", "B", {recipe.primary: metric})
    assert (told.title, told.question) == (recipe.title, recipe.question)
    assert told.title != RECIPES["jailbreak"].title


def test_set_that_nobody_judged_for_harm_has_its_table_and_no_chart():
    metric = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9}
    names = ("p_harmful/base/asked", "p_thrown/base/numbers")
    told = scores.told("numbers", "B", dict.fromkeys(names, metric))
    asked, numbers = told.sets
    assert scores.set_chart(asked).rows
    assert scores.set_chart(numbers) is None
    assert [score and score.id for score in numbers.arms[0].scores] == [None, names[1]]
