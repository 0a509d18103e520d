import math
from dataclasses import replace

import pytest

from evidence.harness.outcome import Rules, decide
from evidence.harness.spec import Metric, Outcome

RULES = Rules(
    primary="primary",
    alive={"positive": 0.5},
    still=("null", "correct"),
    smallest_effect=0.10,
    equivalence_bound=0.05,
)
ALIVE, DEAD = (0.9, 1.0), (0.3, 0.8)
STILL, MOVED, MOVED_DOWN, UNSURE = (-0.01, 0.03), (0.2, 0.4), (-0.3, -0.06), (0.01, 0.07)
ABOVE, BELOW, NOTHING, BETWEEN = (0.8, 0.9), (-0.9, -0.2), (-0.02, 0.03), (0.05, 0.4)


@pytest.mark.parametrize(
    ("primary", "positive", "null", "outcome"),
    [
        (ABOVE, ALIVE, STILL, Outcome.REPRODUCED),
        (BELOW, ALIVE, STILL, Outcome.CONTRADICTED),
        (NOTHING, ALIVE, STILL, Outcome.NOT_REPRODUCED),
        (BETWEEN, ALIVE, STILL, Outcome.UNVERIFIED),
        (ABOVE, ALIVE, MOVED, Outcome.OVERTURNED),
        (ABOVE, ALIVE, MOVED_DOWN, Outcome.OVERTURNED),
        (NOTHING, ALIVE, MOVED, Outcome.OVERTURNED),
        (ABOVE, ALIVE, UNSURE, Outcome.UNVERIFIED),
        (NOTHING, ALIVE, UNSURE, Outcome.NOT_REPRODUCED),
        (ABOVE, DEAD, STILL, Outcome.UNVERIFIED),
        (NOTHING, DEAD, STILL, Outcome.UNVERIFIED),
        (ABOVE, DEAD, MOVED, Outcome.UNVERIFIED),
        # On the edge is not beyond it.
        ((0.10, 0.9), ALIVE, STILL, Outcome.UNVERIFIED),
        ((0.05, 0.10), ALIVE, STILL, Outcome.UNVERIFIED),
        (ABOVE, ALIVE, (-0.05, 0.01), Outcome.UNVERIFIED),
        (ABOVE, (0.5, 0.9), STILL, Outcome.REPRODUCED),
    ],
)
def test_rules_give_the_outcome(primary, positive, null, outcome):
    intervals = {"primary": primary, "positive": positive, "null": null, "correct": STILL}
    metrics = {
        name: Metric((low + high) / 2, low, high, 100, "worked by hand")
        for name, (low, high) in intervals.items()
    }
    verdict = decide(RULES, metrics)
    assert verdict.outcome is outcome
    assert "n = 100" in verdict.reason


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", ["value", "low", "high"])
@pytest.mark.parametrize("name", ["primary", "positive", "null"])
def test_what_is_not_a_number_decides_nothing(name, place, wrong):
    intervals = {"primary": ABOVE, "positive": ALIVE, "null": STILL, "correct": STILL}
    metrics = {
        each: Metric((low + high) / 2, low, high, 100, "worked by hand")
        for each, (low, high) in intervals.items()
    }
    assert decide(RULES, metrics).outcome is Outcome.REPRODUCED
    metrics[name] = replace(metrics[name], **{place: wrong})
    verdict = decide(RULES, metrics)
    assert verdict.outcome is Outcome.UNVERIFIED
    assert verdict.reason.startswith(f"Not measured: {name} ")


def test_a_primary_that_is_not_a_number_reproduces_nothing_without_controls():
    rules = Rules("primary", alive={}, still=(), smallest_effect=0.10, equivalence_bound=0.05)
    nothing = Metric(math.nan, math.nan, math.nan, 0, "no answer")
    assert decide(rules, {"primary": nothing}).outcome is Outcome.UNVERIFIED


def test_every_control_must_hold():
    metrics = {
        name: Metric(0, low, high, 100, "worked by hand")
        for name, (low, high) in {
            "primary": ABOVE,
            "positive": ALIVE,
            "null": STILL,
            "correct": MOVED,
        }.items()
    }
    verdict = decide(RULES, metrics)
    assert verdict.outcome is Outcome.OVERTURNED
    assert "correct" in verdict.reason


@pytest.mark.parametrize(
    ("primary", "says"), [(NOTHING, True), (BETWEEN, True), (ABOVE, False), (BELOW, False)]
)
def test_a_run_that_settles_nothing_says_what_it_could_have_found(primary, says):
    intervals = {"primary": primary, "positive": ALIVE, "null": STILL, "correct": STILL}
    metrics = {
        name: Metric((low + high) / 2, low, high, 100, "worked by hand", 0.5, 0.0421)
        for name, (low, high) in intervals.items()
    }
    reason = decide(RULES, metrics).reason
    assert ("would find a difference of 0.042 with a power of 80%" in reason) is says
