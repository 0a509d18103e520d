import pytest

from classifier.core.synonyms import near
from classifier.core.words import fold, stem, terms, words


@pytest.mark.parametrize(
    "forms",
    [
        "generalise generalize generalisation generalized generalization",
        "refuse refuses refused refusal refusing",
        "train trains trained training",
        "model models modelling modeling modelled",
        "company companies",
        "kill kills killed killing",
        "recall recalls recalled",
        "metre metres meter meters",
        "vulnerability vulnerabilities vulnerable",
        "die died dead deaths",
        "activate activation activated active activity",
        "misalign misaligned misalignment",
        "behaviour behavior behaves behaved",
        "cars automotive",
        "easy easily easier",
    ],
)
def test_forms_of_a_word_share_a_stem(forms):
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("aligned", "misaligned"),
        ("secure", "insecure"),
        ("refuse", "reuse"),
        ("policy", "police"),
    ],
)
def test_other_words_do_not(one, other):
    assert stem(one) != stem(other)


def test_terms_leave_small_words_out():
    assert terms("It is the U.S. model's fine-tuning, not theirs.") == (
        "usa",
        "model",
        "fin",
        "tun",
    )


def test_words_know_their_place():
    text = "GPT-4o\u2019s “persona”"
    assert [text[word.start : word.end] for word in words(text)] == [
        "GPT",
        "4o\u2019s",
        "persona",
    ]


def test_folding_removes_case_accents_and_possession():
    assert [fold(word) for word in ("Écoles", "OpenAI\u2019s", "US", "us")] == [
        "ecoles",
        "openai",
        "usa",
        "us",
    ]


def test_words_used_for_one_another_are_near_and_opposites_are_not():
    assert near(stem("monitoring"), stem("watched"))
    assert not near(stem("increase"), stem("decrease"))
