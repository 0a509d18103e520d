"""Every refusal and every failure of the feed is JSON: `{"error": "what to do about it"}`."""

import logging
from typing import Any

from django.core.signals import got_request_exception
from django.http import Http404
from rest_framework.exceptions import APIException, NotFound
from rest_framework.response import Response

# One answer for what never was, what is not public yet and what is no id: nothing is told apart.
NOTHING = "There is nothing public at this address. /api/v1/schema/ lists the addresses."
FAILED = (
    "The archive failed to answer, and its operators have a record of it. Try again later."
)

logger = logging.getLogger(__name__)


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """Turn what a view raised into an answer; what nobody foresaw is logged and told to Django."""
    if isinstance(error, Http404):
        error = NotFound()
    if isinstance(error, NotFound):
        return Response({"error": NOTHING}, status=error.status_code)
    if isinstance(error, APIException):
        return Response({"error": str(error.detail)}, status=error.status_code)
    request = context["request"]
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=type(context["view"]), request=request)
    return Response({"error": FAILED}, status=500)
