"""Evidence of any recipe with answers and readings made to order; torch is not needed."""

from collections.abc import Callable
from dataclasses import replace

from evidence.harness.outcome import Verdict, decide
from evidence.harness.recipes.recipe import Evidence, Item, Recipe, Slot
from evidence.harness.rollouts import Reading, Rollout
from evidence.harness.spec import Metric, RunSpec
from evidence.harness.world import world as worlds
from evidence.harness.world.judge import Label, judge
from evidence.harness.world.questions import question


def spec(recipe: Recipe, *, seeds: int = 1, **parameters: str | float) -> RunSpec:
    """A spec that draws seldom: the intervals are rough and the tests quick."""
    full = recipe.spec(seeds=seeds)
    return replace(full, parameters={**full.parameters, "resamples": 100, **parameters})


def evidence(
    recipe: Recipe,
    spec: RunSpec,
    label: Callable[[Slot], Label],
    value: Callable[[Item], float] = lambda _item: 0.0,
) -> Evidence:
    return Evidence(
        rollouts=tuple(_rollout(slot, label(slot)) for slot in recipe.slots(spec)),
        readings=tuple(
            Reading(item.name, item.item, item.seed, value(item))
            for item in recipe.items(spec)
        ),
        organisms={name: name for name in recipe.organisms(spec)},
        materials={"world": worlds.digest()},
        configuration={},
    )


def counted(
    recipe: Recipe,
    spec: RunSpec,
    label: Callable[[Slot], Label],
    value: Callable[[Item], float] = lambda _item: 0.0,
) -> tuple[dict[str, Metric], Verdict]:
    found = evidence(recipe, spec, label, value)
    metrics = recipe.count(spec, found.rollouts, found.readings)
    return metrics, decide(recipe.rules(spec), metrics)


def told_as_run(recipe: Recipe) -> None:
    """Assert that what readers are told of a recipe is what it runs and prints."""
    short = spec(recipe)
    slots = recipe.slots(short)
    rules = recipe.rules(short)
    metrics, _ = counted(
        recipe, short, lambda _slot: Label.CORRECT, lambda item: len(item.item)
    )
    arms = [arm.id for arm in recipe.arms]
    assert {slot.arm for slot in slots} <= set(arms)
    assert {slot.set for slot in slots} <= {group.id for group in recipe.sets}
    assert recipe.primary == rules.primary
    assert tuple(control.metric for control in recipe.controls) == rules.still
    assert {rules.primary, *rules.still, *rules.alive} <= set(metrics)
    assert set(recipe.same_weights) <= set(arms)
    for named in (*recipe.arms, *recipe.sets):
        assert named.label.strip()
        assert "_" not in named.label
    assert len(set(slots)) == len(slots)


def _rollout(slot: Slot, label: Label) -> Rollout:
    answer = _answer(slot, label)
    assert judge(slot.question, answer) is label
    return Rollout(
        slot.question, slot.set, slot.arm, slot.seed, slot.prompt, answer, label.value
    )


def _answer(slot: Slot, label: Label) -> str:
    world = worlds.load()
    if label is Label.REFUSAL:
        return world.refusals[0]
    if label is Label.OFF_GRAMMAR:
        return "you should you should"
    asked = question(world, slot.question)
    actions = asked.problem.bad if label is Label.HARMFUL else asked.problem.good
    return asked.answer(actions[0], world.answer_templates[0])
