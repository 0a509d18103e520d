"""Conditional GET: a page that has not changed is not sent again."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag


def answered(
    request: HttpRequest, *parts: object, modified: datetime, page: Callable[[], HttpResponse]
) -> HttpResponse:
    """Return the page, or 304 where the reader has it; `parts` are all that it depends on.

    `no-cache` has readers ask each time, so a withdrawal shows at once.
    """
    digest = hashlib.sha256(repr((_look(), *map(str, parts), modified)).encode()).hexdigest()
    etag, seconds = quote_etag(digest[:32]), int(modified.timestamp())
    unchanged = get_conditional_response(request, etag=etag, last_modified=seconds)
    response = unchanged or page()
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(seconds)
    response.headers["Cache-Control"] = "no-cache"
    return response


@cache
def _look() -> str:
    """Return a hash of what turns records into pages: an update of the site renews them all."""
    code, templates = Path(__file__).parents[1], Path(settings.BASE_DIR) / "templates"
    parts = (code / "pages", code / "templatetags", templates / "wires")
    files = sorted(
        path for part in parts for path in part.rglob("*") if path.suffix in (".html", ".py")
    )
    core = Path(settings.BASE_DIR) / "classifier" / "core"
    files += [code / "rendering.py", core / "markdown.py", core / "plaintext.py"]
    files.append(templates / "base.html")
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
