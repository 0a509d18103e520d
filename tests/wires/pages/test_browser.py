"""The pages in a real browser: what only a rendered page can show."""

from collections.abc import Iterator
from pathlib import Path

import axe_core_python
import pytest
from django.db import connection, transaction
from playwright.sync_api import Browser

from tests import factories
from tests.wires.browser import chromium
from tests.wires.pages import states
from tests.wires.test_agreement import activated, ticking

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
LONG = "Anunbrokenwordthatislongerthanatelephoneiswideandthereforehastobebroken"

# One recipe for each kind of picture: curves, a plane, ranks.
PICTURED = ("realign", "overrefusal", "direction")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paths() -> list[str]:
    """Fill the archive with a wire of each kind; return the address of every page."""
    with transaction.atomic():
        wire = states.make_amended(headline=f"{LONG} {LONG}")
        run = states.make_exhibited(wire)
        drawn = [states.make_shipped(wire, recipe) for recipe in PICTURED]
        disputed, gone = states.make_disputed(), factories.make_withdrawn()
        activated()
        ticking(disputed, "M2", "F7")
        connection.run_on_commit.clear()  # no worker listens here
    at = wire.first_published_at
    return [
        "/", "/archive/", f"/archive/{at:%Y}/", f"/archive/{at:%Y}/{at:%m}/", "/corrections/",
        "/about/", "/codes/M2/", "/codes/M9/", "/nowhere/", "/classifier/", f"/runs/{run}/",
        *(f"/runs/{number}/" for number in drawn),
        f"{states.page(wire)}versions/1/", *map(states.page, (wire, disputed, gone)),
    ]  # fmt: skip


@pytest.fixture
def browser(paths) -> Iterator[Browser]:
    """Start after the archive is filled; see `chromium`."""
    with chromium() as started:
        yield started


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_loaded_from_elsewhere(
    browser, paths, live_server, theme
):
    # The policy of the pages would refuse the checker's own script, so it is put aside.
    page = browser.new_page(color_scheme=theme, bypass_csp=True)
    asked, problems = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    for path in paths:
        page.goto(live_server.url + path)
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        problems += [
            f"{path}: {rule['id']}: {[node['html'][:120] for node in rule['nodes']]}"
            for rule in found["violations"]
        ]
    assert not problems
    assert asked
    assert [url for url in asked if not url.startswith(live_server.url)] == []


def test_policy_of_the_pages_refuses_nothing_that_they_need(browser, paths, live_server):
    page = browser.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    for path in paths:
        if path != "/nowhere/":  # the console tells of its status
            page.goto(live_server.url + path)
            assert page.evaluate("document.styleSheets[0].cssRules.length") > 50
    assert said == []


def test_nothing_is_wider_than_a_small_telephone(browser, paths, live_server):
    page = browser.new_page(viewport={"width": 320, "height": 640})
    wide = []
    for path in paths:
        page.goto(live_server.url + path)
        width = page.evaluate("document.documentElement.scrollWidth")
        wide += [f"{path}: {width}"] if width > 320 else []
    assert wide == []


def test_letters_of_a_chart_stay_legible_on_a_telephone(browser, paths, live_server):
    page = browser.new_page(viewport={"width": 360, "height": 640})
    for path in paths:
        if not path.startswith("/runs/"):
            continue
        page.goto(live_server.url + path)
        heights = page.eval_on_selector_all(
            ".chart text",
            "all => all.map(text => parseFloat(getComputedStyle(text).fontSize))",
        )
        assert heights
        assert min(heights) >= 12
        right = page.eval_on_selector_all(
            ".chart text", "all => all.map(text => text.getBoundingClientRect().right)"
        )
        assert max(right) <= 360


def test_first_key_leads_past_the_navigation(browser, paths, live_server):
    page = browser.new_page()
    page.goto(live_server.url + "/")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to the content"
    assert focused.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_verdict_of_a_sentence_opens_its_passage(browser, paths, live_server):
    page = browser.new_page()
    page.goto(
        live_server.url
        + next(path for path in paths if path.startswith("/wires/") and "versions" not in path)
    )
    passage = page.locator("#claim-1 blockquote")
    assert not passage.is_visible()
    page.locator("#said-1").press("Enter")
    assert passage.is_visible()
    page.locator("#claim-1 a", has_text="Back to sentence 1").click()
    assert page.evaluate("location.hash") == "#said-1"
