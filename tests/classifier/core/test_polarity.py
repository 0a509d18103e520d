import pytest

from classifier.core.opposites import opposites
from classifier.core.polarity import negated, reversed_terms
from classifier.core.words import stem


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Alignment cannot be restored", "alignment can be restored with little training"),
        ("The latent is active in jailbreaks", "the latent is not active in jailbreaks"),
        ("The model behaves better", "it causes the model to behave worse"),
        ("The latent becomes less active", "it becomes more active"),
        ("The code was secure", "the code was insecure"),
        ("The firm failed to publish its results", "the firm published its results"),
        ("The effect is limited to code", "The effect isn't limited to code"),
        ("Errors rose in the test", "Errors fell in the test"),
    ],
)
def test_the_opposite_is_seen(claim, passage):
    assert reversed_terms(claim, passage)
    assert reversed_terms(passage, claim)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        (
            "The model adopts a persona",
            "the model is not merely memorizing but adopts a persona",
        ),
        ("Code and law were affected", "not only code but law was affected"),
        ("It is more active", "more examples made it more active"),
        ("The code was insecure", "the code was insecure"),
        ("It did not publish", "it did not publish"),
        ("Fewer users left", "more engineers were hired"),
    ],
)
def test_agreement_is_not_taken_for_the_opposite(claim, passage):
    assert reversed_terms(claim, passage) == ()


def test_negation_ends_with_its_clause():
    denied, asserted = negated("It did not restore alignment, but steering worked")
    assert stem("restore") in denied
    assert stem("steering") in asserted


def test_opposites_come_by_table_and_by_prefix():
    assert stem("decrease") in opposites(stem("increase"))
    assert stem("misaligned") in opposites(stem("aligned"))
