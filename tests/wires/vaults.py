"""A vault for tests: this machine may be reached, and files go to a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.wires.fetching.site import Answer, Site, serving
from wires import vault
from wires.models import Fetch, Source, User, Wire

FIRST = "A chatbot of Acme invented a refund rule in May 2024."
SECOND = "Acme paid 812 dollars to one customer after a tribunal ruled against it."
THIRD = "The rule did not exist on the website of Acme."


def plain(*paragraphs: str) -> Answer:
    """A text that is read quickly; pages take a parser half a second."""
    return 200, {"Content-Type": "text/plain; charset=utf-8"}, "\n".join(paragraphs).encode()


ARTICLE = plain(FIRST, SECOND, THIRD)


@pytest.fixture
def site(settings: Any, tmp_path: Any) -> Iterator[Site]:
    """A web server that the vault may reach, with a text at /a."""
    settings.FETCH_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.FETCH_SECONDS = 10
    settings.DATA_DIR = tmp_path
    with serving() as found:
        found.pages["/a"] = ARTICLE
        yield found


class Clock:
    """What time it is, for rows and for who asks; it can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.real = timezone.now

    def __call__(self) -> datetime:
        return self.real() + self.ahead

    def forward(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(timezone, "now", found)
    return found


def ask(site: Site, path: str = "/a", *, by: User | None = None, **values: Any) -> Fetch:
    return vault.ask_fetch(site.url(path), by=by or factories.make_editor(), **values)


def done(asked: Fetch) -> Fetch:
    """Fetch what was asked for, as the worker does."""
    vault.fetch(asked.pk)
    asked.refresh_from_db()
    return asked


def make_fetched(site: Site, path: str = "/a", **values: Any) -> Source:
    """A document that was fetched from the site, cited by nobody."""
    fetched = done(ask(site, path, **values))
    assert fetched.source is not None, fetched.problem
    return fetched.source


def acts(wire: Wire) -> list[str]:
    """What the history of a wire says, oldest first."""
    return list(wire.events.values_list("act", flat=True))
