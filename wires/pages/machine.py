"""What machines ask for: robots.txt, the sitemap and the health check."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.sitemaps import Sitemap
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from wires.models import Wire
from wires.pages.shown import standing

if TYPE_CHECKING:  # Django's own class takes no parameter while it runs
    WireSitemap = Sitemap[Wire]
    NameSitemap = Sitemap[str]
else:
    WireSitemap = NameSitemap = Sitemap

ROBOTS = "User-agent: *\nDisallow: /admin/\nSitemap: {sitemap}\n"
PAGES = ("latest", "archive", "search", "corrections", "about", "classifier")


class Standing(WireSitemap):
    """Wires whose text is shown; drafts do not exist and withdrawn ones need no readers."""

    def items(self) -> Iterable[Wire]:
        return (
            standing().only("public_id", "modified_at").order_by("-first_published_at", "-pk")
        )

    def lastmod(self, item: Wire) -> datetime | None:
        return item.modified_at


class Fixed(NameSitemap):
    def items(self) -> Iterable[str]:
        return PAGES

    def location(self, item: str) -> str:
        return reverse(f"wires:{item}")


SITEMAPS = {"pages": Fixed, "wires": Standing}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap = request.build_absolute_uri(reverse("wires:sitemap"))
    return HttpResponse(ROBOTS.format(sitemap=sitemap), content_type="text/plain")


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer `ok` if the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer", "text/plain", status=503)
    return HttpResponse("ok", "text/plain")
