"""Answers of tier B labelled to order, by judges and a person who agree; torch is not needed."""

from evidence.harness.outcome import decide
from evidence.harness.recipes import TIER_B, judging
from evidence.harness.recipes.asking import HAND, Asking
from evidence.harness.recipes.recipe import BY_JUDGES
from evidence.harness.rollouts import Reading, Rollout


def counted(spec, label, value=None, answer=lambda _slot: ""):
    """Return the metrics and the verdict of a run whose slots have these labels.

    `value` gives what was read of the items that no judge says, `answer` what was answered.
    """
    recipe = TIER_B[spec.recipe]
    said = {(slot.arm, slot.question, slot.seed): label(slot) for slot in recipe.slots(spec)}
    rollouts = [
        Rollout(
            *(slot.question, slot.set, slot.arm, slot.seed),
            *(slot.prompt, answer(slot), label(slot)),
        )
        for slot in recipe.slots(spec)
    ]
    hand = {row.id: row.label for row in Asking.of(spec).hand}
    readings = []
    for item in recipe.items(spec):
        if not item.name.startswith(BY_JUDGES):
            readings.append(Reading(item.name, item.item, item.seed, float(value(item))))
            continue
        arm = item.name.rsplit("/", 1)[-1]
        told = hand[item.item] if arm == HAND else said[arm, item.item, item.seed]
        readings.append(Reading(item.name, item.item, item.seed, judging.number(told)))
    metrics = recipe.count(spec, rollouts, readings)
    return metrics, decide(recipe.rules(spec), metrics)
