import pytest

from classifier.core.numbers import numbers, relation
from classifier.core.units import currency
from classifier.core.values import otherwise


@pytest.mark.parametrize(
    ("claim", "passage", "expected"),
    [
        ("It fell on Tuesday.", "On Monday it fell.", ("Tuesday",)),
        ("It rose from 48 to 12.", "It rose from 12 to 48.", ("48 to 12",)),
        ("There were 12 in 2021 and 48 in 2019.", "There were 12 in 2019 and 48 in 2021.",
         ("12 in 2021", "48 in 2019")),
        ("Two drones fell.", "A delivery drone fell.", ("Two",)),
    ],
)  # fmt: skip
def test_value_told_otherwise_is_seen_and_another_sentence_may_uphold_it(
    claim, passage, expected
):
    assert otherwise(claim, passage, []) == expected
    assert otherwise(claim, passage, [claim]) == ()


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("It fell on Monday.", "On Monday it fell."),
        ("It fell on Monday.", "It fell."),
        ("The Sunday Times said so.", "On Monday it fell."),
        ("It rose from 12 to 48.", "It rose from 12 to 48."),
        ("In 2021 there were 48.", "There were 12 in 2019 and 48 in 2021."),
        ("It rose from 12 to 48.", "It rose to 48."),
        ("Two drones fell.", "A drone fell and another of the two drones hung in a tree."),
        ("One drone fell.", "A drone fell."),
        ("", ""),
    ],
)
def test_what_agrees_or_is_not_told_is_not(claim, passage):
    assert otherwise(claim, passage, []) == ()


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("€1.5 million", "$1.5 million", "different"),
        ("US$1.5 million", "1.5 million dollars", "same"),
        ("8,000 pounds", "£8,000", "same"),
        ("20 metres", "20 feet", "different"),
        ("20 metres", "20 meters away", "same"),
        ("36 days", "36 hours", "different"),
        ("12 metres", "40 feet", "unrelated"),
        ("412% of applicants", "412 applicants", "different"),
        ("9% of the applicants", "9% of users", "same"),
    ],
)
def test_a_number_is_another_in_another_unit(claim, source, expected):
    [mine], [theirs] = numbers(claim), numbers(source)
    assert relation(mine, theirs) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("US$", "dollar"), ("$", "dollar"), (" GBP", "pound"), ("euros", "euro"), ("¥", ""), ("", "")],
)  # fmt: skip
def test_currency_is_told(written, expected):
    assert currency(written) == expected
