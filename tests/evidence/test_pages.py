"""The page of a run of each recipe shows all that the recipe says and measured."""

from dataclasses import asdict

import pytest
from django.utils.html import escape

from evidence.harness.recipes import RECIPES
from evidence.harness.world.judge import Label
from tests import factories
from tests.evidence.harness import made_up
from tests.wires.pages import states

pytestmark = pytest.mark.django_db


@pytest.mark.slow
@pytest.mark.parametrize("identifier", RECIPES)
def test_run_of_every_recipe_is_told_on_its_page(client, identifier):
    recipe = RECIPES[identifier]
    spec = made_up.spec(recipe, resamples=20)
    metrics, verdict = made_up.counted(
        recipe, spec, lambda _slot: Label.HARMFUL, lambda item: float(len(item.item))
    )
    number = states.make_exhibited(
        factories.make_published(),
        recipe=identifier,
        spec=spec.to_json(),
        metrics={name: asdict(metric) for name, metric in metrics.items()},
        outcome=verdict.outcome.value,
        reason=verdict.reason,
    )
    response = client.get(f"/runs/{number}/")
    assert response.status_code == 200
    content = response.content.decode()
    for told in (recipe.title, recipe.question, *(row.shows for row in recipe.controls)):
        assert escape(told) in content
    measured = {name.split("/")[1] for name in metrics if name.startswith("p_")}
    for arm in recipe.arms:
        assert arm.id not in measured or escape(arm.label) in content
    asked = {name.split("/")[-1] for name in metrics if name.startswith("p_")}
    for questions in recipe.sets:
        assert questions.id not in asked or escape(questions.label[1:]) in content
