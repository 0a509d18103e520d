"""Severity factors told by the small model that ships, and by one that is fitted here."""

import json

import numpy as np
import pytest

from classifier import engine
from classifier.core import factors, severity
from classifier.core.encoder import load
from classifier.core.factors import FACTORS, SHIPPED, FactorsError
from classifier.core.sentences import split

TEXTS = [
    *(f"A robot killed {n} workers in a plant. They died at once." for n in range(2, 22)),
    *(f"A chatbot gave {n} customers a wrong price, and said sorry." for n in range(2, 22)),
]
GRADES = [3] * 20 + [0] * 20


@pytest.fixture(scope="module")
def encoder():
    return load(None, "cpu").remembering(1000)


@pytest.fixture(scope="module")
def fitted(encoder):
    groups = np.arange(len(TEXTS))
    graded = dict.fromkeys(FACTORS, GRADES)
    return factors.fit(TEXTS, graded, encoder.encode, encoder=encoder.digest, groups=groups)


def test_it_learns_what_it_is_shown(fitted, encoder):
    grave = fitted.grades("A machine killed a worker in a plant. He died.", encoder.encode)
    light = fitted.grades(
        "A bot told a customer a wrong price, and said sorry.", encoder.encode
    )
    assert (grave, light) == (dict.fromkeys(FACTORS, 3), dict.fromkeys(FACTORS, 0))


def test_one_direction_is_both_views_of_the_meaning(fitted, encoder):
    """What is kept, put together from its parts, is the regression on the views side by side."""
    rows = np.array(encoder.encode(TEXTS))
    meaning = factors._apart(rows, rows.mean(axis=0))  # noqa: SLF001
    words = np.array([factors.marks(text) for text in TEXTS])
    views = factors._Views.of(meaning, words, factors._scenes(encoder.encode))  # noqa: SLF001
    line = fitted.lines["scale"]
    found = [
        factors._ridge(views.beside(weight), np.array(GRADES))  # noqa: SLF001
        for weight in factors._WEIGHTS  # noqa: SLF001
    ]
    scores = meaning @ np.array(line.meaning) + words @ np.array(line.words) + line.offset
    expected = [
        views.beside(weight) @ slopes + mean
        for weight, (slopes, mean) in zip(factors._WEIGHTS, found, strict=True)  # noqa: SLF001
    ]
    assert min(abs(scores - each).max() for each in expected) < 1e-3


def test_stored_and_read_it_is_the_same(fitted, encoder):
    again = factors.read(json.loads(json.dumps(factors.as_json(fitted))))
    assert again == fitted
    with pytest.raises(FactorsError, match="--write"):
        factors.read({**factors.as_json(fitted), "words": ["others"]})


@pytest.mark.slow
def test_shipped_model_is_of_the_shipped_encoder_and_beats_the_rules(encoder):
    stored = json.loads(SHIPPED.read_text(encoding="utf-8"))
    model = factors.shipped()
    assert model.encoder == encoder.digest
    assert model.lines.keys() == set(FACTORS)
    for name in FACTORS:
        measured = stored["provenance"]["kappa_out_of_fold"][name]
        assert measured["learned"]["value"] > measured["rule"]["value"]
        assert measured["gain"]["low"] < measured["gain"]["value"] < measured["gain"]["high"]
        cuts = model.lines[name].cuts
        assert list(cuts) == sorted(cuts)


def test_grades_rest_on_the_sentences_of_the_rules(encoder, fitted):
    body = split("# A robot\n\nIt stood in a plant. A worker was killed by the robot.")
    told = factors.told(body, fitted, encoder.encode)
    assert (told.scale, told.scope, told.irremediability) == (3, 3, 3)
    assert told.reasons == severity.factors(body).reasons
    calm = split("A bot told a customer a wrong price, and said sorry. A statue was damaged.")
    told = factors.told(calm, fitted, encoder.encode)
    assert (told.scale, told.reasons) == (0, ())
    assert severity.factors(calm).scale == 1


def test_site_is_offered_what_the_shipped_model_grades(encoder):
    body = split("A man was killed by a car that drove itself in Turku.")
    assert engine.factors(body) == factors.told(body, factors.shipped(), encoder.encode)
    assert engine.factors([]) == severity.factors([])
