import pytest

from classifier.core.amounts import is_of_more
from classifier.core.claims import check
from classifier.core.opposites import turned_particles
from classifier.core.types import SourceText

FALSE = [
    ("Three nurses were dismissed.", "All nurses were dismissed."),
    ("The bank refunded up to £120 to some of the customers.",
     "The bank refunded at least £120 to all of the customers."),
    ("Some of the nurses were dismissed in June.", "Most of the nurses were dismissed in June."),
    ("The bank refunded up to £120 to customers.", "The bank refunded at least £120 to customers."),
    ("The port turned off the sensors in June.", "The port turned on the sensors in June."),
    ("The scanner was switched on.", "The scanner was switched off."),
    ("Errors rose 4% in 2019 and fell 9% in 2020.", "Errors fell 4% in 2019."),
    ("Errors rose 4% in 2019 and fell 9% in 2020.", "Errors rose 9% in 2020."),
    ("Officers said the van had passed a red signal.",
     "Officers said the van had passed a green signal."),
]  # fmt: skip
TRUE = [
    ("All nurses were dismissed.", "All nurses were dismissed."),
    ("The three nurses were dismissed.", "All the nurses were dismissed."),
    ("Most of the nurses were dismissed.", "Some of the nurses were dismissed."),
    ("Most nurses were dismissed, some in June.", "Most nurses were dismissed."),
    ("All 14 nurses were dismissed.", "All 14 nurses were dismissed."),
    ("The bank refunded up to £120 to some of the customers.",
     "Some of the customers were refunded up to £120."),
    ("The port turned off the sensors in June.", "In June the port turned the sensors off."),
    ("Errors rose 4% in 2019 and fell 9% in 2020.", "In 2020 errors fell 9%."),
    ("Errors rose by 4% in 2019 and fell by 9% in 2020.", "In 2019 errors rose by 4%."),
]  # fmt: skip


@pytest.mark.parametrize(("source", "claim"), FALSE)
def test_other_amount_bound_or_direction_is_not_supported(encoder, source, claim):
    [finding] = check([claim], [SourceText("report", source)], encode=encoder.encode)
    assert finding.verdict in ("unsupported", "contradicted"), finding


@pytest.mark.parametrize(("source", "claim"), TRUE)
def test_same_amount_bound_and_direction_stay(encoder, source, claim):
    [finding] = check([claim], [SourceText("report", source)], encode=encoder.encode)
    assert finding.verdict in ("supported", "partly"), finding


def test_all_is_told_from_some_only_of_the_same_thing():
    assert is_of_more("Every camera failed.", "Several cameras failed.")
    assert not is_of_more("All cameras failed.", "Cameras failed on two days.")
    assert not is_of_more("All cameras failed.", "Two cameras failed, and then all did.")


def test_most_is_told_from_some_only_of_the_same_thing():
    assert is_of_more("Most cameras failed.", "A few cameras failed.")
    assert is_of_more("Most of the cameras failed.", "Many of the cameras failed.")
    assert is_of_more("All cameras failed.", "Most cameras failed.")
    assert not is_of_more("Some cameras failed.", "Most cameras failed.")
    assert not is_of_more("Most cameras failed.", "Two of three cameras failed.")  # it is most
    assert not is_of_more(
        "Most cameras failed.", "Some lenses cracked, and most cameras failed."
    )
    assert not is_of_more("Most cameras failed.", "Some cameras, a majority of them, failed.")
    assert not is_of_more("At most two cameras failed.", "Some cameras failed.")
    assert not is_of_more("The most costly cameras failed.", "Some costly cameras failed.")


def test_particle_goes_with_its_verb():
    assert turned_particles("It was switched on.", "It was switched off.") == {"on"}
    assert not turned_particles("It was tested on Monday.", "It took off.")


def test_what_is_denied_agrees_with_what_is_not_so(encoder):
    source = SourceText("report", "Orbis Data denied that its score was at fault.")
    claims = ["Orbis said its score was not to blame.", "Orbis said its score was at fault."]
    same, other = check(claims, [source], encode=encoder.encode)
    assert same.verdict != "contradicted", same
    assert other.verdict not in ("supported", "partly"), other
