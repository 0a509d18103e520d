"""The exhibits of a record: a run's badge, its chart and the numbers under it."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from evidence.models import Run
from wires.pages import scores
from wires.pages.charts import svg
from wires.record import Record
from wires.templatetags.words import SHOWN, number

SMALL_MODEL = "small model, trained from scratch"


@dataclass(frozen=True, slots=True)
class Shown:
    """An exhibit as the page tells it. `claim` is the sentence that it bears on."""

    exhibit: Record
    claim: Record | None
    told: scores.Told
    badge: tuple[str, ...]
    chart: SafeString


def shown(record: Record) -> tuple[Shown, ...]:
    """Set out the exhibits of a record; one query for what their runs were asked."""
    found = record["exhibits"]
    if not found:
        return ()
    specs = dict(
        Run.objects.filter(pk__in=[row["run"] for row in found]).values_list("pk", "spec")
    )
    claims = {claim["n"]: claim for claim in record["claims"]}
    return tuple(
        _shown(row, specs.get(row["run"], {}), claims.get(row["claim"])) for row in found
    )


def badge(
    *, tier: str, outcome: str, spec: dict[str, Any], primary: scores.Score | None
) -> tuple[str, ...]:
    """Return the parts of a badge: tier, what is shown, model, n and interval."""
    model = SMALL_MODEL if tier == "A" else spec.get("parameters", {}).get("model", "")
    numbers = (f"n = {primary.n}", _interval(primary)) if primary else ()
    parts = (f"Tier {tier}", SHOWN.get(tier, {}).get(outcome, outcome), str(model), *numbers)
    return tuple(part for part in parts if part)


def smallest_effect(spec: dict[str, Any]) -> float | None:
    """Return the smallest effect of interest that was registered with a run, if it was."""
    found = spec.get("smallest_effect")
    return float(found) if isinstance(found, int | float) else None


def _interval(score: scores.Score) -> str:
    return f"{number(score.value)} [{number(score.low)}, {number(score.high)}]"


def _shown(exhibit: Record, spec: dict[str, Any], claim: Record | None) -> Shown:
    told = scores.told(exhibit["recipe"], exhibit["tier"], exhibit["metrics"])
    chart = scores.deciding_chart(told, line=smallest_effect(spec))
    return Shown(
        exhibit,
        claim,
        told,
        badge(
            tier=exhibit["tier"], outcome=exhibit["outcome"], spec=spec, primary=told.primary
        ),
        svg(chart, name=f"run-{exhibit['run']}"),
    )
