"""The page of a wire, and its earlier public texts. Both show records that became public."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from wires.models import BatchItem, Change, Code, TaxonomyVersion, Wire
from wires.pages import exhibits, texts
from wires.pages.aliases import lead_on
from wires.pages.freshness import answered
from wires.pages.reading import factors, reading
from wires.pages.shown import standing


@require_safe
def wire(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a public wire; one that was merged away leads to the wire that tells its event."""
    found = get_object_or_404(
        Wire.objects.public().select_related("current"), public_id=public_id
    )
    if found.merged_into_id:
        return lead_on(public_id)
    taxonomy = TaxonomyVersion.objects.order_by("dated").last()
    modified = found.modified_at
    if found.record is None or modified is None:
        raise Http404("It has no public record yet.")

    def page() -> HttpResponse:
        if found.withdrawn_at:
            context = {"wire": found, "record": found.record}
            return render(request, "wires/withdrawn.html", context)
        return render(request, "wires/page.html", _context(found, taxonomy))

    digest = taxonomy.digest if taxonomy else ""
    return answered(request, public_id, digest, modified=modified, page=page)


@require_safe
def version(request: HttpRequest, public_id: str, number: str) -> HttpResponse:
    """Show a text of the wire as it was last public; a text that waits is not there."""
    found = get_object_or_404(standing(), public_id=public_id)
    public = texts.public(found)
    text = next((text for text in public if text.number == int(number)), None)
    change = Change.objects.filter(wire=found, version=int(number)).last()
    if text is None or change is None:
        raise Http404("No such text has been public.")
    context = {
        "wire": found,
        "record": change.record,
        "text": text,
        "texts": public,
        "reading": reading(change.record, texts.ends(found, int(number))),
    }
    return render(request, "wires/version.html", context)


def _context(wire: Wire, taxonomy: TaxonomyVersion | None) -> dict[str, Any]:
    record = wire.record or {}
    rules = taxonomy.rules if taxonomy else {}
    titles = dict(Code.objects.filter(codings__wire=wire).values_list("code", "title"))
    standards = {row["name"]: row["explanation"] for row in rules.get("standards", [])}
    return {
        "wire": wire,
        "record": record,
        "reading": reading(record, texts.ends(wire, record["version"])),
        "factors": factors(record, rules),
        "standard": standards.get(record["standard"], ""),
        "bulk": _bulk(wire, record),
        "codes": [{**row, "title": titles.get(row["code"], "")} for row in record["codes"]],
        "exhibits": exhibits.shown(record),
        "texts": texts.public(wire),
    }


def _bulk(wire: Wire, record: dict[str, Any]) -> BatchItem | None:
    """Return the batch behind codes that are shown and that no editor has reviewed."""
    if not any(code["source"] == "bulk" for code in record["codes"]):
        return None
    return wire.batch_items.select_related("batch").filter(progress="applied").last()
