"""The public page of the classifier, and the same for programs."""

from datetime import timedelta

import jsonschema
import orjson
import pytest
from django.utils import timezone

from tests import factories
from tests.wires.admin.desk import make_classifier, make_trained, page
from tests.wires.api.test_schema import complete, served
from tests.wires.test_agreement import activated, in_use, ticking
from wires import lifecycle, taxonomy

pytestmark = pytest.mark.django_db
PAGE, TWIN = "/classifier/", "/api/v1/classifier/"
MEASURES = {"M": {"micro_f1": {"value": 0.512, "low": 0.45, "high": 0.57}}}


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


@pytest.fixture
def data(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def told(client):
    return orjson.loads(client.get(TWIN).content)


def test_it_says_what_would_fill_it(client):
    assert "No classifier has read a text yet" in page(client.get(PAGE))
    assert told(client) == {"version": None, "learned_from": 0, "seen": None, "blind": None}
    make_classifier()
    shown = page(client.get(PAGE))
    assert "No version has been activated" in shown
    assert "It fills as editors publish wires" in shown
    assert "It fills as editors code wires whose proposal is hidden" in shown


@pytest.mark.slow
@pytest.mark.usefixtures("data")
def test_it_tells_the_version_and_the_figures_with_their_intervals(client):
    version = in_use(make_trained(metrics=MEASURES))
    for _ in range(3):
        ticking(factories.make_published(), "M2", "F7")
    ticking(factories.make_published(), "M2", is_blind=True, unseen=["F6", "M2"])
    shown = page(client.get(PAGE))
    for words in ("a" * 64, version.weights, "0.45 to 0.57", "3 of 6 ticked codes were put",
                  "1 of 1 ticked codes were put", "3 of 3 wires have a ticked code", "<svg"):  # fmt: skip
        assert words in shown, words
    figures = told(client)
    assert figures["version"]["digest"] == "a" * 64
    assert figures["version"]["metrics"]["M/micro_f1"]["value"] == 0.512
    assert (figures["seen"]["wires"], figures["blind"]["wires"]) == (3, 1)
    assert figures["seen"]["precision"]["part"] == 3
    low, high = (figures["seen"]["precision"][end] for end in ("low", "high"))
    assert low < 0.5 < high


@pytest.mark.usefixtures("data")
def test_answers_have_the_shape_that_the_schema_describes(client):
    schema = served(client)
    shape = {
        **complete({"$ref": "#/components/schemas/Classifier"}),
        "components": {"schemas": complete(schema["components"]["schemas"])},
    }
    jsonschema.validate(told(client), shape)
    in_use(make_trained(metrics=MEASURES))
    ticking(factories.make_published(), "M2")
    jsonschema.validate(told(client), shape)


@pytest.mark.slow
def test_it_does_not_change_by_what_is_not_public(client):
    activated()
    ticking(factories.make_published(), "M2")
    editor = factories.make_editor()
    before = client.get(PAGE).content, client.get(TWIN).content
    for _ in range(2):
        wire = ticking(factories.make_reviewed(editor), "M2", "F9")
    lifecycle.schedule(wire.pk, by=editor, at=timezone.now() + timedelta(days=1))
    assert (client.get(PAGE).content, client.get(TWIN).content) == before


def test_it_is_linked_from_every_page_and_in_the_sitemap(client):
    assert 'href="/classifier/"' in page(client.get("/"))
    assert "/classifier/" in client.get("/sitemap.xml").content.decode()


def test_unchanged_answer_is_not_sent_again(client):
    activated()
    etag = client.get(TWIN)["ETag"]
    assert client.get(TWIN, headers={"if-none-match": etag}).status_code == 304
    assert client.get(TWIN, {"x": "1"}).status_code == 400


@pytest.mark.slow
def test_queries_are_bounded(client, django_assert_num_queries):
    activated()
    for count in (1, 3):
        for _ in range(count):
            ticking(factories.make_published(), "M2")
        with django_assert_num_queries(7):
            client.get(PAGE)


@pytest.mark.parametrize(
    ("one_in", "words"), [(10, "One proposal in 10"), (0, "No proposal is")]
)
def test_it_says_how_many_proposals_are_hidden(client, settings, one_in, words):
    settings.BLIND_ONE_IN = one_in
    make_classifier()
    assert words in page(client.get(PAGE))
