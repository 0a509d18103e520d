"""What a wire is and how it is checked, and each code with the wires that carry it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wires.models import Code, Coding, TaxonomyVersion
from wires.pages import keyset
from wires.pages.shown import listed
from wires.templatetags import words


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    taxonomy = TaxonomyVersion.objects.order_by("dated").last()
    codes = list(taxonomy.codes.all()) if taxonomy else []
    context = {
        "taxonomy": taxonomy,
        "kinds": [
            ("Mechanism: what the system did", [code for code in codes if code.kind == "M"]),
            ("Field: where the failure bites", [code for code in codes if code.kind == "F"]),
        ],
        "rule": _conditions(taxonomy.rules["rule"]) if taxonomy else [],
        "verdicts": words.VERDICTS.items(),
        "bases": words.BASES.items(),
        "outcomes": words.OUTCOMES.items(),
        "run_tiers": words.RUN_TIERS.items(),
    }
    return render(request, "wires/about.html", context)


@require_safe
def code(request: HttpRequest, code: str) -> HttpResponse:
    """Show a code as the newest taxonomy that has it defines it, and the wires that carry it."""
    found = Code.objects.select_related("taxonomy").filter(code=code)
    newest = found.order_by("taxonomy__dated").last()
    if newest is None:
        raise Http404("There is no such code.")
    carried = Exists(Coding.objects.filter(wire=OuterRef("pk"), code__code=code))
    page = keyset.WIRES.page(listed().filter(carried), request.GET)
    return render(request, "wires/code.html", {"code": newest, "page": page})


def _conditions(rule: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Put the rows of the severity rule into words."""
    seen: set[str] = set()
    rows = []
    for row in rule:
        event_class = row["event_class"]
        rest = "any other" if event_class in seen else "any"
        said = [_condition(name, least) for name, least in row["when"].items()]
        rows.append(
            {
                "event_class": event_class,
                "said": ", ".join(said) or rest,
                "level": row["level"],
            }
        )
        seen.add(event_class)
    return rows


def _condition(name: str, least: object) -> str:
    if name == "verified":
        return "established by a run, a primary artefact or two sources"
    return f"{name.removesuffix('_min')} {least} or more"
