import re
from xml.etree import ElementTree

import pytest

from wires.pages.charts import Chart, Row, svg

DOT = re.compile(r'<circle cx="([0-9.]+)%"')


def chart(*rows: Row, line: float | None = None) -> Chart:
    return Chart("Title", "Description.", rows, line, "smallest effect")


def row(value: float, low: float, high: float, label: str = "arm") -> Row:
    return Row(label, value, low, high, "arm")


def test_dots_stand_on_one_axis_from_zero_to_one():
    drawn = svg(chart(row(0, 0, 0), row(0.5, 0.4, 0.6), row(1, 1, 1)), name="c")
    assert [float(x) for x in DOT.findall(drawn)] == [2.5, 50.0, 97.5]


def test_axis_reaches_as_far_as_an_interval():
    drawn = svg(chart(row(-0.2, -0.5, 0.1), row(1, 1, 1)), name="c")
    assert [float(x) for x in DOT.findall(drawn)] == [pytest.approx(21.5), 97.5]
    assert ">\N{MINUS SIGN}0.5<" in drawn or ">\N{MINUS SIGN}0.4<" in drawn


@pytest.mark.parametrize("high", [1, 1.2, 3, 60, 12_000])
def test_axis_has_a_few_round_ticks(high):
    ticks = re.findall(
        r'<text class="tick"[^>]*>([^<]+)<', svg(chart(row(0, 0, high)), name="c")
    )
    assert 3 <= len(ticks) <= 8
    assert ticks[0] == "0"


def test_everything_drawn_lies_inside_the_picture():
    drawn = svg(chart(row(-3, -4, 2), row(7, 5, 9), line=0.1), name="c")
    for x in re.findall(r'(?:cx|x1|x2|\bx)="(-?[0-9.]+)%"', drawn):
        assert 0 <= float(x) <= 100


def test_chart_is_told_to_who_cannot_see_it():
    tree = ElementTree.fromstring(svg(chart(row(0.5, 0.4, 0.6, "tuned")), name="c"))  # noqa: S314 - our own
    assert tree.get("role") == "img"
    assert tree.get("aria-labelledby") == "c-title c-desc"
    said = {child.get("id"): child.text or "" for child in tree}
    assert said["c-title"] == "Title"
    assert "tuned: 0.50, interval 0.40 to 0.60" in said["c-desc"]


def test_words_are_escaped_and_long_labels_are_cut_into_lines():
    label = "<b>an arm</b> & a label that is longer than a telephone is wide, so it wraps"
    drawn = svg(chart(row(0.5, 0.4, 0.6, label), line=0.1), name="c")
    tree = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    assert "<b>" not in drawn
    lines = [text.text or "" for text in tree.iter("text") if not text.get("class")]
    assert len(lines) > 1
    assert max(map(len, lines)) <= 38
    assert " ".join(lines) == label


def test_chart_without_rows_is_nothing():
    assert svg(chart(), name="c") == ""
