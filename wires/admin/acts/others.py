"""Naming another wire, or a document of the vault, in a form."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from wires.models import Source, Wire

NUMBER = re.compile(r"[0-9]{1,18}")
HASH = re.compile(r"[0-9a-f]{12,64}")


class WireField(forms.CharField):
    """A wire by its id, or by an id of another database that leads to it; its row's number."""

    def __init__(self, label: str, help_text: str, *, required: bool) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=required,
            max_length=80,
            error_messages={"required": "Name the other wire, for example AIW-2025-0001."},
        )

    def clean(self, value: Any) -> int | None:
        name: str = super().clean(value)
        if not name:
            return None
        wires = Wire.objects.filter(public_id=name) or Wire.objects.led_to_by(name)
        found = wires.values_list("pk", flat=True).first()
        if found is None:
            raise ValidationError(f"No wire is called {name}.")
        return found


class DocumentField(forms.CharField):
    """A document of the vault by its number there, or by the beginning of its SHA-256."""

    def clean(self, value: Any) -> int | None:
        name: str = super().clean(value)
        if not name:
            return None
        called = Q()
        if NUMBER.fullmatch(name):
            called |= Q(pk=int(name))
        if HASH.fullmatch(name):
            called |= Q(sha256__startswith=name)
        if not called:
            raise ValidationError(
                "A document has a number in the vault, and a SHA-256 of which 12 digits are enough."
            )
        numbers = list(Source.objects.filter(called).values_list("pk", flat=True)[:2])
        if len(numbers) != 1:
            raise ValidationError(f"The vault has no one document {name}.")
        return numbers[0]


def related() -> WireField:
    return WireField(
        "Another public wire that the notice speaks of",
        "Its page shows the notice too. Leave it empty where there is none.",
        required=False,
    )
