"""The classifier in public: which version is at work, how it was made, how far editors agree."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from wires import agreement
from wires.agreement import Agreement, Kappa, Share, Standing
from wires.pages import charts


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure in words, with its interval and how many it is of."""

    measure: str
    sample: str
    value: float | None
    interval: tuple[float, float] | None
    of: str


@require_safe
def classifier(request: HttpRequest) -> HttpResponse:
    standing = agreement.standing()
    figures = list(_figures(standing)) if standing else []
    context = {
        "standing": standing,
        "figures": figures,
        "chart": _chart(figures),
        "samples": _samples(standing) if standing else [],
        "blind_one_in": settings.BLIND_ONE_IN,
    }
    return render(request, "wires/classifier.html", context)


def _samples(standing: Standing) -> list[tuple[str, str, Agreement]]:
    return [
        ("seen", "Proposal seen by the editor", standing.seen),
        ("blind", "Blind sample", standing.blind),
    ]


def _figures(standing: Standing) -> Iterator[Figure]:
    for _, sample, found in _samples(standing):
        yield _of_kappa(sample, found.kappa, found.wires)
        yield _of_share("coverage", sample, found.coverage, "wires have a ticked code")
        yield _of_share("precision", sample, found.precision, "ticked codes were put")


def _of_share(measure: str, sample: str, share: Share, words: str) -> Figure:
    of = f"{share.part} of {share.whole} {words}"
    return Figure(measure, sample, share.value, share.interval, of)


def _of_kappa(sample: str, kappa: Kappa, wires: int) -> Figure:
    return Figure("kappa", sample, kappa.value, kappa.interval, f"over {wires} wires")


def _chart(figures: list[Figure]) -> SafeString:
    rows = tuple(
        charts.Row(
            f"{figure.sample}: {figure.measure}", figure.value, *figure.interval,
            "primary" if figure.sample != "Blind sample" else "arm",
        )
        for figure in figures
        if figure.value is not None and figure.interval is not None
    )  # fmt: skip
    drawn = charts.Chart(
        title="Agreement with editors",
        description="Kappa, coverage and precision of ticked codes, with their intervals.",
        rows=rows,
        line=None,
        line_label="",
    )
    return charts.svg(drawn, name="agreement-chart")
