import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from classifier.core.codes import CodeModel, ModelError, fit
from classifier.core.types import CodeCard, CodedText
from tests.classifier.core import story, toy
from tests.classifier.core.coded import CARDS, COMMON, TEXTS

TAXONOMY = Path(__file__).resolve().parents[3] / "wires" / "starter" / "taxonomy-2026-11.yaml"


def shipped(kind: str) -> list[CodeCard]:
    """Return the cards of the taxonomy that the archive starts with, without its fallback."""
    stored = yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))
    return [
        CodeCard(code["code"], code["title"], code["definition"])
        for code in stored["codes"]
        if code["kind"] == kind and code["code"] != stored["fallback"][kind]
    ]


@pytest.fixture(scope="module")
def model():
    return fit(TEXTS, CARDS, toy.encode, encoder="e" * 64)


def test_every_code_is_ranked_by_definitions_alone():
    [proposal] = fit((), CARDS, toy.encode).propose(["the car hit a tree and a wall"])
    assert proposal.codes[0].code == "A"
    assert {score.code for score in proposal.codes} == {"A", "B", "C"}
    assert all(0 < score.score < 1 for score in proposal.codes)


def test_nothing_is_promised_without_labels():
    proposals = fit((), CARDS, toy.encode).propose([card.definition for card in CARDS])
    assert all(proposal.abstained for proposal in proposals)
    assert not any(one.ticked or one.probability for p in proposals for one in p.codes)


def test_ties_are_broken_by_code():
    twins = [CodeCard(code, "Same", "the same words") for code in ("Z", "X", "Y")]
    [proposal] = fit((), twins, toy.encode).propose(["quite other text"])
    assert [score.code for score in proposal.codes] == ["X", "Y", "Z"]


def test_learned_codes_are_ticked_with_a_promise(model):
    certified = model.record.certified
    assert certified.precision >= 0.8
    assert certified.ticks >= 40
    assert certified.cut >= 0.5
    [crash, *mixed] = model.propose(
        ["a car drove into a wall on the road", *(" ".join(COMMON[n:]) for n in range(9))]
    )
    assert [one.code for one in crash.codes if one.ticked] == ["A"]
    assert crash.codes[0].probability == crash.codes[0].score > 0.8
    for proposal in mixed:
        assert proposal.abstained == (not any(one.ticked for one in proposal.codes))
        assert all(one.ticked == (one.score >= certified.cut) for one in proposal.codes)


def test_limit_counts_what_is_listed_beyond_the_ticks(model):
    [proposal] = model.propose(["a car drove into a wall on the road"], limit=1)
    assert [one.ticked for one in proposal.codes] == [True, False]
    assert model.propose([]) == []


@pytest.mark.slow
def test_probability_is_shown_only_where_labels_stand_behind_it():
    few = fit(TEXTS[:99], CARDS, toy.encode)
    assert all(one.probability is None for one in few.propose(["a car"])[0].codes)
    rare = [replace(text, codes=() if text.codes == ("C",) and n > 40 else text.codes)
            for n, text in enumerate(TEXTS)]  # fmt: skip
    some = fit(rare, CARDS, toy.encode)
    shown = {one.code: one.probability is not None for one in some.propose(["a car"])[0].codes}
    assert shown == {"A": True, "B": True, "C": False}


def test_texts_without_labels_teach_what_texts_share():
    said = "According to a report the firm's chatbot"
    texts = [CodedText(str(n), f"{said} {rest}") for n, rest in
             enumerate(("invented sources", "leaked private data", "drove a car"))]  # fmt: skip
    found = fit(texts, CARDS, toy.encode)
    assert found.record.trained_on == ()
    assert [p.codes[0].code for p in found.propose([t.text for t in texts])] == ["C", "B", "A"]


@pytest.mark.parametrize(
    ("texts", "cards", "message"),
    [
        ((), (), "at least one code"),
        ((), (CARDS[0], CARDS[0]), "'B' is there twice"),
        ((CodedText("1", "a", ()), CodedText("1", "b", ())), CARDS, "'1' is there twice"),
        ((CodedText("1", "a", ("A", "Q")),), CARDS, "'1' has codes without a definition: Q"),
    ],
)
def test_what_cannot_be_learned_is_refused(texts, cards, message):
    with pytest.raises(ValueError, match=message):
        fit(texts, cards, toy.encode)


@pytest.mark.slow
@pytest.mark.parametrize(
    "texts",
    [
        [CodedText("1", "", ("A",))],
        [CodedText("1", "a car", ())],
        [CodedText(str(n), "", ("A",)) for n in range(60)],
        [replace(text, codes=("A",)) for text in TEXTS],
        [replace(text, codes=()) for text in TEXTS],
        [CodedText(str(n), "the same text", ("A",)) for n in range(60)],
    ],
)
def test_odd_labels_still_give_a_ranking(texts):
    found = fit(texts, CARDS, toy.encode)
    for proposal in found.propose(["", "a car hit a wall", "日本 …"]):
        assert len(proposal.codes) == 3
        assert all(0 <= one.score <= 1 for one in proposal.codes)


def test_a_loaded_model_says_the_same_to_the_last_bit(model, tmp_path):
    model.save(tmp_path / "made")
    loaded = CodeModel.load(tmp_path / "made", toy.encode, encoder="e" * 64)
    asked = [text.text for text in TEXTS] + ["", "quite other text"]
    assert loaded.propose(asked) == model.propose(asked)
    assert loaded.record == model.record
    loaded.save(tmp_path / "again")
    for name in ("model.json", "weights.safetensors"):
        assert (tmp_path / "made" / name).read_bytes() == (
            tmp_path / "again" / name
        ).read_bytes()


def test_one_that_learned_nothing_is_kept_too(tmp_path):
    found = fit((), CARDS, toy.encode)
    found.save(tmp_path)
    loaded = CodeModel.load(tmp_path, toy.encode)
    assert loaded.propose(["a car"]) == found.propose(["a car"])


@pytest.mark.slow
def test_record_says_what_it_was_made_from(model):
    record = model.record
    assert record.trained_on == tuple(text.id for text in TEXTS)
    assert record.with_code == (40, 40, 40)
    assert set(record.metrics) == {
        "micro_f1", "macro_f1", "map", "recall_at_3", "recall_at_5", "ece",
    }  # fmt: skip
    assert record.digest == fit(TEXTS, CARDS, toy.encode, encoder="e" * 64).record.digest
    other = [replace(CARDS[0], definition="something else"), *CARDS[1:]]
    assert fit(TEXTS, other, toy.encode).record.definitions != record.definitions


def changed(folder, **values):
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda f: (f / "weights.safetensors").unlink(), "holds no trained model"),
        (lambda f: (f / "model.json").write_text("{"), "is not JSON"),
        (lambda f: (f / "model.json").write_text("[]"), "something else than a model"),
        (lambda f: changed(f, version="1999"), "made by version 1999"),
        (lambda f: changed(f, best_cut=0.0), "changed or damaged"),
        (lambda f: (f / "weights.safetensors").write_bytes(b"x"), "changed or damaged"),
        (lambda f: changed(f, calibrator={}), "changed or damaged"),
        (lambda f: changed(f, encoder="f" * 64), "changed or damaged"),
    ],
)
def test_a_damaged_folder_is_one_line(model, tmp_path, harm, message):
    model.save(tmp_path)
    harm(tmp_path)
    with pytest.raises(ModelError, match=message) as caught:
        CodeModel.load(tmp_path, toy.encode)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_another_encoder_is_refused(model, tmp_path):
    model.save(tmp_path)
    with pytest.raises(ModelError, match="learned with the encoder eeeeeeeeeeee"):
        CodeModel.load(tmp_path, toy.encode, encoder="f" * 64)


@pytest.fixture(scope="module")
def mechanisms(encoder):
    return fit((), shipped("M"), encoder.encode)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The lawyer filed a brief with six court cases that the chatbot had made up.", "M2"),
        ("The assistant turned down harmless questions about cooking and refused to answer.", "M6"),
        ("A hidden instruction on a web page made the agent send the user's mail away.", "M7"),
        ("The tool rated women's applications lower than men's.", "M10"),
        ("The model recited phone numbers of private persons from its training data.", "M8"),
        ("The coding agent deleted a production database that it had been told not to touch.",
         "M9"),
    ],
)  # fmt: skip
def test_plain_cases_rank_among_the_first_three(mechanisms, text, code):
    assert code in [score.code for score in mechanisms.propose([text], limit=3)[0].codes]


@pytest.mark.skipif(
    not story.FOLDER.is_dir(), reason="the first story's documents are not here"
)
def test_the_first_story_is_seen_as_generalisation_or_refusal(mechanisms):
    [proposal] = mechanisms.propose([story.text(story.WIRE)], limit=3)
    assert {"M1", "M6"} & {score.code for score in proposal.codes}
