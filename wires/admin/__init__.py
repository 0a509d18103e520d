"""The desk: thin doors over the modules that change things."""

from django.contrib import admin

from wires.admin import batches, classifiers, people, queue, records, vault
from wires.admin.site import DeskSite

__all__ = ["batches", "classifiers", "people", "queue", "records", "vault"]

# The theme has made the one site that every app registers with, before any admin module was
# read; the desk gives that same site its own first page and its own password change.
admin.site.__class__ = DeskSite
