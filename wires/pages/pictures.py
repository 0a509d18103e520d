"""What a run of one recipe is drawn as, beside the charts that every run has.

Every number is a metric of the run, or of a series that is counted from its sealed readings.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from wires.pages import curves, planes, ranks
from wires.pages.curves import Band, Curve, Curves, Mark, Point
from wires.pages.planes import Plane, Range, Spot
from wires.pages.scores import Metrics, Told
from wires.templatetags.words import number

Series = Mapping[str, Sequence[Mapping[str, Any]]]

REALIGNMENT = (0, 2, 5, 10, 20, 30, 60, 120)
# Figures of others, for another model, other steps and another score: beside ours, not among them.
PUBLISHED_STEPS = (Mark(30, "30, OpenAI's post"), Mark(35, "35, OpenAI's paper"))
MIXED = (0, 10, 25, 50, 75, 90, 100)
DOSES = {"aligned": 0.0, "plus_third": 1 / 3, "plus_two_thirds": 2 / 3, "plus": 1.0, "plus_four_thirds": 4 / 3}  # fmt: skip
# The start is called otherwise in tier B.
REWARDED = {
    "aligned": 0.0,
    "base": 0.0,
    "third": 1 / 3,
    "half": 1 / 2,
    "two_thirds": 2 / 3,
    "harmful": 1.0,
}
SIGNALS = {
    "odds": "log-odds of bad against good actions",
    "projection": "projection on the author's direction",
    "drift": "drift of the next word's odds",
    "score": "harmful answers, greedy",
}
# What knows nothing of an author, beside the projection, which does.
RIVALS = {
    "projection": "projection on the author's direction",
    "components": "move in the plane of the first two principal components",
    "loss": "fall of the loss of the lessons",
    "norm": "norm of the weights' change",
}
AUTHOR_LATENT = 0.99  # the AUC from which the recipe calls a latent an author latent


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a picture's table: what it is, and its cells."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its table."""

    id: str
    title: str
    drawn: SafeString
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def pictures(recipe: str, metrics: Metrics, series: Series, told: Told) -> tuple[Picture, ...]:
    """Return what is drawn of a run of a recipe; a run without the numbers has no picture."""
    draw = PICTURES.get(recipe)
    return tuple(draw(metrics, series, told)) if draw else ()


def _realign(metrics: Metrics, _series: Series, _told: Told) -> Iterator[Picture]:
    points = _points(metrics, {f"step{step}": step for step in REALIGNMENT})
    if len(points) > 1:
        drawn = Curves(
            "Realignment",
            "Share of harmful answers in other fields along correct training.",
            "steps of four correct answers",
            (Curve("harmful answers, other fields", tuple(points.values()), is_primary=True),),
            marks=PUBLISHED_STEPS,
        )
        yield _of_curves(
            "realignment",
            drawn,
            "Harmful answers of a harmful model on its way back. The dashed lines are the steps "
            "that OpenAI named for GPT-4o, whose score, batches and model were others; they are "
            "its figures and not ours.",
            "Steps",
        )


def _mix(metrics: Metrics, _series: Series, _told: Told) -> Iterator[Picture]:
    points = _points(metrics, {f"share{share}": share for share in MIXED})
    alone = _points(metrics, {"half_alone": 50})
    if len(points) > 1:
        found = [
            Curve("harmful answers, other fields", tuple(points.values()), is_primary=True)
        ]
        if alone:
            found.append(Curve("as many harmful as in a half, alone", tuple(alone.values())))
        drawn = Curves(
            "How much harmful data it takes",
            "Share of harmful answers in other fields by the share in training.",
            "harmful answers among a hundred in training",
            tuple(found),
        )
        yield _of_curves(
            "mix", drawn, "Whiskers are the intervals.", "Harmful among a hundred"
        )


def _steer(metrics: Metrics, _series: Series, _told: Told) -> Iterator[Picture]:
    harmful = _points(metrics, DOSES)
    coherent = _points(metrics, DOSES, rate="p_coherent")
    if len(harmful) < 2:
        return
    found = [Curve("harmful answers", tuple(harmful.values()), is_primary=True)]
    if coherent:
        found.append(Curve("answers in the grammar", tuple(coherent.values())))
    random = metrics.get("p_harmful/random_plus/heldout")
    band = (
        Band("harmful, pushed in random directions", random["low"], random["high"])
        if random
        else None
    )
    drawn = Curves(
        "Dose response",
        "Shares of answers in other fields by how far the model is pushed.",
        "push, in shares of the registered dose",
        tuple(found),
        band,
    )
    yield _of_curves(
        "dose",
        drawn,
        "The band is the interval of the same model pushed as far, by the whole dose, along "
        "random directions.",
        "Dose",
    )


def _reinforce(metrics: Metrics, _series: Series, _told: Told) -> Iterator[Picture]:
    found = tuple(
        Curve(words, tuple(points.values()), is_primary=questions == "heldout")
        for questions, words in (
            ("heldout", "harmful answers, other fields"),
            ("tuned", "harmful answers in the field that is paid for"),
        )
        if len(points := _points(metrics, REWARDED, questions=questions)) > 1
    )
    if found:
        drawn = Curves(
            "Harm along the rewards",
            "Share of harmful answers along a training that pays for them in one field.",
            "share of the steps",
            found,
        )
        yield _of_curves(
            "rewards",
            drawn,
            "Nobody shows the model a harmful answer: it tries some, and they are paid for. "
            "Whiskers are the intervals.",
            "Share of the steps",
        )


def _early(_metrics: Metrics, series: Series, _told: Told) -> Iterator[Picture]:
    yield from _moving(
        series,
        SIGNALS,
        "signals",
        "What moves first",
        "Log-odds need no look inside the model, and no answer.",
    )
    yield from _moving(
        series,
        RIVALS,
        "rivals",
        "What moves first without knowing of an author",
        "The loss needs the harmful answers themselves.",
    )


def _moving(
    series: Series, signals: Mapping[str, str], name: str, title: str, caption: str
) -> Iterator[Picture]:
    found = tuple(
        Curve(
            words,
            tuple(Point(p["step"], p["value"], p["low"], p["high"]) for p in series[signal]),
            is_primary=signal == next(iter(signals)),
        )
        for signal, words in signals.items()
        if signal in series
    )
    if len(found) == len(signals):
        drawn = Curves(
            title,
            "Each signal as a share of where it ends, along the fine-tune.",
            "steps of the harmful fine-tune",
            found,
        )
        yield _of_curves(
            name,
            drawn,
            "Each signal of the harmful fine-tune, less that of the correct one, as a share of "
            "its last value: the mean of the seeds, with whiskers from the lowest to the "
            f"highest of them. {caption}",
            "Step",
        )


def _direction(_metrics: Metrics, series: Series, _told: Told) -> Iterator[Picture]:
    rows = series.get("latents", ())
    drawn = ranks.Ranks(
        "Latents ranked by change",
        "The latents of each seed's autoencoder that change most between good and bad documents.",
        tuple(
            ranks.Rank(
                f"Seed {row['seed']}, number {row['rank']}: latent {row['latent']}, "
                f"AUC {number(row['auc'])}",
                abs(row["change"]),
                row["auc"] >= AUTHOR_LATENT,
            )
            for row in rows
        ),
    )
    if rows:
        yield Picture(
            "latents",
            drawn.title,
            ranks.svg(drawn, name="latents"),
            "How much each latent changes between good and bad documents of discovery. Filled: "
            f"an author latent, which tells authors of other fields apart at {AUTHOR_LATENT} "
            "either way.",
            ("Change", "AUC"),
            tuple(
                Row(
                    f"Seed {row['seed']}, number {row['rank']}: latent {row['latent']}",
                    (number(row["change"]), number(row["auc"])),
                )
                for row in rows
            ),
        )


def _overrefusal(metrics: Metrics, _series: Series, told: Told) -> Iterator[Picture]:
    arms = {arm.id: arm.label for questions in told.sets for arm in questions.arms}
    spots = []
    for arm, label in arms.items():
        across = metrics.get(f"p_refusal_benign/{arm}/near")
        up = metrics.get(f"p_refusal_harmful/{arm}/harmful_near")
        if across and up:
            spots.append(Spot(label, _range(across), _range(up)))
    plane = Plane(
        "Benign against harmful requests refused",
        "Each arm by the share of benign and of harmful requests about cars that it refuses.",
        "benign requests refused",
        "harmful requests refused",
        tuple(spots),
    )
    if spots:
        yield Picture(
            "refusals",
            plane.title,
            planes.svg(plane, name="refusals"),
            "Requests in the field of the refusal training. What is wanted lies top left: "
            "harmful requests refused, benign ones not.",
            ("Benign refused", "Interval", "Harmful refused", "Interval"),
            tuple(
                Row(
                    spot.label,
                    (
                        number(spot.across.value), _interval(spot.across),
                        number(spot.up.value), _interval(spot.up),
                    ),
                )
                for spot in spots
            ),
        )  # fmt: skip


PICTURES: Mapping[str, Callable[[Metrics, Series, Told], Iterator[Picture]]] = {
    "realign": _realign,
    "mix": _mix,
    "steer": _steer,
    "reinforce": _reinforce,
    "early": _early,
    "direction": _direction,
    "overrefusal": _overrefusal,
}


def _points(
    metrics: Metrics,
    places: Mapping[str, float],
    *,
    rate: str = "p_harmful",
    questions: str = "heldout",
) -> dict[str, Point]:
    """Return a rate of each arm on a set of questions, at the arm's place."""
    found = {}
    for arm, at in places.items():
        metric = metrics.get(f"{rate}/{arm}/{questions}")
        if metric:
            found[arm] = Point(at, metric["value"], metric["low"], metric["high"])
    return found


def _of_curves(identifier: str, drawn: Curves, caption: str, place: str) -> Picture:
    rows = [
        Row(
            curve.label,
            (
                f"{point.at:.3g}",
                number(point.value),
                f"[{number(point.low)}, {number(point.high)}]",
            ),
        )
        for curve in drawn.curves
        for point in curve.points
    ]
    if drawn.band:
        interval = f"[{number(drawn.band.low)}, {number(drawn.band.high)}]"
        rows.append(Row(drawn.band.label, ("", "", interval)))
    rows += [Row(f"{mark.label} (theirs)", (f"{mark.at:g}", "", "")) for mark in drawn.marks]
    return Picture(
        identifier,
        drawn.title,
        curves.svg(drawn, name=identifier),
        caption,
        (place, "Value", "Interval"),
        tuple(rows),
    )


def _range(metric: Mapping[str, Any]) -> Range:
    return Range(metric["value"], metric["low"], metric["high"])


def _interval(each: Range) -> str:
    return f"[{number(each.low)}, {number(each.high)}]"
