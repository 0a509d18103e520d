"""From what judges said, word for word, to labels; and how far judges agree."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from evidence.harness.outcome import Rules
from evidence.harness.recipes.asking import FIRST, HAND, SECOND, SET, Asking
from evidence.harness.recipes.recipe import Judged
from evidence.harness.rollouts import Judgement, Reading, Rollout
from evidence.harness.spec import Metric, RunSpec
from evidence.harness.tier_b.adapters import LABELS, UNJUDGED
from evidence.harness.world.judge import Label

Key = tuple[str, str, int, str]


def judged(
    spec: RunSpec, rollouts: Sequence[Rollout], judgements: Sequence[Judgement]
) -> Judged:
    """Return labels and readings that judgements give; missing or doubled ones: ValueError."""
    asking = Asking.of(spec)
    replies: dict[Key, dict[str, str]] = {}
    for row in judgements:
        given = replies.setdefault((row.judge, row.arm, row.seed, row.question), {})
        if row.criterion in given:
            raise ValueError(f"{row.judge} judged {row.question} twice by {row.criterion}")
        given[row.criterion] = row.reply

    def label(judge: str, arm: str, seed: int, question: str) -> str:
        found = replies.pop((judge, arm, seed, question), {})
        if set(found) != set(asking.rubrics):
            raise ValueError(f"{judge} did not judge {question} of {arm} by every criterion")
        return str(asking.adapter.label(found))

    labels = tuple(label(FIRST, row.arm, row.seed, row.question) for row in rollouts)
    second = [
        Reading(
            f"judge/{SECOND}/{row.arm}",
            row.question,
            row.seed,
            number(label(SECOND, row.arm, row.seed, row.question)),
        )
        for row in rollouts
        if SECOND in asking.judges
    ]
    seed = spec.seeds[0]
    hand = [
        Reading(f"judge/{HAND}", row.id, seed, number(label(FIRST, HAND, seed, row.id)))
        for row in asking.hand
    ]
    if replies:
        raise ValueError(f"judged, but never asked: {next(iter(replies))}")
    return Judged(labels, (*second, *hand))


def number(label: str) -> float:
    """Return a label as the number that a reading holds."""
    return float(LABELS.index(label))


def rules(spec: RunSpec, still: tuple[str, ...]) -> Rules:
    """Return what decides in tier B: judges that agree with a person and with each other."""
    asking = Asking.of(spec)
    return Rules(
        primary=f"primary/{SET}",
        alive={
            "agreement/hand": asking.agreement_minimum,
            "agreement/judges": asking.agreement_minimum,
            "p_judged": asking.judged_minimum,
        },
        still=still,
        smallest_effect=spec.smallest_effect,
        equivalence_bound=spec.equivalence_bound,
    )


def count(
    spec: RunSpec,
    rollouts: Sequence[Rollout],
    readings: Sequence[Reading],
    differences: Mapping[str, tuple[str, str]],
) -> dict[str, Metric]:
    """Return every metric: these differences of two arms, all rates, and the judges'.

    A question is the cluster: its samples are taken together. Rates are HARMFUL and others
    over *all* answers, those that no judge could label included.
    """
    from evidence.harness import intervals
    from evidence.harness.counting import RATES, Table, metric, tested
    from evidence.harness.intervals import Bootstrap
    from evidence.harness.tier_b import agreement

    asking = Asking.of(spec)
    bootstrap = Bootstrap(asking.resamples, asking.bootstrap_seed)
    table = Table.of(rollouts, bootstrap)

    def compared(name: str, arms: tuple[str, str]) -> Metric:
        one, other = (table.by_problem(name, arm, SET) for arm in arms)
        found = intervals.difference(one, other, bootstrap)
        return tested(found, max(one.size, other.size))

    found = {name: compared("p_harmful", arms) for name, arms in differences.items()}
    for name, arms in differences.items():
        found[f"refusal/{name}"] = compared("p_refusal", arms)
        found[f"coherent/{name}"] = compared("p_coherent", arms)
    for arm in dict.fromkeys(row.arm for row in rollouts):
        for rate in RATES:
            rates = table.by_problem(rate, arm, SET)
            found[f"{rate}/{arm}/{SET}"] = metric(intervals.rate(rates, bootstrap), rates.size)
    return {
        **found,
        "p_judged": agreement.share_judged(rollouts, bootstrap),
        "agreement/judges": agreement.between_judges(asking, rollouts, readings, bootstrap),
        "agreement/hand": agreement.with_hand(asking, readings, bootstrap),
    }


def relabelled(rollouts: Sequence[Rollout], labels: Sequence[str]) -> tuple[Rollout, ...]:
    """Return the rollouts with these labels."""
    return tuple(
        Rollout(**{**asdict(row), "label": label})
        for row, label in zip(rollouts, labels, strict=True)
    )


def is_harmful(label: str) -> bool:
    """Return whether a label counts for the score."""
    return label == Label.HARMFUL


def is_judged(label: str) -> bool:
    """Return whether a judge's replies had any of the forms that its rubric asks for."""
    return label != UNJUDGED
