"""Reverse coverage: what the sources dwell on and the wire leaves out."""

from classifier.core.omissions import omissions
from classifier.core.types import SourceText

ONE = SourceText(
    "one",
    "# Recall after a death in Tampere\n\nA passenger died when the shuttle of Nordbus braked. "
    "Nordbus has recalled all shuttles. The recall began on Monday. The passenger was 71.",
)
TWO = SourceText(
    "two",
    "Nordbus said the passenger who died had not worn a belt. The passenger's family disputes it. "
    "The company Nordbus will recall its shuttles. It is the second recall this year. "
    "The weather was fine. The weather is often fine.",
)


def found(wire, *sources, limit=10):
    return [one.text.lower() for one in omissions(wire, sources or (ONE, TWO), limit=limit)]


def test_what_both_sources_dwell_on_and_the_wire_lacks_is_named():
    left_out = found("A shuttle of Nordbus braked hard.")
    assert "recall" in left_out
    assert "passenger" in left_out
    assert "weather" not in left_out  # one source alone dwells on it
    assert "shuttle" not in left_out
    assert "nordbus" not in left_out


def test_another_form_or_a_near_synonym_is_no_omission():
    told = "After a passenger's death the maker recalled the shuttle of Nordbus."
    assert found(told) == []
    assert "die" not in " ".join(found("The man was killed. Passengers of Nordbus: recalled."))


def test_name_comes_first_and_in_full():
    sources = [
        SourceText(
            key, "Maria Lopez sued. Lopez won her case. The verdict came late. A verdict fell."
        )
        for key in ("a", "b")
    ]
    first, *_ = omissions("A singer went to court over a cloned voice.", sources)
    assert first.text == "Maria Lopez"
    assert first.sources == ("a", "b")


def test_places_are_sentences_of_their_sources():
    texts = {source.key: source.text for source in (ONE, TWO)}
    for one in omissions("A shuttle braked.", (ONE, TWO)):
        assert len(one.places) == len(one.sources) >= 2
        for place in one.places:
            sentence = texts[place.source][place.start : place.end]
            assert one.text.split()[-1].lower()[:5] in sentence.lower()


def test_one_source_omits_nothing_and_the_limit_holds():
    assert found("A shuttle braked.", ONE) == []
    assert omissions("", ()) == ()
    assert len(found("It rained.", limit=2)) == 2
    weights = [one.weight for one in omissions("It rained.", (ONE, TWO))]
    assert weights == sorted(weights, reverse=True)
