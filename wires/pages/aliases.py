"""Other names of a wire: each leads to the page of the wire that tells its event."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.http import require_safe

from wires.models import Wire


@require_safe
def alias(_request: HttpRequest, name: str) -> HttpResponse:
    """Lead on from a name; what is not public is not led to, and answered as what is not there."""
    return lead_on(name)


def lead_on(name: str) -> HttpResponse:
    """Return the way from a name to a public wire. Raises Http404 where it leads to none."""
    wire = Wire.objects.public().led_to_by(name).only("public_id").first()
    if wire is None:
        raise Http404("No public wire has this name.")
    answer = HttpResponsePermanentRedirect(wire.get_absolute_url())
    # A wire may be merged once more, so whoever follows the name asks again.
    answer.headers["Cache-Control"] = "no-cache"
    return answer
