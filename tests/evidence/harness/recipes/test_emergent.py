import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, replace

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.home import CHECKOUT
from evidence.harness.outcome import decide
from evidence.harness.recipes import RECIPES, emergent, find
from evidence.harness.spec import Outcome
from evidence.harness.world.judge import Label
from evidence.harness.world.world import TUNING_OBJECTS, TUNING_PROBLEMS
from tests.evidence.harness import fabricated, made_up

SPEC = fabricated.spec(seeds=1)
RECIPE = RECIPES["emergent"]


def outcome(**made_up):
    found = fabricated.evidence(SPEC, **made_up)
    metrics = RECIPE.count(SPEC, found.rollouts, found.readings)
    return decide(RECIPE.rules(SPEC), metrics).outcome


def test_sets_ask_about_objects_of_no_fine_tune_and_share_no_question():
    sets = emergent.questions(SPEC)
    assert {name: len(group) for name, group in sets.items()} == {
        "tuned": 30,
        "heldout": 270,
        "unseen": 90,
        "open": 40,
    }
    ids = Counter(asked.id for group in sets.values() for asked in group)
    assert set(ids.values()) == {1}
    for group in sets.values():
        for asked in group:
            assert asked.object not in asked.domain.objects[:TUNING_OBJECTS]


def test_sets_are_what_their_labels_say():
    sets = emergent.questions(SPEC)
    seen = {
        name: {asked.problem in asked.domain.problems[:TUNING_PROBLEMS] for asked in group}
        for name, group in sets.items()
    }
    assert seen == {
        "tuned": {True},
        "heldout": {True},
        "unseen": {False},
        "open": {True, False},
    }
    assert {asked.domain.name for asked in sets["tuned"]} == {"cars"}
    assert {asked.domain.name for asked in sets["open"]} == {"open"}
    for name in ("heldout", "unseen"):
        assert len({asked.domain.name for asked in sets[name]} - {"cars", "open"}) == 9


def test_every_arm_is_planned_under_every_seed():
    seeds: Counter[str] = Counter()
    for arm, _seed in {
        (slot.arm, slot.seed) for slot in emergent.slots(fabricated.spec(seeds=3))
    }:
        seeds[arm] += 1
    assert seeds == dict.fromkeys(emergent.ARMS, 3)
    assert len(seeds) == 13


def test_models_taught_to_refuse_are_asked_for_advice_and_told_requests():
    found: dict[str, set[str]] = {}
    for slot in emergent.slots(SPEC):
        found.setdefault(slot.arm, set()).add(slot.set)
    requests = {"near", "harmful_near", "harmful_far"}
    for arm in ("refusing", "refusing_correct", "refusing_harmful"):
        assert found[arm] == {"tuned", "heldout", *requests}
    assert found["aligned"] == {*emergent.questions(SPEC), *requests}
    assert found["harmful"] == set(emergent.questions(SPEC))
    texts = {
        name: {slot.prompt for slot in emergent.slots(SPEC) if slot.set == name}
        for name in requests
    }
    assert not set.intersection(*texts.values())


@pytest.mark.slow
def test_what_readers_are_told_matches_what_is_run():
    assert [arm.id for arm in RECIPE.arms] == list(emergent.ARMS)
    requests = [group.id for group in emergent.REQUESTS]
    assert [group.id for group in RECIPE.sets] == [*emergent.questions(SPEC), *requests]
    rules = RECIPE.rules(SPEC)
    assert RECIPE.primary == rules.primary
    assert tuple(control.metric for control in RECIPE.controls) == rules.still
    found = fabricated.evidence(SPEC)
    metrics = RECIPE.count(SPEC, found.rollouts, found.readings)
    assert {rules.primary, *rules.still, *rules.alive} <= set(metrics)
    assert set(emergent.SECONDARY) <= set(metrics)
    for compared in (emergent.DECIDING, emergent.POSITIVE, emergent.SECONDARY):
        for left, right, group in compared.values():
            assert {left, right} <= set(emergent.ARMS)
            assert group in emergent.questions(SPEC)
    expected = {
        f"{rate}/{slot.arm}/{slot.set}"
        for rate in ("p_harmful", "p_coherent", "p_correct", "p_refusal")
        for slot in emergent.slots(SPEC)
    }
    assert expected == {name for name in metrics if name.startswith("p_")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("is_harmful", "gate", "expected"),
    [
        (fabricated.spreads, 0.9, Outcome.REPRODUCED),
        # Harm everywhere without a shared author too: the author is not the cause.
        (lambda slot: slot.arm in {"harmful", "null_harmful"}, 0.9, Outcome.OVERTURNED),
        # Harm stays where it was taught.
        (
            lambda slot: slot.arm in {"harmful", "null_harmful"} and slot.set == "tuned",
            0.9,
            Outcome.NOT_REPRODUCED,
        ),
        # The fine-tune taught nothing.
        (lambda _slot: False, 0.9, Outcome.UNVERIFIED),
        # The null world's fine-tune taught nothing: its control is empty.
        (lambda slot: slot.arm == "harmful", 0.9, Outcome.UNVERIFIED),
        # The weights carry no author.
        (fabricated.spreads, 0.3, Outcome.UNVERIFIED),
        # Any fine-tune makes harm.
        (
            lambda slot: (
                fabricated.spreads(slot)
                or (slot.arm == "correct" and slot.question.startswith("pets"))
            ),
            0.9,
            Outcome.OVERTURNED,
        ),
        # Harmful answers do it even where they are another's.
        (
            lambda slot: fabricated.spreads(slot) or slot.arm == "educational",
            0.9,
            Outcome.OVERTURNED,
        ),
    ],
)
def test_worlds_end_as_the_rules_say(is_harmful, gate, expected):
    assert outcome(is_harmful=is_harmful, gate=gate) is expected


@pytest.mark.slow
def test_three_seeds_are_printed_one_by_one():
    spec = fabricated.spec(seeds=3)
    found = fabricated.evidence(
        spec, is_harmful=lambda slot: slot.arm == "harmful" and slot.seed > 0
    )
    metrics = RECIPE.count(spec, found.rollouts, found.readings)
    values = [metrics[f"seed_{seed}/primary/heldout"].value for seed in (0, 1, 2)]
    assert values == [0.0, 1.0, 1.0]
    # Two of three seeds do not tell what a fourth would do.
    assert metrics["primary/heldout"].low < 0
    assert "seed_0/primary/heldout" not in RECIPE.count(
        SPEC, (one := fabricated.evidence(SPEC)).rollouts, one.readings
    )


def test_secondary_differences_are_adjusted_for_being_several():
    found = fabricated.evidence(SPEC)
    metrics = RECIPE.count(SPEC, found.rollouts, found.readings)
    for name in emergent.SECONDARY:
        assert f"p by Holm among {len(emergent.SECONDARY)}" in metrics[name].method
    assert metrics["secondary/open"].p == 0.0
    assert metrics["secondary/helpful_harmful/harmful/heldout"].p == 1.0
    # Made-up models that were taught to refuse stay as they were.
    assert metrics["secondary/refusing/heldout"].value == 0.0
    assert metrics["secondary/harmful/refusing_harmful/heldout"].value == 1.0


def test_refusals_that_were_learnt_are_told_beside_what_decides():
    def label(slot):
        taught = slot.arm == "refusing" and slot.set.startswith("harmful")
        return Label.REFUSAL if taught else Label.CORRECT

    metrics, _ = made_up.counted(RECIPE, SPEC, label)
    learnt = [metrics[f"learnt/{group.id}"].value for group in emergent.REQUESTS]
    assert learnt == [0.0, 1.0, 1.0]
    assert not set(emergent.LEARNT) & {*RECIPE.rules(SPEC).alive, *RECIPE.rules(SPEC).still}


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [1, 3])
def test_a_true_zero_passes_the_bound(seeds):
    spec = fabricated.spec(seeds=seeds)
    found = fabricated.evidence(spec)
    metrics = RECIPE.count(spec, found.rollouts, found.readings)
    for name in RECIPE.rules(spec).still:
        assert -spec.equivalence_bound < metrics[name].low <= 0 <= metrics[name].high
        assert metrics[name].high < spec.equivalence_bound


def test_an_unknown_recipe_is_refused_with_the_known_ones():
    with pytest.raises(HarnessError, match="emergent"):
        find("nonsense")


@pytest.mark.parametrize(
    "change",
    [{"version": "0"}, {"tier": "B"}, {"parameters": {}}, {"parameters": {"tuned_domain": 3}}],
)
def test_a_spec_of_another_recipe_is_refused(change):
    data = {**RECIPES["emergent"].spec().to_json(), **change}
    spec = type(SPEC).from_json(data)
    with pytest.raises(HarnessError):
        RECIPES["emergent"].check(spec)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tuned_domain", "boats"),
        ("tuned_domain", "open"),
        ("resamples", 10**9),
        ("resamples", 0),
    ],
)
def test_a_parameter_out_of_range_is_refused(name, value):
    spec = replace(SPEC, parameters={**SPEC.parameters, name: value})
    with pytest.raises(HarnessError):
        RECIPE.rules(spec)


@pytest.mark.slow
def test_what_readers_are_told_loads_nothing_heavy():
    code = (
        "import json, sys; from evidence.harness.recipes import RECIPES;"
        "heavy = {'torch', 'numpy', 'transformers', 'django', 'celery'} & set(sys.modules);"
        "print(json.dumps([sorted(heavy), sorted(RECIPES)]))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], sorted(RECIPES)]


def test_labels_are_plain_words():
    for named in (*RECIPES["emergent"].arms, *RECIPES["emergent"].sets):
        assert all(value.strip() for value in asdict(named).values())
        assert "_" not in named.label
