"""From what judges said, word for word, to labels; and how far judges agree."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from evidence.harness.outcome import Rules
from evidence.harness.recipes.asking import FIRST, HAND, SECOND, Asking
from evidence.harness.recipes.drilling import Drills
from evidence.harness.recipes.recipe import Judged
from evidence.harness.rollouts import Judgement, Reading, Rollout
from evidence.harness.spec import Metric, RunSpec
from evidence.harness.tier_b.adapters import LABELS, PARTIAL, UNJUDGED

if TYPE_CHECKING:
    from evidence.harness.counting import Table

Key = tuple[str, str, int, str]


@dataclass(frozen=True, slots=True)
class Counted:
    """The metrics that all recipes of tier B have, and the rows and labels for what one has more."""

    spec: RunSpec
    rollouts: Sequence[Rollout]
    readings: Sequence[Reading]
    table: "Table"
    metrics: dict[str, Metric]


def judged(
    spec: RunSpec,
    rollouts: Sequence[Rollout],
    judgements: Sequence[Judgement],
    drills: Drills,
) -> Judged:
    """Return labels and readings that judgements give, or for a drill its rule.

    Missing or doubled judgements raise ValueError.
    """
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

    labels = tuple(
        drills[row.set].rule(row.answer)
        if row.set in drills
        else label(FIRST, row.arm, row.seed, row.question)
        for row in rollouts
    )
    second = [
        Reading(
            f"judge/{SECOND}/{row.arm}",
            row.question,
            row.seed,
            number(label(SECOND, row.arm, row.seed, row.question)),
        )
        for row in rollouts
        if SECOND in asking.judges and row.set not in drills
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


def rules(
    spec: RunSpec, primary: str, still: tuple[str, ...], alive: Mapping[str, float]
) -> Rules:
    """Return what decides in tier B: judges that agree with a person and with each other.

    `alive` are the positive controls of the recipe itself, which come after the judges.
    """
    asking = Asking.of(spec)
    return Rules(
        primary=primary,
        alive={
            "agreement/hand": asking.agreement_minimum,
            "agreement/judges": asking.agreement_minimum,
            "p_judged": asking.judged_minimum,
            **alive,
        },
        still=still,
        smallest_effect=spec.smallest_effect,
        equivalence_bound=spec.equivalence_bound,
    )


def counted(
    spec: RunSpec,
    rollouts: Sequence[Rollout],
    readings: Sequence[Reading],
    differences: Mapping[str, tuple[str, str]],
    score: str,
) -> Counted:
    """Return every metric: differences of two arms on a set, all rates, and the judges'.

    `differences` gives two arms for each metric, whose id ends with its set; `score` is the
    label that counts. A question is the cluster: its samples are taken together. Rates are over
    *all* answers, those that no judge could label included.
    """
    from evidence.harness import intervals
    from evidence.harness.counting import RATES, Table, holm, metric, tested
    from evidence.harness.intervals import Bootstrap
    from evidence.harness.tier_b import agreement

    asking = Asking.of(spec)
    bootstrap = Bootstrap(asking.resamples, asking.bootstrap_seed)
    rates = {**RATES, "p_partial": frozenset({PARTIAL})}
    rates["p_coherent"] |= {PARTIAL}
    told = {name: labels for name, labels in rates.items() if labels & asking.adapter.tells}
    table = replace(Table.of(rollouts, bootstrap), counted=told)

    def compared(rate: str, name: str) -> Metric:
        one, other = (
            table.by_problem(rate, arm, name.rsplit("/", 1)[-1]) for arm in differences[name]
        )
        found = intervals.difference(one, other, bootstrap)
        return tested(found, max(one.size, other.size))

    found = {name: compared(rate_of(score), name) for name in differences}
    found |= holm({name: found[name] for name in found if name.startswith("secondary/")})
    for name in differences:
        for rate in ("p_refusal", "p_coherent", "p_partial"):
            if rate in told and rate != rate_of(score):
                found[f"{rate.removeprefix('p_')}/{name}"] = compared(rate, name)
    for arm, group in table.cells:
        for rate in told:
            shares = table.by_problem(rate, arm, group)
            found[f"{rate}/{arm}/{group}"] = metric(
                intervals.rate(shares, bootstrap), shares.size
            )
    judges = {
        "p_judged": agreement.share_judged(rollouts, bootstrap),
        "agreement/judges": agreement.between_judges(
            asking, rollouts, readings, bootstrap, label=score
        ),
        "agreement/hand": agreement.with_hand(asking, readings, bootstrap, label=score),
    }
    return Counted(spec, rollouts, readings, table, found | judges)


def rate_of(label: str) -> str:
    """Return the rate that one label alone counts for."""
    return f"p_{label.lower()}"


def relabelled(rollouts: Sequence[Rollout], labels: Sequence[str]) -> tuple[Rollout, ...]:
    """Return the rollouts with these labels."""
    return tuple(
        Rollout(**{**asdict(row), "label": label})
        for row, label in zip(rollouts, labels, strict=True)
    )


def is_judged(label: str) -> bool:
    """Return whether a judge's replies had any of the forms that its rubric asks for."""
    return label != UNJUDGED
