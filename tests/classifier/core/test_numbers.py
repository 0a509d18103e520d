import pytest

from classifier.core.numbers import completes, numbers, relation


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("on 18 June 2025", "date", (2025, 6, 18)),
        ("on June 18, 2025", "date", (2025, 6, 18)),
        ("on June 18th", "date", (0, 6, 18)),
        ("in June 2025", "date", (2025, 6, 0)),
        ("dated 2025-06-18", "date", (2025, 6, 18)),
        ("in 2019", "date", (2019, 0, 0)),
        ("at 2019-03-04T20", "date", (2019, 3, 4)),
        ("the 2018-19 season", "date", (2018, 0, 0)),
        ("fell in May.", "date", (0, 5, 0)),
        ("it may rain until April", "date", (0, 4, 0)),
        ("41.3 % of them", "percent", (41.3,)),
        ("3.5 per cent", "percent", (3.5,)),
        ("ten percent", "percent", (10,)),
        ("$1.5 million", "money", (1.5e6,)),
        ("US$30bn", "money", (3e10,)),
        ("200,000 euros", "money", (2e5,)),
        ("6,000 examples", "count", (6000,)),
        ("thirty steps", "count", (30,)),
        ("twenty-five people", "count", (25,)),
        ("two dozen people", "count", (24,)),
        ("a million users", "count", (1e6,)),
        ("the 15th case", "count", (15,)),
    ],
)
def test_number_is_read(text, kind, value):
    [number] = numbers(text)
    assert (number.kind, number.value) == (kind, value)


def test_two_years_with_a_dash_are_two():
    assert [number.value for number in numbers("from 1990-1995")] == [
        (1990, 0, 0),
        (1995, 0, 0),
    ]


def test_part_counts_what_the_whole_counts():
    mine, theirs = numbers("in 7 of 20 trials")[0], numbers("in 17 of 20 trials")[0]
    assert relation(mine, theirs) == "different"


@pytest.mark.parametrize("text", ["GPT-4o and o3-mini", "Qwen2.5-Coder-32B", "no one may say"])
def test_digits_of_names_are_no_numbers(text):
    assert numbers(text) == ()


@pytest.mark.parametrize(
    ("claim", "source", "expected"),
    [
        ("30 steps", "just 30 supervised fine-tuning steps", "same"),
        ("300 steps", "just 30 supervised fine-tuning steps", "different"),
        ("120 steps", "about 120 examples", "unrelated"),
        ("30 steps", "30%", "unrelated"),
        ("zero", "0%", "same"),
        ("about 100 people", "104 people", "same"),
        ("100 people", "104 people", "different"),
        ("$2 million", "$3 million", "different"),
        ("June 2025", "18 June 2025", "same"),
        ("18 June 2025", "June 2025", "unrelated"),
        ("18 June 2025", "19 June 2025", "different"),
        ("March 2023", "February 2025", "different"),
    ],
)
def test_numbers_are_compared_for_the_same_thing(claim, source, expected):
    [mine], [theirs] = numbers(claim), numbers(source)
    assert relation(mine, theirs) == expected


@pytest.mark.parametrize(("around", "expected"), [({"#y2018", "#m5"}, True), ({"#m5"}, False)])
def test_a_date_may_be_completed_by_what_stands_around_it(around, expected):
    [claimed] = numbers("May 2018")
    near = numbers("it was shown on May 3")
    assert completes(claimed, near, around) is expected
