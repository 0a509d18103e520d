import pytest

from classifier.core.hedges import is_hedged_otherwise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A judge may have ruled so.", "A judge ruled so."),
        ("Perhaps the car braked.", "The car braked."),
        ("The auditor suspected that it punished widows.", "It punished widows."),
        ("The score could fall.", "The score fell to 3, a fall of 2."),
    ],
)
def test_what_may_be_is_not_what_is(one, other):
    assert is_hedged_otherwise(one, other)
    assert is_hedged_otherwise(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A judge may rule so.", "A judge might rule so."),
        ("A judge may rule so.", "A judge can rule so."),
        ("The car braked in May.", "The car braked."),
        ("The car braked.", "The car braked, which may be why nobody fell."),
        ("It could not see.", "It saw nothing."),
        ("", "It may rain."),
    ],
)
def test_the_same_in_another_hedge_and_hedges_of_something_else_are_not(one, other):
    assert not is_hedged_otherwise(one, other)
    assert not is_hedged_otherwise(other, one)
