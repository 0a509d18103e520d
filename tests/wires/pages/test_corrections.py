"""The corrections page: notices by kind, counted by quarter, and nothing that is not public."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests import factories
from tests.wires.merges import merged
from tests.wires.pages import states
from wires.models import Notice
from wires.pages import bars, keyset

pytestmark = pytest.mark.django_db
PAGE = "/corrections/"
LINK = re.compile(r'<h2><a href="/wires/(AIW-[0-9-]+)/#notices">')
ROW = re.compile(r'<tr><th scope="row">(.*?)</th>((?:<td class="n">\d+</td>)+)</tr>')


def listed(client, query=""):
    return LINK.findall(client.get(PAGE + query).content.decode())


def table(client, query=""):
    """Return the counts by quarter: corrections, disputes, withdrawals and all."""
    rows = ROW.findall(client.get(PAGE + query).content.decode())
    return {label: [int(n) for n in re.findall(r"\d+", cells)] for label, cells in rows}


def notice(wire, kind, *, on, **values):
    """A notice of a day; the clock of a row stands where the test puts it."""
    made = Notice(wire=wire, kind=kind, text="It was wrong.", made_by=wire.filed_by, **values)
    with pytest.MonkeyPatch.context() as then:
        then.setattr(timezone, "now", lambda: datetime(*on, 12, tzinfo=UTC))
        made.save()
    return made


@pytest.fixture
def late(monkeypatch):
    """The site as it is asked in August 2027."""
    moment = datetime(2027, 8, 9, tzinfo=UTC)
    return lambda: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.mark.slow
def test_each_kind_is_listed_alone(client):
    amended, disputed, gone = (
        states.make_amended(), states.make_disputed(), factories.make_withdrawn(),
    )  # fmt: skip
    everything = [gone.public_id, disputed.public_id, amended.public_id]
    assert listed(client) == everything
    for kind, wire in (("correction", amended), ("dispute", disputed), ("withdrawal", gone)):
        assert listed(client, f"?kind={kind}") == [wire.public_id]
        content = client.get(f"{PAGE}?kind={kind}").content.decode()
        assert f'href="?kind={kind}" aria-current="page"' in content


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["nonsense", "correction%00", "CORRECTION"])
def test_unknown_kind_is_not_found(client, kind):
    states.make_amended()
    assert client.get(f"{PAGE}?kind={kind}").status_code == 404


def test_kind_that_has_no_notice_says_so(client):
    states.make_amended()
    response = client.get(f"{PAGE}?kind=dispute")
    assert "No notice of this kind so far." in response.content.decode()
    assert table(client, "?kind=dispute") == table(client)


@pytest.mark.slow
def test_pages_of_a_kind_keep_to_it(client, monkeypatch):
    monkeypatch.setattr(keyset.Keyset.page, "__kwdefaults__", {"size": 1, "kept": {}})
    first = states.make_amended()
    factories.make_withdrawn()
    second = states.make_amended()
    content = client.get(f"{PAGE}?kind=correction").content.decode()
    older = re.search(r'rel="next" href="(\?[^"]+)"', content)[1].replace("&amp;", "&")
    assert listed(client, "?kind=correction") == [second.public_id]
    assert listed(client, older) == [first.public_id]


@pytest.mark.slow
def test_notices_are_counted_by_quarter_with_the_empty_ones(client, late):
    wire, other = factories.make_published(), factories.make_published()
    for day in ((2026, 10, 1), (2026, 12, 31), (2027, 1, 1)):
        notice(wire, "correction", on=day)
    notice(other, "dispute", on=(2026, 11, 15))
    notice(other, "withdrawal", on=(2027, 8, 2))
    late()
    assert list(table(client).items()) == [
        ("2027, quarter 3", [0, 0, 1, 1]),
        ("2027, quarter 2", [0, 0, 0, 0]),
        ("2027, quarter 1", [1, 0, 0, 1]),
        ("2026, quarter 4", [2, 1, 0, 3]),
    ]


def test_chart_shows_the_table(client, late):
    wire = factories.make_published()
    for kind, on in (("correction", (2027, 4, 1)), ("correction", (2027, 4, 2)),
                     ("dispute", (2027, 5, 1)), ("withdrawal", (2027, 7, 1))):  # fmt: skip
        notice(wire, kind, on=on)
    late()
    content = client.get(PAGE).content.decode()
    drawn = ElementTree.fromstring(re.search(r"<svg.*?</svg>", content, re.DOTALL)[0])  # noqa: S314
    widths = [
        (rect.get("class"), rect.get("width")) for group in drawn.iter("g") for rect in group.iter("rect")
    ]  # fmt: skip
    assert widths == [("light", "61.33%"), ("open", "30.67%"), ("solid", "30.67%")]
    said = drawn.find("desc").text
    assert (
        "2027, quarter 2: corrections 2, disputes 1; 2027, quarter 3: withdrawals 1." in said
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, states.make_scheduled]
)
def test_hidden_wire_has_no_notice_and_is_named_in_none(client, make):
    states.make_amended()
    before = client.get(PAGE).content
    hidden, public = make(), factories.make_published()
    for wire, related in ((hidden, None), (public, hidden)):
        with (
            pytest.raises(IntegrityError, match="notice_names_public_wires"),
            transaction.atomic(),
        ):
            notice(wire, "correction", on=(2026, 1, 1), related=related)
    assert client.get(PAGE).content == before


@pytest.mark.slow
def test_notice_names_the_other_wire_with_its_headline(client):
    survivor, wire = factories.make_published(), factories.make_published()
    merged(wire, survivor)
    content = client.get(PAGE).content.decode()
    assert f'href="/wires/{survivor.public_id}/"' in content
    assert survivor.record["headline"] in content
    assert [counts[3] for counts in table(client).values()] == [1]


def test_bars_without_a_count_are_nothing():
    assert bars.svg((), title="t", description="d", name="n") == ""
    empty = bars.Bar("2027, quarter 1", (bars.Part("corrections", 0, "light"),))
    assert bars.svg((empty,), title="t", description="d", name="n") == ""


def test_words_of_bars_are_escaped():
    bar = bars.Bar("<b>&", (bars.Part("<i>", 3, "solid"),))
    drawn = bars.svg((bar,), title="<t>", description="<d>", name="n")
    tree = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    assert not re.search("<[bitd]>", drawn)
    assert [text.text for text in tree.iter("text")] == ["<b>&", "3"]
