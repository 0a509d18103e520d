import io
import json
from dataclasses import replace

import numpy as np
import pytest

from classifier.core import grading
from classifier.core.commands import main
from classifier.core.grading import Graded, evaluated
from classifier.core.harmwords import NAMES, marks
from classifier.core.sentences import split
from classifier.core.severity import event_class, factors


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The car hit a woman, who died.", (3, 1, 3)),
        ("The plane crashed and 189 people were killed.", (3, 2, 3)),
        ("Two passengers were injured.", (2, 1, 2)),
        ("Police wrongfully arrested a man after a false match.", (3, 1, 2)),
        ("The tool denied thousands of people benefits.", (2, 3, 1)),
        ("Scammers stole $25 million with a cloned voice.", (3, 1, 1)),
        ("The firm lost $300,000.", (2, 1, 1)),
        ("She lost $900 and was misled.", (1, 1, 1)),
        ("An outage disrupted the power grid.", (1, 3, 1)),
        (
            "The chatbot misled 40 customers, and the price was corrected immediately.",
            (1, 2, 0),
        ),
        ("The chatbot misled a customer. More than 5,000 users saw it.", (1, 3, 1)),
        # what did not happen, might happen, or was only talked about
        ("Nobody was injured and no one died.", (0, 0, 0)),
        ("The flaw could have killed someone.", (0, 0, 0)),
        ("The bot encouraged him to commit suicide.", (0, 0, 0)),
        ("The company has 5,000 customers.", (0, 0, 0)),
        ("", (0, 0, 0)),
    ],
)
def test_factors_follow_the_words(text, expected):
    found = factors(split(text))
    assert (found.scale, found.scope, found.irremediability) == expected


def test_every_reason_points_to_its_sentence_and_words():
    sentences = split("A car failed. It hit a man, who died. Three people were injured.")
    found = factors(sentences)
    assert {reason.factor for reason in found.reasons} == {"scale", "scope", "irremediability"}
    for reason in found.reasons:
        assert reason.words in sentences[reason.sentence].text
        assert reason.value == getattr(found, reason.factor)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The car hit a woman, who died.", "incident"),
        ("A chatbot gave wrong prices and customers lost money.", "incident"),
        ("The model wrote a harmful order, but a nurse stopped it before anyone was harmed.",
         "near_miss"),
        ("The attack on the plant was foiled by an engineer.", "near_miss"),
        ("Researchers showed that GPT-4o misbehaves after fine-tuning on bad advice.",
         "serious_hazard"),
        ("A study found that a small classifier confuses two kinds of moss.", "hazard"),
        ("The chatbot gave users odd recipes.", "hazard"),
        ("The agency published a policy on automated decisions.", "notice"),
        ("", "notice"),
    ],
)  # fmt: skip
def test_event_class_is_proposed(text, value):
    assert event_class(split(text)).value == value


def test_event_class_says_why():
    guess = event_class(split("It was late. The car hit a woman, who died."))
    assert (guess.sentence, "died" in guess.reason) == (1, True)


def test_marks_count_what_a_text_speaks_of():
    told = dict(
        zip(NAMES, marks("A car crashed; 12 people died and $1,000 was lost."), strict=True)
    )
    assert told["dead"] > 0 < told["collision"]
    assert (told["scale"], told["lasting"], told["people"], told["lost"]) == pytest.approx(
        (3, 3, 2, 3), abs=0.001
    )
    assert told["bias"] == told["privacy"] == 0
    assert marks("") == (0.0,) * len(NAMES)


PLACES = ("Lyon", "Turin", "Graz", "Oslo", "Porto", "Leeds", "Ghent", "Basel", "Cork", "Split")
WORST = "A {} crashed in {} and killed {} people."
SOME = "A {} in {} lost the savings of {} customers."
NONE = "A {} in {} drew {} odd pictures."


def graded(n=36):
    """Return texts whose grade is plain from their words, each group in two texts."""
    kinds = (NONE, SOME, WORST)
    made = ("truck", "drone", "bank", "robot", "chatbot", "camera")
    return [
        Graded(kinds[i % 3].format(made[i % 5], PLACES[i % 10], i + 2), i % 3, f"g{i // 2}")
        for i in range(n)
    ]


@pytest.mark.slow
def test_grades_that_the_words_tell_are_learned(encoder):
    found = evaluated(graded(), encoder.matrix, folds=3, repeats=2)
    assert (found.n, found.groups) == (36, 18)
    assert set(found.methods) == {"butfor", "lexicon", "embedding", "majority"}
    kappa = {name: figures["kappa"] for name, figures in found.methods.items()}
    assert kappa["butfor"].value > 0.8
    assert kappa["majority"].value <= 0
    for figures in found.methods.values():
        for estimate in figures.values():
            assert estimate.low <= estimate.value <= estimate.high
    other = kappa[found.best_other].value
    assert found.gain.value == pytest.approx(kappa["butfor"].value - other, abs=0.001)


@pytest.mark.slow
def test_grades_drawn_by_lot_are_not_learned(encoder):
    drawn = np.random.default_rng(1).permutation(36)
    by_lot = [Graded(t.text, int(drawn[n]) % 3, t.group) for n, t in enumerate(graded())]
    found = evaluated(by_lot, encoder.matrix, folds=3, repeats=2)
    assert found.methods["butfor"]["kappa"].low < 0.1


@pytest.mark.slow
def test_held_out_texts_are_measured_and_not_learned_from(encoder):
    held_out = graded()[:9]
    turned = [Graded(text.text, 2 - text.level, text.group) for text in held_out]
    right = evaluated(graded()[12:], encoder.matrix, held_out=held_out)
    wrong = evaluated(graded()[12:], encoder.matrix, held_out=turned)
    assert right.n == wrong.n == 9
    assert right.methods["butfor"]["kappa"].value > 0.8
    assert wrong.methods["butfor"]["kappa"].value < -0.8


def test_scenes_are_near_what_they_tell_of(encoder):
    texts = ["A pedestrian was killed by a robot taxi.", "A chatbot posted racist slurs."]
    near = grading.near_scenes(encoder.matrix(texts).astype(float), encoder.matrix)
    names = list(grading.SCENES)
    assert near[0, names.index("death")] > near[1, names.index("death")]
    assert near[1, names.index("offence")] > near[0, names.index("offence")]


LEVELS = ["none", "some", "grave"]


def rows(path, texts):
    told = [
        {"text": t.text, "level": t.level, "levels": LEVELS, "group": t.group} for t in texts
    ]
    path.write_text("\n".join(map(json.dumps, told)), encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_command_prints_each_method(tmp_path):
    out = io.StringIO()
    path, other = (
        rows(tmp_path / "t.jsonl", graded()),
        rows(tmp_path / "o.jsonl", graded()[:6]),
    )
    assert main(["severity", "--texts", path, "--test", other], out) == 0
    told = json.loads(out.getvalue())
    assert told["n"] == 6
    assert set(told["methods"]["butfor"]) == {"kappa", "accuracy"}
    assert set(told["methods"]["butfor"]["kappa"]) == {"value", "low", "high"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"text": "a", "level": 3, "levels": LEVELS}, "line 1: 'level' must be a whole number from 0 to 2"),
        ({"text": "a", "level": "1", "levels": LEVELS}, "line 1: 'level' must be"),
        ({"text": "a", "level": 1}, "line 1: 'levels' must be a list of texts"),
        ({"text": "a", "level": 1, "levels": LEVELS}, "the same level"),
        (None, "holds no texts"),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_told(tmp_path, capsys, line, message):
    path = tmp_path / "t.jsonl"
    path.write_text(json.dumps(line) if line else "", encoding="utf-8")
    assert main(["severity", "--texts", str(path)]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_fewer_texts_than_folds_are_told(tmp_path, capsys):
    path = rows(tmp_path / "t.jsonl", graded()[:4])
    assert main(["severity", "--texts", path]) == 2
    assert "2 groups of texts cannot be split into 5 folds" in capsys.readouterr().err


@pytest.mark.slow
def test_texts_that_all_tell_the_same_cannot_be_learned_from(encoder):
    same = [replace(text, group="g") for text in graded()]
    with pytest.raises(ValueError, match="all tell the same: two groups are needed"):
        evaluated(same, encoder.matrix, held_out=graded()[:6])


def test_headings_name_and_tell_nothing():
    sentences = split("# The system killed 40 people in Ohio\n\nThe firm published a policy.")
    assert factors(sentences).reasons == ()
    assert event_class(sentences).value == "notice"
