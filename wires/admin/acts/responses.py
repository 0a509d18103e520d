"""The act that puts a party's response on a wire."""

from __future__ import annotations

from django import forms

from wires import lifecycle, vault
from wires.admin.acts.act import Act, area, note
from wires.admin.acts.others import DocumentField
from wires.admin.acts.sources import web_address
from wires.intake import text, vocabulary
from wires.intake.filing import FiledSource, IntakeError
from wires.models import User, Wire
from wires.refusals import RefusedError


class Respond(Act):
    name, label, section = "respond", "Put a party's response on it", "responses"
    party = forms.CharField(label="Who responds", max_length=120, required=False)
    said_on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))
    text = note("The response, in the party's own words", "Readers see it.", rows=4)
    source = DocumentField(
        label="Document of the vault that has it",
        help_text="Its number there, or 12 digits of its SHA-256. Empty: store the document below.",
        max_length=64,
        required=False,
    )
    document = forms.CharField(
        label="Or the document's text", required=False, max_length=200_000, widget=area(4)
    )
    publisher = forms.CharField(label="Its publisher", max_length=200, required=False)
    url = web_address("Its address")

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        response = lifecycle.respond(
            wire.pk, by=by, party=given["party"], said_on=given["said_on"], text=given["text"],
            source=given["source"] or self._stored(by),
        )  # fmt: skip
        where = "Readers see it." if wire.is_public else "It appears with the wire."
        return f"The response of {response.party} is on {wire}. {where}"

    def _stored(self, by: User) -> int:
        given = self.cleaned_data
        if not given["document"].strip():
            raise RefusedError(
                "A response has a source: name a document of the vault, or give the document's text."
            )
        # Typed text, as that of a filing: no parser is started while the wire is held.
        try:
            typed = text.decoded(given["document"].encode(), name="The document")
            url = vocabulary.address(given["url"], "The document")
        except IntakeError as error:
            raise RefusedError(str(error)) from error
        document = FiledSource(
            "response", typed.content.strip(), title=f"Response of {given['party']}"[:300],
            url=url, publisher=given["publisher"], published_on=given["said_on"],
            tier="primary", repairs=typed.repairs,
        )  # fmt: skip
        return vault.stored(document, by=by).pk
