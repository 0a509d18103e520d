"""An editor reviews and publishes a wire without touching a mouse."""

import pytest
from django.db import connection, transaction
from django.test import Client

from tests import factories
from tests.wires.admin.desk import BACKEND, PASSWORD, make_person, make_proposal, review
from tests.wires.browser import chromium
from wires import lifecycle, taxonomy
from wires.models import Claim, Code, ProposedCode, Wire
from wires.models.user import Role

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SOON = 10_000  # ms


@pytest.fixture
def waiting():
    """A wire as the worker leaves it: checked but for one weak sentence, with codes proposed."""
    with transaction.atomic():
        taxonomy.load()
        editor = make_person(Role.EDITOR)
        wire, other = factories.make_draft(), factories.make_draft()
        for each in (wire, other):
            lifecycle.submit(each.pk, by=editor)
            factories.support(each)
        Claim.objects.filter(version=wire.current, n=3).update(
            verdict="unsupported", basis="topic", citation=None, passage="",
            passage_start=None, passage_end=None,
        )  # fmt: skip
        proposal = make_proposal(wire)
        for code, score in (("M2", 0.6), ("F6", 0.5)):
            ProposedCode.objects.create(
                proposal=proposal, code=Code.objects.get(code=code), score=score, ticked=True
            )
        connection.run_on_commit.clear()  # no worker listens here
    return wire, other, editor


class Keyboard:
    """What a person with a keyboard can do, and nothing more."""

    def __init__(self, page):
        self.page, self.press = page, page.keyboard.press

    def tab_to(self, selector):
        for _ in range(250):
            if self.is_at(selector):
                return
            self.press("Tab")
        raise AssertionError(f"no Tab leads to {selector}")

    def is_at(self, selector):
        return self.page.evaluate("(s) => document.activeElement.matches(s)", selector)

    def type(self, selector, text):
        self.tab_to(selector)
        self.press("Control+a")
        self.page.keyboard.type(text)

    def choose(self, selector, value):
        """Walk a list with the arrows until it shows what is wanted."""
        self.tab_to(selector)
        self.press("Home")
        for _ in range(80):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{selector} does not offer {value}")

    def enter(self):
        """Press what is focused, and wait for the page that it leads to."""
        with self.page.expect_navigation(timeout=SOON):
            self.press("Enter")

    def key(self, name):
        with self.page.expect_navigation(timeout=SOON):
            self.press(name)


def accept_codes(keys):
    keys.press("c")  # to the proposed codes
    for sentence in ("1", "2"):
        assert keys.is_at("[id^=proposed-]")
        keys.choose("[id^=proposed-]:focus-within select", sentence)
        keys.press("Escape")  # back to the card
        keys.key("a")
        keys.press("j")


def let_the_last_sentence_stand(keys):
    for _ in range(2):  # back over the codes, to the last sentence
        keys.press("k")
    assert keys.is_at("[id^=claim-]")
    keys.press("o")
    keys.page.keyboard.type("The tribunal's file, which we have read, says it.")
    keys.tab_to("form.desk-act-override button")
    keys.enter()


def classify(keys):
    keys.press("s")
    for field, value in {
        "event_class": "incident", "standard": "public record", "scale": "1",
        "scale_claim": "2", "scope": "1", "scope_claim": "2", "irremediability": "1",
        "irremediability_claim": "2", "reported": "SEV-3",
    }.items():  # fmt: skip
        keys.choose(f"[name={field}]", value)
    keys.tab_to("#severity form button")
    keys.enter()


def reason(keys):
    keys.press("b")
    for slot, words in {
        "system": "The chatbot of Acme", "act": "invented a refund rule",
        "harm": "one customer of Acme lost money",
        "counterfactual": "Had the chatbot not invented it, nobody had relied on Acme's rule.",
    }.items():  # fmt: skip
        keys.type(f"#but-for [name={slot}]", words)
    keys.choose("#but-for [name=result]", "yes")
    keys.tab_to("#but-for form button")
    keys.enter()


def test_editor_reviews_and_publishes_with_keys_alone(waiting, live_server):
    wire, other, editor = waiting
    with chromium() as browser:
        page = browser.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        keys = Keyboard(page)
        page.goto(live_server.url + "/admin/")
        keys.type("#id_username", editor.username)
        keys.type("#id_password", PASSWORD)
        keys.enter()
        keys.tab_to("a[href$='/wires/wire/']")
        keys.enter()
        keys.tab_to(f"a[href='{review(wire)}']")
        keys.enter()

        accept_codes(keys)
        let_the_last_sentence_stand(keys)
        classify(keys)
        reason(keys)
        assert "open" in page.locator("#gate-title").inner_text(), page.locator(
            "#gate"
        ).inner_text()
        keys.press("m")
        keys.tab_to("form.desk-act-publish button")
        keys.enter()
        assert problems == []
        keys.key("n")
        assert page.url == live_server.url + review(other)
    assert Wire.objects.public().filter(pk=wire.pk).exists()
    assert Client().get(f"/wires/{wire.public_id}/").status_code == 200


def test_keys_leave_what_is_typed_alone(waiting, live_server):
    wire, _, editor = waiting
    client = Client()
    client.force_login(editor, backend=BACKEND)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    with chromium() as browser:
        page = browser.new_page()
        page.context.add_cookies([{**cookie, "url": live_server.url}])
        page.goto(live_server.url + review(wire))
        field = page.locator("#but-for [name=system]")
        field.focus()
        page.keyboard.type("jar of ncq")
        assert field.input_value().endswith("jar of ncq")
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        assert page.locator("#keys dl").is_visible()
