"""Every notice of a public wire: listed, by kind where asked, and counted by quarter."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncQuarter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from wires.models import Notice, Wire
from wires.pages import bars, keyset

Kind = Notice.Kind
PLURALS = {
    Kind.CORRECTION: "corrections",
    Kind.DISPUTE: "disputes",
    Kind.WITHDRAWAL: "withdrawals",
}
FILLS = {Kind.CORRECTION: "light", Kind.DISPUTE: "open", Kind.WITHDRAWAL: "solid"}


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of a year, in UTC, with how many notices of each kind it has."""

    year: int
    number: int
    counts: tuple[tuple[str, int], ...]

    @property
    def label(self) -> str:
        return f"{self.year}, quarter {self.number}"

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    notices = _public()
    kind = request.GET.get("kind", "")
    if kind and kind not in Kind.values:
        raise Http404("There is no such kind of notice.")
    shown = notices.filter(kind=kind) if kind else notices
    kept = {"kind": kind} if kind else {}
    rows = shown.select_related("wire", "related")
    quarters = list(_quarters(notices))
    context = {
        "page": keyset.NOTICES.page(rows, request.GET, kept=kept),
        "kind": kind,
        "kinds": PLURALS.items(),
        "quarters": quarters[::-1],
        "chart": _chart(quarters),
    }
    return render(request, "wires/corrections.html", context)


def _public() -> QuerySet[Notice]:
    return Notice.objects.filter(wire__in=Wire.objects.public())


def _quarters(notices: QuerySet[Notice]) -> Iterator[Quarter]:
    """Yield each quarter from the first that has a notice to this one, the empty ones too."""
    counted = (
        notices.annotate(quarter=TruncQuarter("made_at"))
        .order_by("quarter", "kind")
        .values_list("quarter", "kind")
        .annotate(count=Count("pk"))
    )
    counts = Counter({(_place(at), kind): count for at, kind, count in counted})
    if not counts:
        return
    first = min(place for place, _ in counts)
    for place in range(first, _place(timezone.now().date()) + 1):
        yield Quarter(
            place // 4,
            place % 4 + 1,
            tuple((PLURALS[kind], counts[place, kind]) for kind in Kind),
        )


def _place(on: date) -> int:
    """Return the number of a quarter, counted through the years."""
    return on.year * 4 + (on.month - 1) // 3


def _chart(quarters: list[Quarter]) -> SafeString:
    fills = [FILLS[kind] for kind in Kind]
    return bars.svg(
        [
            bars.Bar(
                quarter.label,
                tuple(
                    bars.Part(word, count, fill)
                    for (word, count), fill in zip(quarter.counts, fills, strict=True)
                ),
            )
            for quarter in quarters
        ],
        title="Notices by quarter",
        description="How many corrections, disputes and withdrawals each quarter has.",
        name="quarters",
    )
