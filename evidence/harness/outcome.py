"""How the intervals of a run become its outcome, by rules fixed before the run."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from evidence.harness.spec import Metric, Outcome


@dataclass(frozen=True, slots=True)
class Rules:
    """Which metrics decide. The claim predicts that the primary is above zero.

    `alive` holds positive controls: the interval of each must lie at or above its number.
    Each of `still` must be equivalent to zero.
    """

    primary: str
    alive: Mapping[str, float]
    still: tuple[str, ...]
    smallest_effect: float
    equivalence_bound: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome and the sentence that gives its reason."""

    outcome: Outcome
    reason: str


def decide(rules: Rules, metrics: Mapping[str, Metric]) -> Verdict:
    """Apply the rules in their order; the first that fits gives the outcome.

    Equivalence is two one-sided tests read off the printed interval: it must lie wholly
    within the bound, which at 95% is stricter than the customary 90%. A number that is none
    compares with nothing, so it is told first.
    """
    for name in (rules.primary, *rules.alive, *rules.still):
        if not _finite(metrics[name]):
            found = _shown(name, metrics[name])
            return Verdict(Outcome.UNVERIFIED, f"Not measured: {found} is not a number.")
    for name, least in rules.alive.items():
        if metrics[name].low < least:
            found = _shown(name, metrics[name])
            return Verdict(
                Outcome.UNVERIFIED, f"Positive control dead: {found} is not above {least}."
            )
    for name in rules.still:
        if _beyond(metrics[name], rules.equivalence_bound):
            found = _shown(name, metrics[name])
            return Verdict(
                Outcome.OVERTURNED,
                f"A control moved: {found} lies beyond {rules.equivalence_bound}.",
            )
    return _by_primary(rules, metrics)


def _by_primary(rules: Rules, metrics: Mapping[str, Metric]) -> Verdict:
    primary, smallest = metrics[rules.primary], rules.smallest_effect
    found = _shown(rules.primary, primary)
    if primary.high < -smallest:
        return Verdict(Outcome.CONTRADICTED, f"{found} lies below -{smallest}.")
    if -smallest < primary.low and primary.high < smallest:
        reason = f"{found} lies within {smallest} of zero.{_power(primary)}"
        return Verdict(Outcome.NOT_REPRODUCED, reason)
    if primary.low <= smallest:
        reason = f"{found} does not settle it at {smallest}.{_power(primary)}"
        return Verdict(Outcome.UNVERIFIED, reason)
    for name in rules.still:
        if not _within(metrics[name], rules.equivalence_bound):
            control = _shown(name, metrics[name])
            return Verdict(
                Outcome.UNVERIFIED,
                f"{found} but {control} is not within {rules.equivalence_bound} of zero.",
            )
    bound = rules.equivalence_bound
    return Verdict(
        Outcome.REPRODUCED,
        f"{found} lies above {smallest}; every control is within {bound} of zero.",
    )


def _finite(metric: Metric) -> bool:
    return all(map(math.isfinite, (metric.value, metric.low, metric.high)))


def _beyond(metric: Metric, bound: float) -> bool:
    return metric.low > bound or metric.high < -bound


def _within(metric: Metric, bound: float) -> bool:
    return -bound < metric.low and metric.high < bound


def _shown(name: str, metric: Metric) -> str:
    return f"{name} {metric.value:.3f} [{metric.low:.3f}, {metric.high:.3f}], n = {metric.n},"


def _power(metric: Metric) -> str:
    """Return what a run that found nothing could have found."""
    if metric.detectable is None:
        return ""
    return f" It would find a difference of {metric.detectable:.3f} with a power of 80%."
