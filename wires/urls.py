"""Addresses of the public pages. A part of an address matches only what can be one."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path, re_path

from wires.feeds import Latest
from wires.models.names import NAME, PUBLIC_ID
from wires.pages import (
    aliases,
    classifier,
    corrections,
    lists,
    machine,
    rules,
    run,
    search,
    wire,
)

app_name = "wires"
WIRE = rf"^wires/(?P<public_id>{PUBLIC_ID})/"
YEAR = r"^archive/(?P<year>20[0-9]{2})/"

urlpatterns = [
    path("", lists.latest, name="latest"),
    path("archive/", lists.archive, name="archive"),
    re_path(YEAR + r"$", lists.archive_year, name="archive-year"),
    re_path(YEAR + r"(?P<month>0[1-9]|1[0-2])/$", lists.archive_month, name="archive-month"),
    re_path(WIRE + r"$", wire.wire, name="page"),
    re_path(WIRE + r"versions/(?P<number>[1-9][0-9]{0,3})/$", wire.version, name="version"),
    re_path(rf"^wires/(?P<name>{NAME})/$", aliases.alias, name="alias"),
    re_path(r"^runs/(?P<number>[1-9][0-9]{0,17})/$", run.run, name="run"),
    path("search/", search.search, name="search"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("about/", rules.about, name="about"),
    path("classifier/", classifier.classifier, name="classifier"),
    re_path(r"^codes/(?P<code>[MF][0-9]{1,3})/$", rules.code, name="code"),
    path("feed.xml", Latest(), name="feed"),
    path("sitemap.xml", sitemap, {"sitemaps": machine.SITEMAPS}, name="sitemap"),
    path("robots.txt", machine.robots, name="robots"),
    path("healthz", machine.healthz, name="healthz"),
]
