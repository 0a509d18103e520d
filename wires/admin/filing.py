"""Forms that read a text and its sources as they are typed."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from wires.admin.acts import sources as fields
from wires.admin.acts.act import words
from wires.intake import text as intake_text
from wires.intake.filing import FiledSource, Filing, IntakeError
from wires.models import Source, Wire

DESCRIBED = ("kind", "title", "url", "publisher", "published_on", "tier", "group", "record_id",
             "reports")  # fmt: skip
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class TextField(forms.CharField):
    """A text of any length: its lines end in one way, and what was decoded wrongly is mended."""

    def clean(self, value: Any) -> intake_text.Text:
        typed = super().clean(value).replace("\r\n", "\n").replace("\r", "\n")
        try:
            return intake_text.decoded(typed.encode(), name=str(self.label or "The text"))
        except IntakeError as error:
            raise ValidationError(str(error)) from error


class TextForm(forms.Form):
    """What every version has."""

    headline = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"size": 80}))
    body = TextField(
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Markdown. End each sentence with the source that it cites, as [^key].",
    )


class FileForm(TextForm):
    providers = forms.CharField(
        required=False,
        max_length=1000,
        help_text="Developers or deployers, with commas between.",
    )
    severity = forms.ChoiceField(
        label="Severity as filed",
        choices=[("", "not given"), *words(Wire.Severity.values)],
        required=False,
    )
    occurred_on = forms.DateField(
        label="Day it happened",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_providers(self) -> tuple[str, ...]:
        names = [name.strip() for name in self.cleaned_data["providers"].split(",")]
        if any(len(name) > 120 for name in names):
            raise ValidationError("A provider's name has at most 120 characters.")
        return tuple(dict.fromkeys(name for name in names if name))

    def filing(self, sources: tuple[FiledSource, ...]) -> Filing:
        given = self.cleaned_data
        return Filing(
            fingerprint=given["body"].sha256,
            headline=given["headline"],
            body=given["body"].content,
            format="form",
            severity=given["severity"],
            providers=given["providers"],
            occurred_on=given["occurred_on"],
            sources=sources,
            repairs=given["body"].repairs,
        )


class ReviseForm(TextForm):
    note = forms.CharField(
        label="What changed", max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class SourceForm(forms.Form):
    text = TextField(
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="It is kept in the vault with its hash; readers see only the passages used.",
    )
    key = forms.CharField(
        label="Citation key",
        max_length=60,
        required=False,
        help_text="As in [^key]. Left empty, it is source-1, source-2 and so on.",
    )
    kind = forms.ChoiceField(
        label="What its text is",
        choices=words(Source.Text.values),
        initial=Source.Text.UPLOADED,
    )
    title = forms.CharField(max_length=300, required=False)
    url = forms.URLField(
        label="Address", max_length=1000, required=False, assume_scheme="https"
    )
    publisher = forms.CharField(max_length=200, required=False)
    published_on = forms.DateField(
        label="Date", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    tier = forms.ChoiceField(
        choices=[("", "not known"), *words(Source.Tier.values)], required=False
    )
    group = forms.CharField(
        max_length=100,
        required=False,
        help_text="Sources that retell one report share a group. Empty: not known, not counted.",
    )
    record_id = forms.CharField(
        label="Record id", max_length=80, required=False, help_text="For a public record."
    )
    reports = fields.reports()

    def clean_key(self) -> str:
        key: str = self.cleaned_data["key"]
        if key and not KEY.fullmatch(key):
            raise ValidationError(
                "A key begins with a letter or digit and has letters, digits, . _ and - only."
            )
        return key

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        is_record = given.get("kind") == Source.Text.RECORD
        if is_record and not given.get("record_id"):
            self.add_error("record_id", "A public record names its id.")
        if given.get("record_id") and not is_record:
            self.add_error("record_id", "Only a public record has an id.")
        if given.get("reports") is not None and not is_record:
            self.add_error("reports", "Only a public record lists reports.")
        return given


class Sources(forms.BaseFormSet):
    """Any number of sources; a row left empty is none. `taken` are keys of other sources."""

    def __init__(
        self, *args: Any, taken: frozenset[str] | set[str] = frozenset(), **kwargs: Any
    ):
        self.taken = set(taken)
        super().__init__(*args, **kwargs)
        self.extra = len(self.initial or ()) + 1

    def initial_form_count(self) -> int:
        return 0  # what came back as typed is as new as a row that is still empty

    def clean(self) -> None:
        given = [row.cleaned_data for row in self.forms if row.cleaned_data]
        keys = self.keys(given)
        for key in keys:
            if keys.count(key) > 1 or key in self.taken:
                raise ValidationError(f"Two sources have the key {key}; give one another.")
        if len({row["text"].sha256 for row in given if "text" in row}) < len(given):
            raise ValidationError("Two sources have the same text; one of them is enough.")

    def keys(self, given: list[dict[str, Any]]) -> list[str]:
        """Return the key of each source: as typed, else by its place among all of them."""
        start = len(self.taken) + 1
        return [row.get("key") or f"source-{n}" for n, row in enumerate(given, start=start)]


SourceFormSet = cast("type[Sources]", forms.formset_factory(SourceForm, formset=Sources))


def filed_sources(rows: Sources) -> tuple[FiledSource, ...]:
    """Return the sources of a valid formset."""
    given = [row.cleaned_data for row in rows.forms if row.cleaned_data]
    return tuple(
        FiledSource(
            key=key,
            text=row["text"].content,
            repairs=row["text"].repairs,
            **{name: row[name] for name in DESCRIBED},
        )
        for key, row in zip(rows.keys(given), given, strict=True)
    )
