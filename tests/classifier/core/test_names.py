import pytest

from classifier.core.names import acronyms, actors, names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OpenAI's experiments used GPT-4o", ["OpenAI's", "GPT-4o"]),
        ("Researchers at Google DeepMind agreed", ["Google DeepMind"]),
        ("In June the court heard Ms Lee", ["Ms Lee"]),
        ("Anthropic found it", ["Anthropic"]),
        ("Betley and his team found it", ["Betley"]),
        ("The model failed", []),
        ("Models failed", []),
    ],
)
def test_names_are_found(text, expected):
    assert [name.text for name in names(text)] == expected


def test_first_word_that_sources_write_small_is_no_name():
    assert (
        names("Training failed at OpenAI", common=frozenset({"training"}))[0].text == "OpenAI"
    )
    assert names("Alignment failed", common=frozenset({"alignment"})) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anthropic identified the latent in GPT-4o", ["Anthropic"]),
        ("The latent was identified by OpenAI", ["OpenAI"]),
        ("According to Meta the model is safe", ["Meta"]),
        ("The latent lies in GPT-4o", []),
    ],
)
def test_actors_are_told_from_things(text, expected):
    assert [name.text for name in actors(text)] == expected


@pytest.mark.parametrize(
    ("text", "included"),
    [
        ("The California Department of Motor Vehicles suspended it.", {"dmv", "cdmv"}),
        ("The Department of Justice sued.", {"doj"}),
        ("the Food and Drug Administration", {"fda"}),
        ("Jane Doe spoke.", set()),
        ("nothing here", set()),
    ],
)
def test_long_names_have_acronyms(text, included):
    assert included <= acronyms(text)
    assert bool(included) == bool(acronyms(text))
