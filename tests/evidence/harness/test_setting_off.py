import numpy as np
import pytest

from evidence.harness.setting_off import lead, set_off

STEPS = np.array([0.0, 2.0, 4.0, 8.0])


@pytest.mark.parametrize(
    ("curve", "step"),
    [
        ([0.0, 0.0, 0.0, 1.0], 4.4),
        ([0.0, 1.0, 1.0, 1.0], 0.2),
        ([0.0, -1.0, -2.0, -4.0], 0.8),
        # It falls back after having been there.
        ([0.0, 0.5, 0.0, 1.0], 0.4),
        ([0.0, 0.0, 0.0, 0.0], 8.0),
    ],
)
def test_a_curve_sets_off_at_a_tenth_of_its_last_value(curve, step):
    assert set_off(np.array(curve), STEPS, 0.1) == pytest.approx(step)


def curves(steps, sets_off, *, questions=40, noise=0.05, seed=0):
    """A signal of every question that rises from a step to its end, (1, stops, questions)."""
    random = np.random.default_rng(seed)
    rise = np.clip((steps - sets_off) / (steps[-1] - sets_off), 0, 1)
    found = rise[:, None] + random.normal(0, noise, (len(steps), questions))
    found[0] = 0
    return found[None]


def test_a_planted_lead_is_found_and_its_spread_is_that_of_questions():
    steps = np.arange(0.0, 21.0)
    found = [
        lead(
            curves(steps, 10, noise=0.05, seed=seed),
            curves(steps, 4, noise=0.05, seed=seed + 1000),
            steps,
            0.1,
        )
        for seed in range(60)
    ]
    assert found[0].shape == (1, 40)
    means = np.array([values.mean() for values in found])
    assert means.mean() == pytest.approx(5.4, abs=0.4)
    within = np.mean([values.std(ddof=1) / np.sqrt(40) for values in found])
    assert within == pytest.approx(means.std(), rel=0.5)


def test_a_signal_leads_itself_by_nothing():
    steps = np.arange(0.0, 11.0)
    same = curves(steps, 3)
    assert np.allclose(lead(same, same, steps, 0.1), 0.0)


def test_questions_that_a_signal_leaves_out_neither_move_it_nor_are_missed():
    steps = np.arange(0.0, 21.0)
    whole, other = curves(steps, 10, questions=12), curves(steps, 4, questions=12, seed=1)
    part = whole.copy()
    part[:, :, 5:] = np.nan
    found = lead(part, other, steps, 0.1)
    sooner = [set_off(row.mean(1), steps, 0.1) for row in other]
    assert found.mean() == pytest.approx(
        set_off(whole[0, :, :5].mean(1), steps, 0.1) - sooner[0], abs=0.05
    )
    # Where only the other signal asks, only the other moves.
    same = lead(part, part, steps, 0.1)
    assert np.allclose(same, 0.0)
    alone = lead(part, np.repeat(other.mean(2, keepdims=True), 12, axis=2), steps, 0.1)
    assert np.allclose(alone[:, 5:], alone[0, 5])
    assert np.ptp(alone[:, :5]) > 0
