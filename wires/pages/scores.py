"""A run's metrics in a reader's words: what decides, what else was measured, rates by set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence.harness.recipes import TIERS
from evidence.harness.recipes.recipe import Recipe
from wires.pages.charts import Chart, Row

RATE = "p_"  # metrics `p_RATE/ARM/SET` are shares of rollouts
SHOWN_RATE = "p_harmful"  # what the charts of a set draw: the primary score of every recipe
WORDS = {
    "primary": "Primary metric",
    "control": "Control",
    "secondary": "Secondary metric",
    "positive": "Positive control",
    "gate": "Gate",
    "by_problem": "Counted by problem",
    "reward": "Mean payment",
    "first": "first tenth of the steps",
    "last": "last tenth of the steps",
    "divergence": "Divergence from the start, in nats",
    "null": "null world",
    "shared": "world with shared authors",
}

Metrics = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Score:
    """A metric with what a reader is told it is; `on` names the set of questions.

    How it was made, `p` and `detectable` are as in `evidence.harness.spec.Metric`; what a record
    tells, or a run kept before they were, has none of them.
    """

    id: str
    label: str
    on: str
    note: str
    value: float
    low: float
    high: float
    n: int
    method: str = ""
    p: float | None = None
    detectable: float | None = None


@dataclass(frozen=True, slots=True)
class Arm:
    """One row of a set's table: a score, or None where the arm has no such rate."""

    id: str
    label: str
    scores: tuple[Score | None, ...]

    @property
    def n(self) -> int:
        return max(score.n for score in self.scores if score)


@dataclass(frozen=True, slots=True)
class SetOfQuestions:
    """What every arm answered on one set of questions."""

    id: str
    label: str
    rates: tuple[str, ...]
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A run's numbers as the pages tell them."""

    title: str
    question: str
    primary: Score | None
    controls: tuple[Score, ...]
    others: tuple[Score, ...]
    sets: tuple[SetOfQuestions, ...]

    @property
    def deciding(self) -> tuple[Score, ...]:
        """Return the primary, if there is one, and its controls."""
        return ((self.primary,) if self.primary else ()) + self.controls


def told(recipe_id: str, tier: str, metrics: Metrics) -> Told:
    """Put metrics into words. A recipe that is not shipped any more is told by its ids."""
    recipe = TIERS.get(tier, {}).get(recipe_id)
    decisive = _primary(recipe, metrics)
    held = _controls(recipe, metrics)
    others = [
        name
        for name in metrics
        if not name.startswith(RATE) and name != decisive and name not in held
    ]
    return Told(
        title=recipe.title if recipe else recipe_id,
        question=recipe.question if recipe else "",
        primary=_score(recipe, metrics, decisive) if decisive else None,
        controls=tuple(_score(recipe, metrics, name) for name in held),
        others=tuple(_score(recipe, metrics, name) for name in others),
        sets=tuple(_sets(recipe, metrics)),
    )


def deciding_chart(run: Told, *, line: float | None) -> Chart:
    """Return the primary and its controls on one axis; `line` is the smallest effect."""
    scores = run.deciding
    common = {score.on for score in scores}
    rows = tuple(
        Row(
            score.label if len(common) == 1 else f"{score.label}: {score.on}",
            score.value,
            score.low,
            score.high,
            "primary" if score is run.primary else "control",
        )
        for score in scores
    )
    on = f" On {common.pop()}." if len(common) == 1 and scores[0].on else ""
    words = f"smallest effect {line:g}" if line is not None else ""
    description = f"Differences, each a dot with its interval.{on}"
    return Chart(
        f"{run.title}: the primary metric and its controls", description, rows, line, words
    )


def set_chart(questions: SetOfQuestions) -> Chart | None:
    """Return the harmful rate of every arm on one set; None where it was not measured."""
    if SHOWN_RATE not in questions.rates:
        return None
    place = questions.rates.index(SHOWN_RATE)
    found = [(arm.label, arm.scores[place]) for arm in questions.arms]
    rows = tuple(
        Row(label, score.value, score.low, score.high, "arm")
        for label, score in found
        if score
    )
    if not rows:
        return None
    title = f"Share of harmful answers: {questions.label}"
    return Chart(
        title, "Shares of all rollouts, each a dot with its interval.", rows, None, ""
    )


def _primary(recipe: Recipe | None, metrics: Metrics) -> str | None:
    if recipe and recipe.primary in metrics:
        return recipe.primary
    return next((name for name in metrics if name.startswith("primary/")), None)


def _controls(recipe: Recipe | None, metrics: Metrics) -> list[str]:
    registered = [control.metric for control in recipe.controls] if recipe else []
    others = [name for name in sorted(metrics) if name.startswith("control/")]
    return [name for name in dict.fromkeys([*registered, *others]) if name in metrics]


def _score(recipe: Recipe | None, metrics: Metrics, name: str) -> Score:
    metric = metrics[name]
    notes = {control.metric: control.shows for control in recipe.controls} if recipe else {}
    return Score(
        name,
        *_label(recipe, name),
        notes.get(name, ""),
        **metric,
    )


def _label(recipe: Recipe | None, name: str) -> tuple[str, str]:
    """Say a metric's id in words: its kind and arms, and the set that it was measured on."""
    parts = name.split("/")
    sets, arms = _named(recipe.sets if recipe else ()), _named(recipe.arms if recipe else ())
    words = [WORDS.get(part) or arms.get(part, part) for part in parts if part not in sets]
    on = ", ".join(sets[part] for part in parts if part in sets)
    return ": ".join(words).replace("_", " ") or name, on


def _sets(recipe: Recipe | None, metrics: Metrics) -> list[SetOfQuestions]:
    rates: dict[str, None] = {}
    arms: dict[str, None] = dict.fromkeys(arm.id for arm in recipe.arms) if recipe else {}
    sets: dict[str, None] = dict.fromkeys(row.id for row in recipe.sets) if recipe else {}
    for name in sorted(metrics):
        parts = name.split("/")
        if name.startswith(RATE) and len(parts) == len(("rate", "arm", "set")):
            rates[parts[0]], arms[parts[1]], sets[parts[2]] = None, None, None
    order = sorted(rates, key=lambda rate: (rate != SHOWN_RATE, rate))
    found = [_set(recipe, metrics, name, list(arms), order) for name in sets]
    return [questions for questions in found if questions.arms]


def _set(
    recipe: Recipe | None, metrics: Metrics, name: str, arms: list[str], rates: list[str]
) -> SetOfQuestions:
    arm_labels = _named(recipe.arms if recipe else ())
    rows = []
    for arm in arms:
        names = [f"{rate}/{arm}/{name}" for rate in rates]
        if any(metric in metrics for metric in names):
            scores = [
                _score(recipe, metrics, metric) if metric in metrics else None
                for metric in names
            ]
            rows.append(Arm(arm, arm_labels.get(arm, arm), tuple(scores)))
    label = _named(recipe.sets if recipe else ()).get(name, name)
    return SetOfQuestions(name, label, tuple(rates), tuple(rows))


def _named(entries: Any) -> dict[str, str]:
    return {entry.id: entry.label for entry in entries}
