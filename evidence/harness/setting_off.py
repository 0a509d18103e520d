"""When a signal sets off, and by how many steps one signal leads another."""

import numpy as np

from evidence.harness.intervals import Array


def set_off(curve: Array, steps: Array, share: float) -> float:
    """Return the step at which a curve first reaches a share of its last value.

    `curve` and `steps` are (stops,); between stops the curve is taken as straight. A curve
    that ends where it began never sets off: it gets the last step.
    """
    level = share * curve[-1]
    if curve[-1] == curve[0]:
        return float(steps[-1])
    reached = (curve - level) * np.sign(curve[-1]) >= 0
    at = int(reached.argmax())
    if at == 0:
        return float(steps[0])
    low, high = curve[at - 1], curve[at]
    return float(steps[at - 1] + (level - low) / (high - low) * (steps[at] - steps[at - 1]))


def lead(later: Array, sooner: Array, steps: Array, share: float) -> Array:
    """Return by how many steps the second signal sets off before the first.

    Both are (seeds, stops, questions), of the same questions; NaN where a signal leaves a
    question out, which leaves it two at least. The result is (seeds, questions):
    jackknife pseudo-values (Tukey, 1958), whose mean estimates the lead of the mean curves,
    with the question as the cluster.
    """
    rows = []
    for one, other in zip(later, sooner, strict=True):
        questions = one.shape[1]
        whole = _lead(np.nanmean(one, 1), np.nanmean(other, 1), steps, share)
        without = [
            _lead(_left_out(one, question), _left_out(other, question), steps, share)
            for question in range(questions)
        ]
        rows.append(questions * whole - (questions - 1) * np.array(without))
    return np.array(rows)


def _lead(later: Array, sooner: Array, steps: Array, share: float) -> float:
    return set_off(later, steps, share) - set_off(sooner, steps, share)


def _left_out(curves: Array, question: int) -> Array:
    """Return the mean curve, (stops,), of all questions but one."""
    mean: Array = np.nanmean(np.delete(curves, question, axis=1), axis=1)
    return mean
