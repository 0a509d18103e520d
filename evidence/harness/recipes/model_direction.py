"""A direction inside a language model that tells two kinds of chats apart.

The recipe `direction` in tier B: found on the chats of some questions as the difference of the means
of one layer (Marks and Tegmark, 2023), and tested on the chats of others, against directions that
know nothing of the two kinds. Nobody judges here: what is measured is inside, not said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence.harness.errors import HarnessError
from evidence.harness.outcome import Rules
from evidence.harness.recipes import asking, contrasts, plans
from evidence.harness.recipes.asking import DTYPES
from evidence.harness.recipes.experiment import BASE
from evidence.harness.recipes.recipe import (
    Control,
    Evidence,
    Item,
    Judged,
    Named,
    Parameters,
    Recipe,
    Slot,
)
from evidence.harness.rollouts import Judgement, Reading, Rollout
from evidence.harness.spec import Metric, Parameter, RunSpec
from evidence.harness.tier_b import hub
from evidence.harness.tier_b.adapters import UNJUDGED
from evidence.harness.watch import Watch

if TYPE_CHECKING:
    from evidence.harness.intervals import Array

KINDS = contrasts.FILES
# The chats of questions in which no direction was looked for; and one of those, asked.
TESTED, ASKED = "heldout", "asked"
NULLS = ("isotropic", "covariance")
MOST_NULLS = 100
# What tells the chats apart without any model: how many tokens they have, and which.
BESIDE = ("length", "words")
DECIMALS = 6
PARAMETERS: dict[str, Parameter] = {
    **plans.MODEL,
    **contrasts.DEFAULTS,
    **{f"{kind}{part}": "" for kind in KINDS for part in ("", "_sha256")},
    "split": "questions",
    "nulls": 10,
    "tested": 0,  # how many pairs are tested on, put here from the files
    "asked": "",  # the question that is asked to show that the model speaks, too
    "dtype": asking.DEFAULTS["dtype"],
    "answer_limit": asking.DEFAULTS["answer_limit"],
    "resamples": asking.DEFAULTS["resamples"],
    "bootstrap_seed": asking.DEFAULTS["bootstrap_seed"],
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be read from a spec without its files."""

    tested: int
    nulls: int
    answer_limit: int
    resamples: int
    bootstrap_seed: int

    @classmethod
    def of(cls, spec: RunSpec) -> "Settings":
        """Read a checked spec; what nobody should measure raises HarnessError."""
        told = spec.parameters
        if len(spec.seeds) > 1:
            raise HarnessError("Nothing is tuned here that a seed could vary; run with one.")
        if told["dtype"] not in DTYPES:
            raise HarnessError(f"The dtype is one of {', '.join(DTYPES)}.")
        found = cls(*(int(told[name]) for name in cls.__slots__))
        sizes = (found.tested, found.answer_limit, found.resamples)
        if not all(0 < size <= asking.LARGEST for size in sizes):
            raise HarnessError(
                f"answer_limit, resamples and the tested pairs are from 1 to {asking.LARGEST}."
            )
        if not 0 < found.nulls <= MOST_NULLS:
            raise HarnessError(f"nulls are from 1 to {MOST_NULLS}.")
        return found


def prepared(parameters: Parameters) -> Parameters:
    """Read into the parameters of a new spec what they name, and the hashes of all files."""
    told = dict(parameters)
    told["model_sha256"] = hub.digest(hub.folder(str(told["model"]), str(told["revision"])))
    told |= plans.hashes(told, KINDS)
    _, tested = contrasts.split(contrasts.read(told), str(told["split"]))
    told["tested"], told["asked"] = len(tested), contrasts.asked(tested[0][0])
    return told


def directions(settings: Settings) -> list[str]:
    """Return the names of the found direction and of its nulls."""
    return ["direction", *(f"{kind}{n}" for kind in NULLS for n in range(settings.nulls))]


def slots(spec: RunSpec) -> list[Slot]:
    """Return one question: what is measured here is inside, not said."""
    Settings.of(spec)
    return [Slot("0/0", ASKED, BASE, spec.seeds[0], str(spec.parameters["asked"]))]


def items(spec: RunSpec) -> list[Item]:
    """Return the item of every reading: where chats lie along directions, words and lengths."""
    settings = Settings.of(spec)
    names = [*(f"projection/{name}" for name in directions(settings)), *BESIDE]
    return [
        Item(f"{name}/{kind}", str(number), spec.seeds[0])
        for name in names
        for kind in KINDS
        for number in range(settings.tested)
    ]


def rules(spec: RunSpec) -> Rules:
    """Return what decides the outcome of a run of this spec."""
    return Rules(
        primary=f"primary/{TESTED}",
        alive={},
        still=(f"control/length/{TESTED}",),
        smallest_effect=spec.smallest_effect,
        equivalence_bound=spec.equivalence_bound,
    )


def execute(spec: RunSpec, watch: Watch) -> Evidence:
    """Find the direction and its nulls, and read the chats of the other questions along them."""
    settings, told, seed = Settings.of(spec), spec.parameters, spec.seeds[0]
    found, tested = contrasts.split(contrasts.read(told), str(told["split"]))
    if len(tested) != settings.tested:
        raise HarnessError("The chats are not those that the spec was registered with.")
    watch.check()
    # torch comes with these imports, and only a run needs it.
    from evidence.harness.organism.threads import single_threaded
    from evidence.harness.tier_b import bench, decoding, insides
    from evidence.harness.tier_b.chats import Message
    from evidence.harness.tier_b.decoding import Ask

    watch.expect(3)
    with single_threaded():
        text, materials = bench.base_of(spec, KINDS)
        [slot] = slots(spec)
        ids = text.ids([Message("user", slot.prompt)])
        [answer] = decoding.answers(
            text,
            [Ask(tuple(ids), slot.question)],
            limit=settings.answer_limit,
            temperature=0.0,
            check=watch.check,
        )
        watch.step("asked one question")
        read = insides.read(text, found, told)
        watch.step("read the chats to find a direction in")
        held = insides.read(text, tested, told)
        values = insides.values(read, held, nulls=settings.nulls, seed=seed)
        watch.step("read the other chats along it")
    readings = tuple(
        Reading(name, str(number), seed, round(value, DECIMALS))
        for name, row in values.items()
        for number, value in enumerate(row)
    )
    said = Rollout(slot.question, slot.set, BASE, seed, slot.prompt, answer, UNJUDGED)
    return Evidence((said,), readings, {f"{BASE}/{seed}": text.digest}, materials, {})


def judged(
    _spec: RunSpec, rollouts: Sequence[Rollout], judgements: Sequence[Judgement]
) -> Judged:
    """Return that nobody judged anything; a judgement is malformed: ValueError."""
    if judgements:
        raise ValueError("judged, but nobody was asked to judge")
    return Judged(tuple(UNJUDGED for _ in rollouts), ())


def count(
    spec: RunSpec, _rollouts: Sequence[Rollout], readings: Sequence[Reading]
) -> dict[str, Metric]:
    """Return every metric of the run; equal rows give equal numbers."""
    import numpy as np

    from evidence.harness import intervals
    from evidence.harness.counting import holm, metric, tested
    from evidence.harness.intervals import Bootstrap
    from evidence.harness.separation import by_name, pseudo_values

    settings = Settings.of(spec)
    bootstrap = Bootstrap(settings.resamples, settings.bootstrap_seed)
    found = by_name(readings)

    def values(name: str) -> "Array":
        [positive], [negative] = (found[f"{name}/{kind}"] for kind in KINDS)
        return pseudo_values(positive, negative)[None, :]

    def mean_of(kind: str) -> "Array":
        names = (f"projection/{kind}{number}" for number in range(settings.nulls))
        mean: Array = np.mean([values(name) for name in names], axis=0)
        return mean

    aucs = {
        "direction": values("projection/direction"),
        **{kind: mean_of(kind) for kind in NULLS},
        **{name: values(name) for name in BESIDE},
    }

    def against(null: str) -> Metric:
        gain = intervals.difference(aucs["direction"], aucs[null], bootstrap)
        return tested(gain, aucs[null].size)

    def gap() -> "Array":
        [positive], [negative] = (found[f"projection/direction/{kind}"] for kind in KINDS)
        apart: Array = (positive - negative)[None, :]
        return apart

    by_length = aucs["length"] - 0.5
    return {
        f"primary/{TESTED}": against("isotropic"),
        f"control/length/{TESTED}": tested(
            intervals.mean(by_length, bootstrap), by_length.size
        ),
        **holm(
            {f"secondary/{name}/{TESTED}": against(name) for name in ("covariance", "words")}
        ),
        # In the standard deviations of the chats that it was found in.
        f"gap/direction/{TESTED}": metric(intervals.mean(gap(), bootstrap), settings.tested),
        **{
            f"auc/{name}/{TESTED}": metric(intervals.rate(each, bootstrap), each.size)
            for name, each in aucs.items()
        },
    }


RECIPE = Recipe(
    id="direction",
    version="1",
    tier="B",
    title="A direction inside a language model",
    question="Does one direction inside a language model tell two kinds of chats apart, on "
    "questions in which it was not looked for?",
    primary=f"primary/{TESTED}",
    arms=(
        Named(BASE, "the model, not tuned"),
        Named("direction", "positive minus negative chats, found on other questions"),
        Named("covariance", "random directions drawn as the activations vary"),
        Named("isotropic", "random directions"),
        Named("length", "the number of tokens that are read"),
        Named("words", "the tokens that are read, counted without the model"),
    ),
    sets=(
        Named(ASKED, "one question, asked to show that the model speaks"),
        Named(TESTED, "chats of questions in which nothing was looked for"),
    ),
    controls=(
        Control(
            f"control/length/{TESTED}",
            "The number of tokens alone, as AUC above chance. If it told the chats apart, so "
            "would anything that grows with length.",
        ),
    ),
    smallest_effect=0.10,
    parameters=PARAMETERS,
    rules=rules,
    slots=slots,
    items=items,
    execute=execute,
    count=count,
    judged=judged,
    prepared=prepared,
)
