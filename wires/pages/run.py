"""The page of a run: only one that is an exhibit on a wire whose text is shown."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from evidence.models import Run
from wires.models import Exhibit
from wires.pages import exhibits, scores
from wires.pages.charts import svg
from wires.pages.pictures import pictures
from wires.pages.shown import standing
from wires.templatetags.words import RUN_TIERS


@require_safe
def run(request: HttpRequest, number: str) -> HttpResponse:
    shown_on = list(
        Exhibit.objects.filter(run_id=number, wire__in=standing()).select_related(
            "wire", "claim"
        )
    )
    if not shown_on:
        raise Http404("There is no such run.")
    found = get_object_or_404(Run.objects.finished(), pk=number)
    told = scores.told(found.recipe, found.tier, found.metrics or {})
    line = exhibits.smallest_effect(found.spec)
    context = {
        "run": found,
        "told": told,
        "badge": exhibits.badge(
            tier=found.tier, outcome=found.outcome, spec=found.spec, primary=told.primary
        ),
        "tier_says": RUN_TIERS.get(found.tier, ""),
        "chart": svg(scores.deciding_chart(told, line=line), name="deciding"),
        "pictures": pictures(found.recipe, found.metrics or {}, found.series, told),
        "sets": [(questions, _drawn(questions)) for questions in told.sets],
        "exhibits": shown_on,
    }
    return render(request, "wires/run.html", context)


def _drawn(questions: scores.SetOfQuestions) -> str:
    chart = scores.set_chart(questions)
    return svg(chart, name=f"set-{questions.id}") if chart else ""
