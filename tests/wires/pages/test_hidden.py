"""What is not public leaves no trace on any page."""

import pytest

from tests import factories
from tests.wires.pages import states
from wires import exhibits

pytestmark = pytest.mark.django_db

PAGES = ("/", "/archive/", "/corrections/", "/codes/M2/", "/codes/F6/", "/feed.xml",
         "/sitemap.xml", "/about/", "/classifier/")  # fmt: skip


def listing(wire) -> list[str]:
    at = wire.first_published_at
    return [*PAGES, f"/archive/{at:%Y}/", f"/archive/{at:%Y}/{at:%m}/", states.page(wire)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, states.make_scheduled]
)
def test_wire_that_is_not_public_is_nowhere(client, make):
    public = factories.make_published()
    before = {path: client.get(path).content for path in listing(public)}
    hidden = make()
    for path, content in before.items():
        assert client.get(path).content == content, path
        assert hidden.public_id.encode() not in content


@pytest.mark.slow
def test_waiting_headline_is_nowhere(client):
    public = factories.make_published()
    before = {path: client.get(path).content for path in listing(public)}
    states.make_revised(public, headline="A headline that waits")
    assert {path: client.get(path).content for path in before} == before


def test_run_of_a_wire_that_is_not_public_is_not_found(client):
    editor = factories.make_editor()
    hidden, run = factories.make_reviewed(editor), factories.make_run()
    exhibits.attach(hidden.pk, run.pk, by=editor, claim=1)
    assert client.get(f"/runs/{run.pk}/").status_code == 404


def test_run_names_only_its_public_wires(client):
    editor = factories.make_editor()
    public, hidden = factories.make_published(editor), factories.make_reviewed(editor)
    run = factories.make_run()
    for wire in (public, hidden):
        exhibits.attach(wire.pk, run.pk, by=editor, claim=1)
    content = client.get(f"/runs/{run.pk}/").content.decode()
    assert public.public_id in content
    assert hidden.public_id not in content
