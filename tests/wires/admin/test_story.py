"""A whole day at the desk without a line of script: sign in, file, review, decide, publish."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.wires.admin import desk
from wires import taxonomy
from wires.models import Change, Wire
from wires.models.user import Role

pytestmark = pytest.mark.django_db


class Forms(HTMLParser):
    """The forms of a page as a browser without script would send them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.form: dict[str, str] | None = None
        self.select = self.area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.form = {}
        elif self.form is None:
            return
        elif tag == "input" and given.get("name"):
            self.form[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self.area = given["name"]
            self.form[self.area] = ""
        elif tag == "select":
            self.select = given["name"]
        elif tag == "option" and ("selected" in given or self.select not in self.form):
            self.form[self.select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.form is not None:
            self.found.append(self.form)
            self.form = None
        if tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area and self.form is not None:
            self.form[self.area] += data.removeprefix("\n")


def send(client: Client, wire: Wire, name: str, like: str = "", **typed: Any) -> None:
    """Fill in a form that the page offers, and send it with its own token."""
    text = client.get(desk.review(wire)).content.decode()
    offered = [form for form in Forms(text).found if form.get("_act") == name]
    chosen = [form for form in offered if not like or like in form.values()]
    assert chosen, f"{name} is not offered"
    response = client.post(desk.review(wire), {**chosen[0], **typed})
    assert response.status_code == 302, desk.page(response)


def browser(person: Any) -> Client:
    client = Client(enforce_csrf_checks=True)
    [form] = Forms(client.get(reverse("admin:login"), follow=True).content.decode()).found
    typed = {**form, "username": person.username, "password": desk.PASSWORD}
    assert client.post(reverse("admin:login"), typed).status_code == 302
    return client


@pytest.mark.slow
def test_from_filing_to_publication():
    taxonomy.load()
    reporter = browser(desk.make_person(Role.REPORTER))
    editor = browser(desk.make_person(Role.EDITOR))
    address = reverse("admin:wires_wire_file")
    form = next(f for f in Forms(reporter.get(address).content.decode()).found if "body" in f)
    typed = {
        "headline": "Chatbot of Acme invents a rule", "body": factories.BODY, "severity": "SEV-3",
        "providers": "Acme", "form-0-text": factories.SOURCE, "form-0-key": "record",
        "form-0-kind": "record", "form-0-record_id": "AIID-0", "form-0-reports": "2", "form-0-tier": "reporting",
    }  # fmt: skip
    form.pop("more", None)
    assert reporter.post(address, {**form, **typed}).status_code == 302
    wire = Wire.objects.get()
    send(reporter, wire, "submit")

    # The worker's part: sentences are checked, a code is proposed.
    factories.support(wire)
    proposal = desk.make_proposal(
        wire, event_class="incident",
        factors={n: {"value": 1, "claim": 2} for n in ("scale", "scope", "irremediability")},
        rationale={"system": "The chatbot of Acme", "act": "invented a refund rule",
                   "harm": "Acme paid 812 dollars", "counterfactual": None},
    )  # fmt: skip
    code = taxonomy.current().codes.get(code="M2")
    proposal.codes.create(code=code, score=0.42, ticked=True)

    send(editor, wire, "accept", claim="1")
    send(editor, wire, "put", code="F6", claim="2")
    # What the proposal filled in is kept; the editor adds what it could not know.
    send(editor, wire, "classify", standard="public record")
    send(editor, wire, "reason", result="yes",
         counterfactual="Without the invented rule, Acme would have paid nothing.")  # fmt: skip
    send(editor, wire, "publish")

    wire.refresh_from_db()
    assert (wire.state, wire.severity_verified, wire.event_class) == (
        "published", "SEV-3", "incident",
    )  # fmt: skip
    assert wire.record is not None
    assert [row["code"] for row in wire.record["codes"]] == ["M2", "F6"]
    assert Change.objects.get().kind == "published"
    acts = list(wire.events.values_list("act", flat=True))
    assert acts == ["filed", "submitted", "code put", "code put", "classified", "reasoned",
                    "published"]  # fmt: skip
