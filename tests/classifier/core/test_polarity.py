import pytest

from classifier.core.opposites import have_converse, is_prefixed, opposites
from classifier.core.polarity import is_unanswered, negated, reversed_terms
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
        ("The city's use was unlawful", "The city's use was lawful"),
        ("The advice was right", "The advice was wrong"),
        ("Reports of fraud increased", "Reports of fraud decreased"),
        ("Nobody was injured in the crash", "Two people were injured in the crash"),
        ("Acme denied that it leaked data", "Acme leaked data"),
        ("Acme denied leaking the data", "Acme was leaking the data"),
        ("The agency reinstated the permit", "The agency suspended the permit"),
        ("Acme avoided a fine in Berlin", "Acme paid a fine in Berlin"),
        ("It is unlikely that a judge ruled so", "A judge ruled so"),
        ("The director ain't apologized", "The director apologized"),
        ("She did n\u200bot apologize", "She did apologize"),
        ("She did n\u043et apologize", "She did apologize"),
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
        ("The application was denied by the agency", "The agency denied the application"),
        ("The agency denied him the benefits", "The benefits were denied him by the agency"),
        ("It did not pass the test", "It failed the test"),
        ("The search was not legal in Ohio", "The search was illegal in Ohio"),
        ("The search was illegal in Ohio", "The search was not legal in Ohio"),
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


@pytest.mark.parametrize(
    ("one", "other", "is_opposite"),
    [
        ("lawful", "unlawful", True),
        ("reliable", "unreliable", True),
        ("legal", "illegal", True),
        ("trusted", "mistrusted", True),
        ("it", "unit", False),
        ("lawful", "lawful", False),
        ("lawful", "awful", False),
    ],
)
def test_prefix_turns_a_word_round(one, other, is_opposite):
    assert is_prefixed(one, other) == is_prefixed(other, one) == is_opposite


def test_comparison_from_the_other_side_says_the_same():
    before, after = frozenset({stem("before"), "x"}), frozenset({stem("after"), "y"})
    assert have_converse(before, after)
    assert have_converse(after, before)
    assert not have_converse(before, before | after)
    assert not have_converse(frozenset({stem("legal")}), frozenset({stem("illegal")}))


@pytest.mark.parametrize(
    ("claim", "passage", "expected"),
    [
        ("The damage cannot be reversed", "The damage is easy to undo", True),
        ("The damage cannot be reversed", "Nobody could undo the damage", False),
        ("The tool did not pass the test", "The tool failed the test", False),
        ("The results were not expected", "The results were unexpected", False),
        ("It had nothing to do with programming", "It was unrelated to coding", False),
        ("The damage can be reversed", "The damage is easy to undo", False),
    ],
)
def test_denial_that_the_passage_does_not_answer_is_seen(claim, passage, expected):
    assert is_unanswered(claim, passage) is expected


def test_opposite_beside_the_word_itself_does_not_excuse_a_denial():
    passage = "Narrow work, narrow effects: special training can have broad consequences"
    assert reversed_terms("Special training can not have broad consequences", passage)
