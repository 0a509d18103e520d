"""What all addresses of the feed share: JSON only, open to every origin, checked by ETag."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework.exceptions import NotFound
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from wires.api import errors

HEADERS = {
    # May be kept, but not used without asking: an archive that corrects itself is read fresh.
    "Cache-Control": "no-cache",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class OneRepresentation(BaseContentNegotiation):
    """There is JSON and nothing to choose from, whatever a client says that it accepts."""

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002 - it is not asked what it would like
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        [only] = renderers
        return only, only.media_type or ""


class Door(APIView):
    content_negotiation_class = OneRepresentation

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response]:
        return errors.answer

    def options(self, request: HttpRequest, *_: Any, **__: Any) -> Response:  # noqa: ARG002
        return Response(headers={**PREFLIGHT, "Allow": ", ".join(self.allowed_methods)})

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        for name, value in HEADERS.items():
            response[name] = value
        return super().finalize_response(request, response, *args, **kwargs)


class Nothing(Door):
    """Every address below the feed that is not one of its own, whatever the method."""

    def initial(self, request: Request, *_: Any, **__: Any) -> None:  # noqa: ARG002
        raise NotFound


def unless_known(request: Request, tag: str, build: Callable[[], Any]) -> Response:
    """Answer 304 to a client that holds the state that `tag` names, else what `build` returns."""
    etag = f'"{tag}"'
    held = parse_etags(request.headers.get("If-None-Match", ""))
    # Proxies that compress mark a tag as weak (W/); for this comparison that is no difference.
    if "*" in held or etag in (each.removeprefix("W/") for each in held):
        return Response(status=304, headers={"ETag": etag})
    return Response(build(), headers={"ETag": etag})
