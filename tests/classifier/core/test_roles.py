import pytest

from classifier.core.roles import compared_otherwise, turned

NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Zenith sued Acme.", "Acme sued Zenith."),
        ("Zenith has reportedly sued Acme.", "Acme sued Zenith in May."),
        ("Acme was sued by Zenith.", "Acme sued Zenith."),
        ("Acme sued Zenith.", "Acme was later sued in Ohio by Zenith."),
        ("Orbit sued Acme.", "In May Acme and Zenith sued Orbit."),
        ("A judge told Zenith to pay Acme.", "A judge told Acme to pay Zenith."),
        ("Sweden banned it before Norway did.", "Norway banned it before Sweden did."),
        ("The airline warned the vendor.", "The vendor warned the airline."),
        ("The bus was hit by the tram.", "The bus hit the tram."),
        ("Lopez accused Peter Brandt.", "Brandt accused Maria Lopez."),
    ],
)
def test_parties_the_other_way_round_are_seen(claim, passage):
    assert turned(claim, [passage], common=NOTHING)
    assert not turned(claim, [passage, claim], common=NOTHING)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Zenith was sued by Acme.", "Acme sued Zenith."),
        ("Acme sued Zenith.", "Acme sued Zenith, and Zenith sued Acme."),
        ("Acme met Zenith.", "Zenith met Acme."),
        ("Acme sued Orbit.", "Acme sued Zenith and Orbit."),
        ("Acme was sued.", "Acme sued Zenith."),
        ("Orion’s data was bought by Meta.", "Meta bought the data from Orion."),
        ("John Smith sued Jane Smith.", "Jane Smith sued John Smith."),  # not told apart
        ("Acme lost. Zenith won.", "Zenith lost. Acme won."),
        ("It rained.", ""),
        ("", "It rained."),
    ],
)
def test_what_says_the_same_or_something_else_is_not(claim, passage):
    assert not turned(claim, [passage], common=NOTHING)


@pytest.mark.parametrize(
    ("claim", "passage", "otherwise"),
    [
        ("Men got lower scores than women.", "Women got lower scores than men.", True),
        ("White people waited longer than Black people.",
         "Black people waited longer than white people.", True),
        ("Women got lower scores than men.", "Women got lower scores than men.", False),
        ("Women got lower scores than boys.", "Women got lower scores than men.", False),
        ("Women got low scores.", "Women got lower scores than men.", False),
    ],
)  # fmt: skip
def test_sides_of_a_comparison_are_told_apart(claim, passage, otherwise):
    assert compared_otherwise(claim, passage) == otherwise
