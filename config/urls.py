"""Addresses: the desk, the feed, the public pages."""

from django.contrib import admin
from django.urls import include, path, re_path

from wires.api.door import Nothing

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("wires.api.urls")),
    re_path(r"^api/(?:[\s\S]*/)?\Z", Nothing.as_view()),  # programs get their 404 as JSON
    path("", include("wires.urls")),
]
