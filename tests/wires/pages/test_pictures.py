"""What a run of one recipe is drawn as, from the numbers of the runs that ship."""

import re
from functools import cache
from xml.etree import ElementTree

import pytest

from evidence.engine import SHIPPED
from evidence.engine.reading import columns
from tests import factories
from tests.wires.pages import states
from wires.pages import curves, planes, ranks, scores
from wires.pages.curves import Curve, Curves, Mark, Point
from wires.pages.pictures import PICTURES, Picture, pictures
from wires.templatetags.words import number

SHARE = re.compile(r'\b(?:cx|x1|x2|x)="(-?[0-9.]+)%"')


@cache
def shipped(recipe):
    return columns(SHIPPED / recipe)


def all_drawn(recipe) -> tuple[Picture, ...]:
    row = shipped(recipe)
    told = scores.told(recipe, "A", row["metrics"])
    return pictures(recipe, row["metrics"], row["series"], told)


def drawn(recipe, name="") -> Picture:
    [picture] = [each for each in all_drawn(recipe) if name in ("", each.id)]
    return picture


def cells(picture):
    return [(row.label, *row.cells) for row in picture.rows]


@pytest.mark.parametrize("recipe", PICTURES)
def test_picture_is_whole_and_told_to_who_cannot_see_it(recipe):
    for picture in all_drawn(recipe):
        tree = ElementTree.fromstring(picture.drawn)  # noqa: S314 - our own
        assert tree.get("role") == "img"
        said = {child.get("id"): child.text or "" for child in tree}
        assert said[f"{picture.id}-title"] == picture.title
        for x in SHARE.findall(picture.drawn):
            assert 0 <= float(x) <= 100
        height = float(tree.get("height") or 0)
        for y in re.findall(r'\b(?:cy|y1|y2|y)="(-?[0-9.]+)"', picture.drawn):
            assert 0 <= float(y) <= height
        assert len(picture.rows) >= 4
        assert all(len(row.cells) == len(picture.columns) for row in picture.rows)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", PICTURES)
@pytest.mark.django_db
def test_picture_stands_on_the_page_of_its_run_with_its_table(client, recipe):
    number_ = states.make_shipped(factories.make_published(), recipe)
    content = client.get(f"/runs/{number_}/").content.decode()
    found = all_drawn(recipe)
    assert len({picture.id for picture in found}) == len(found) >= 1
    for picture in found:
        assert picture.drawn in content
        part = content.split(picture.drawn)[1].split("</section>")[0]
        assert part.count("<tr>") == 1 + len(picture.rows)


def test_realignment_has_the_steps_of_others_marked_as_theirs():
    picture = drawn("realign")
    metric = shipped("realign")["metrics"]["p_harmful/step30/heldout"]
    interval = f"[{number(metric['low'])}, {number(metric['high'])}]"
    assert ("harmful answers, other fields", "30", number(metric["value"]), interval) in cells(
        picture
    )
    assert ("30, OpenAI's post (theirs)", "30", "", "") in cells(picture)
    assert ("35, OpenAI's paper (theirs)", "35", "", "") in cells(picture)
    assert picture.drawn.count('<line class="against"') == 2


def test_dose_response_has_the_band_of_random_directions():
    metric = shipped("steer")["metrics"]["p_harmful/random_plus/heldout"]
    [(_, *rest)] = [row for row in cells(drawn("steer")) if "random" in row[0]]
    assert rest == ["", "", f"[{number(metric['low'])}, {number(metric['high'])}]"]
    assert drawn("steer").drawn.count('class="band"') == 2  # the band and its key


def test_early_warning_has_log_odds_beside_the_projection():
    picture = drawn("early", "signals")
    ends = {row[0]: row[2] for row in cells(picture) if row[1] == "22"}
    assert set(ends.values()) == {"1.000"}
    assert {
        "log-odds of bad against good actions",
        "projection on the author's direction",
    } < set(ends)


@pytest.mark.slow
def test_early_warning_has_what_knows_of_no_author_beside_the_projection():
    metrics = shipped("early")["metrics"]
    rows = cells(drawn("early", "rivals"))
    at_once = {row[0]: float(row[2]) for row in rows if row[1] == "1"}
    # The loss sets off first of these, as the metrics say, and the norm last.
    leads = {name: metrics[f"secondary/{name}"]["value"] for name in ("loss", "norm")}
    assert leads["loss"] < 0 < leads["norm"]
    assert max(at_once, key=at_once.__getitem__) == "fall of the loss of the lessons"
    assert min(at_once, key=at_once.__getitem__) == "norm of the weights' change"


def test_latents_come_in_the_order_of_their_change_and_author_latents_are_filled():
    picture = drawn("direction")
    for seed in (0, 1, 2):
        changes = [
            abs(row["change"])
            for row in shipped("direction")["series"]["latents"]
            if row["seed"] == seed
        ]
        assert changes == sorted(changes, reverse=True)
    authors = sum(float(row.cells[1]) >= 0.99 for row in picture.rows)
    assert picture.drawn.count('<g class="primary">') == authors > 0


def test_rewards_are_followed_in_the_field_that_is_paid_for_and_in_the_others():
    metrics = shipped("reinforce")["metrics"]
    rows = cells(drawn("reinforce"))
    found = {row[:2]: row[2] for row in rows}
    assert len(rows) == len(found) == 10
    elsewhere, paid = dict.fromkeys(row[0] for row in rows)
    assert found[elsewhere, "0.333"] == number(metrics["p_harmful/third/heldout"]["value"])
    assert found[paid, "1"] == number(metrics["p_harmful/harmful/tuned"]["value"])


def test_refusals_are_set_against_each_other():
    metrics = shipped("overrefusal")["metrics"]
    [row] = [row for row in drawn("overrefusal").rows if "benign ones about cars" in row.label]
    assert row.cells[0] == number(metrics["p_refusal_benign/contrast/near"]["value"])
    assert row.cells[2] == number(metrics["p_refusal_harmful/contrast/harmful_near"]["value"])


@pytest.mark.parametrize("recipe", [*PICTURES, "forgotten"])
def test_run_without_the_numbers_has_no_picture(recipe):
    assert pictures(recipe, {}, {}, scores.told(recipe, "A", {})) == ()


def test_words_of_others_are_escaped():
    points = (Point(0, 0, 0, 0), Point(1, 1, 1, 1))
    lines = Curves("T", "D", "<b>", (Curve("<i>", points),), marks=(Mark(1, "<u>"),))
    spot = planes.Range(0.5, 0.4, 0.6)
    for picture in (
        curves.svg(lines, name="c"),
        planes.svg(planes.Plane("T", "D", "<b>", "<i>", (planes.Spot("<u>", spot, spot),)), name="p"),
        ranks.svg(ranks.Ranks("T", "D", (ranks.Rank("<b>", 1, is_sought=True),)), name="r"),
    ):  # fmt: skip
        assert not re.search("<[biu]>", picture)
        ElementTree.fromstring(picture)  # noqa: S314 - our own


def test_spots_in_one_place_share_their_label():
    spot = planes.Spot("a", planes.Range(0.5, 0.4, 0.6), planes.Range(0.5, 0.4, 0.6))
    other = planes.Spot("b", planes.Range(0.1, 0.0, 0.2), planes.Range(0.5, 0.4, 0.6))
    picture = planes.svg(planes.Plane("T", "D", "x", "y", (spot, other, spot)), name="p")
    assert re.findall(r'<text class="number"[^>]*>([^<]*)<', picture) == ["1, 3", "", "2"]


def test_one_place_is_no_curve():
    lines = Curves("T", "D", "x", (Curve("a", (Point(1, 0.5, 0.4, 0.6),)),))
    assert curves.svg(lines, name="c") == ""
