"""The archive as one file, sent while it is read, so that its size does not matter."""

from collections.abc import Iterator

from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from wires import changelog
from wires.api import records
from wires.api.door import HEADERS
from wires.exporters import FORMATS
from wires.models import Wire
from wires.record import Record

AT_ONCE = 200


@require_safe
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """Send every public record, oldest first; 304 where nothing has changed since."""
    etag = quote_etag(f"{changelog.head()}-{name}")
    answer = get_conditional_response(request, etag=etag) or _file(name)
    for header, value in {**HEADERS, "ETag": etag}.items():
        answer.headers[header] = value
    return answer


def _file(name: str) -> StreamingHttpResponse:
    writer = FORMATS[name]
    answer = StreamingHttpResponse(writer.lines(_every()), content_type=writer.TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="butfor-wires.{name}"'
    return answer


def _every() -> Iterator[Record]:
    """Walk the public wires by key, a few hundred at a time: no transaction stays open."""
    last = 0
    while True:
        wires = Wire.objects.public().filter(pk__gt=last).order_by("pk")
        rows = list(wires.values_list("pk", Cast("record", TextField()))[:AT_ONCE])
        if not rows:
            return
        yield from records.shown(text for _, text in rows)
        last = rows[-1][0]
