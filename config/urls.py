"""Addresses: the desk, the feed, the public pages."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include("wires.api.urls")),
    path("", include("wires.urls")),
]
