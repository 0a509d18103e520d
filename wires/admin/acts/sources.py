"""Acts that give a wire's text its sources."""

from __future__ import annotations

from django import forms

from wires import tasks, vault
from wires.admin.acts.act import Act, row_id, words
from wires.models import Source, User, Wire
from wires.refusals import RefusedError

MOST_REPORTS = 999_999
KEY = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


def key() -> forms.RegexField:
    """Return a field for what a text cites a source by."""
    return forms.RegexField(
        KEY,
        label="Citation key",
        max_length=60,
        required=False,
        help_text="As in [^key]. Left empty, it is source-1, source-2 and so on.",
        error_messages={
            "invalid": "A key begins with a letter or digit and has letters, digits, . _ and - only."
        },
    )


def web_address(label: str = "Address", *, required: bool = False) -> forms.URLField:
    return forms.URLField(
        label=label, max_length=1000, required=required, assume_scheme="https"
    )


def tier() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=[("", "not known"), *words(Source.Tier.values)], required=False
    )


def group() -> forms.CharField:
    return forms.CharField(
        max_length=100,
        required=False,
        help_text="Sources that retell one report share a group. Empty: not known, not counted.",
    )


def reports() -> forms.IntegerField:
    return forms.IntegerField(
        label="Reports listed",
        min_value=0,
        max_value=MOST_REPORTS,
        required=False,
        help_text="For a public record; empty: not known.",
    )


class FetchSource(Act):
    name, label, section = "fetch_source", "Fetch a source", "sources"
    url = web_address(required=True)
    key = key()
    publisher = forms.CharField(
        max_length=200, required=False, help_text="Left empty, as the page says."
    )
    tier = tier()
    group = group()

    def perform(self, wire: Wire, by: User) -> str:
        asked = vault.ask_fetch(by=by, wire=wire.pk, **self.cleaned_data)
        tasks.queue(tasks.fetch_source, asked.pk)
        return f"{asked.url} is being fetched: reload this page in a moment."


class RetryFetch(Act):
    name, label, section, target = "retry_fetch", "Try again", "sources", "fetch"
    fetch = row_id()

    def perform(self, wire: Wire, by: User) -> str:
        asked = wire.fetches.filter(pk=self.cleaned_data["fetch"]).first()
        if asked is None:
            raise RefusedError(f"{wire} has no such fetch.")
        vault.retry(asked.pk, by=by)
        tasks.queue(tasks.fetch_source, asked.pk)
        return f"{asked.url} is being fetched again: reload this page in a moment."


class CiteSource(Act):
    name, label, section = "cite_source", "Cite a document of the vault", "sources"
    source = forms.IntegerField(
        label="Its number in the vault", min_value=1, max_value=2**62,
        help_text="It stands at the top of its page.",
    )  # fmt: skip
    key = key()

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        version = vault.cite(wire.pk, given["source"], by=by, key=given["key"])
        tasks.queue(tasks.recheck_claims, version.pk)
        return "The text cites it now; its sentences are being checked anew."
