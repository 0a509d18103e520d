"""A version is trained, kept, held against the one in use, and put to use: on the real encoder."""

import json
import logging
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from classifier import engine, storage, training
from classifier.core.codes import fit
from classifier.models import ClassifierVersion
from classifier.training import average_precision
from tests import factories
from tests.wires.admin.desk import make_proposal
from tests.wires.labelled import activate, make_labelled, stories
from wires import coding, learning, proposing, taxonomy
from wires.models import Proposal
from wires.refusals import RefusedError

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LABELLED = 30


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    engine._loaded.cache_clear()  # noqa: SLF001 - as in a process that has just begun
    engine._tell_once.cache_clear()  # noqa: SLF001
    return tmp_path / "classifiers"


def quiet(_line):
    """Nobody watches."""


def train():
    return learning.train(quiet)


def trained_and_active(count=LABELLED):
    make_labelled(count)
    return activate(train().version)


def test_command_makes_a_version_with_all_that_it_was_made_from(data):
    wires = make_labelled(LABELLED)
    out, told = StringIO(), StringIO()
    call_command("train_classifier", "--json", stdout=out, stderr=told)
    made = json.loads(out.getvalue())
    version = ClassifierVersion.objects.get()
    assert (made["new"], made["refused"], made["active"]) == (True, None, False)
    assert made["weights"] == version.weights == storage.sha256(data / version.digest)
    assert {row["wire"] for row in made["training"]} == {wire.public_id for wire in wires}
    first = made["training"][0]["decisions"][0]
    assert first.keys() == {"code", "said", "coding", "by", "at"}
    for kind in "MF":
        measure = made["metrics"][kind]["map"]
        assert measure["low"] < measure["value"] < measure["high"]
        assert "cut" in made["thresholds"][kind]
    assert made["comparison"].keys() == {"refitted", "against"}
    assert made["comparison"]["against"] == ""
    assert made["comparison"]["refitted"]["texts"] > 0
    assert "fold 5 of 5" in told.getvalue()


def test_same_labels_are_learned_once_and_more_labels_again():
    wires = make_labelled(LABELLED)
    first = train()
    again = train()
    assert (again.is_new, again.version) == (False, first.version)
    out = StringIO()
    call_command("train_classifier", stdout=out, stderr=StringIO())
    assert "nothing new to learn" in out.getvalue()
    coding.put(wires[0].pk, "M10", by=factories.make_editor(), rank=1)
    assert train().version != first.version


def test_stopped_training_keeps_nothing_and_the_next_one_does_it(data):
    make_labelled(LABELLED)

    def stop(line):
        if "fold 2" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learning.train(stop)
    assert not ClassifierVersion.objects.exists()
    assert not data.exists()
    assert train().is_new


def test_new_proposals_are_made_by_the_active_version_without_a_restart():
    make_labelled(LABELLED)
    wires = [factories.make_draft() for _ in range(3)]
    proposing.propose(wires[0].current_id)
    version = activate(train().version)
    proposing.propose(wires[1].current_id)
    untrained = ClassifierVersion.objects.get(weights="")
    activate(untrained)  # a rollback
    proposing.propose(wires[2].current_id)
    cited = [wire.current.proposals.get().classifier for wire in wires]
    assert cited == [untrained, version, untrained]
    before, after, _ = (dict(_scores(wire)) for wire in wires)
    assert before != after


def _scores(wire):
    return wire.current.proposals.get().codes.values_list("code__code", "score")


@pytest.mark.parametrize("harm", ["gone", "spoiled"])
def test_lost_weights_are_told_in_one_line_and_the_definitions_rank(data, caplog, harm):
    version = trained_and_active()
    folder = data / version.digest
    if harm == "gone":
        folder.rename(data / "elsewhere")
    else:
        (folder / "M" / "model.json").write_text("{}")
    wires = [factories.make_draft() for _ in range(2)]
    with caplog.at_level(logging.WARNING):
        for wire in wires:
            proposing.propose(wire.current_id)
    lines = [r.message for r in caplog.records if r.name == "classifier.engine"]
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert str(folder) in lines[0]
    assert not Proposal.objects.filter(classifier=version).exists()
    outcome = train()  # whatever was read meanwhile, the same weights come of the same texts
    assert (outcome.is_new, outcome.is_mended, outcome.version) == (False, True, version)
    proposing.propose(factories.make_draft().current_id)
    assert Proposal.objects.filter(classifier=version).exists()


def test_other_weights_than_the_lost_ones_are_a_version_of_their_own(data):
    make_labelled(LABELLED)
    cards = proposing.all_cards(taxonomy.current())
    essence = [learning._essence(label) for label in learning.labels()]  # noqa: SLF001
    digest = engine.trained(cards, essence)
    lost = engine.store(
        cards, engine.Learned(digest, "d" * 64, {}, {}, {}, ""), []
    )  # learned on another machine
    out = StringIO()
    call_command("train_classifier", stdout=out, stderr=StringIO())
    assert f"the weights of classifier {lost} were lost" in out.getvalue()
    assert "a senior editor activates it" in out.getvalue()
    new = ClassifierVersion.objects.exclude(pk=lost.pk).get()
    assert new.digest != lost.digest
    assert (data / new.digest).is_dir()
    assert not (data / lost.digest).exists()
    again = train()
    assert (again.is_new, again.version) == (False, new)
    activate(new)
    assert engine.classifier(cards).models.keys() == {"M", "F"}


def mean_precision(wires, cards):
    """Return how well what is at work ranks the codes of wires, over both kinds of codes."""
    used = engine.classifier(cards)
    found = []
    for wire in wires:
        put = list(wire.codings.values_list("code__code", flat=True))
        for kind, own in cards.items():
            right = [code for code in put if code in {card.code for card in own}]
            said = used.propose(proposing.text_of(wire.current), kind, limit=len(own))
            if right:
                found.append(average_precision([row.code for row in said.codes], right))
    return sum(found) / len(found)


def test_active_version_is_judged_as_it_is_stored_and_on_the_blind_sample():
    """What the report says of stored versions is what they do where codes are proposed."""
    make_labelled(LABELLED)
    active = activate(train().version)
    fresh = make_labelled(20, start=40)
    blind = make_labelled(15, start=80)
    for wire in blind:
        codes = sorted(wire.codings.values_list("code__code", flat=True))
        make_proposal(wire, is_blind=True, unseen=codes)
    cards = proposing.all_cards(taxonomy.current())
    before = mean_precision(blind, cards)
    alone = {wire.public_id: mean_precision([wire], cards) for wire in fresh}
    version = train().version
    found = version.comparison
    assert found.keys() == {"refitted", "fresh", "blind", "against"}
    assert found["against"] == active.digest
    assert found["blind"]["groups"] == 15
    assert found["blind"]["old"] == pytest.approx(before)
    assert 10 <= found["fresh"]["groups"] <= 20
    assert min(alone.values()) <= found["fresh"]["old"] <= max(alone.values())
    if found["fresh"]["groups"] == 20:
        assert found["fresh"]["old"] == pytest.approx(mean_precision(fresh, cards))
    assert found["fresh"]["texts"] < found["refitted"]["texts"]
    activate(version)
    assert found["blind"]["new"] == pytest.approx(mean_precision(blind, cards))


def test_version_that_is_worse_than_the_stored_one_is_refused():
    """The labels are in disorder, the stored model knew them as they are."""
    right, blind = lesson(60, 0), lesson(120, 0).texts[60:]
    stored = fit(right.texts, right.cards, engine._encoder().encode)  # noqa: SLF001
    codes = [text.codes for text in right.texts]
    wrong = tuple(
        replace(text, codes=other)
        for text, other in zip(right.texts, [*codes[7:], *codes[:7]], strict=True)
    )
    told = replace(right, texts=wrong, blind=blind)
    learned = training.learn(
        "f" * 64,
        [told],
        engine._encoder(),  # noqa: SLF001
        quiet,
        stored={"M": stored},
        known={},
    )
    assert learned.comparisons["blind"].high < 0
    assert "on the blind sample: mean average precision" in learned.refused


def test_version_of_other_definitions_is_not_used(settings, caplog):
    version = trained_and_active()
    rules = taxonomy.current()
    cards = proposing.all_cards(rules)
    cards["M"] = [*cards["M"][:-1], engine.CodeCard("M99", "Other", "Something else.")]
    with caplog.at_level(logging.WARNING):
        used = engine.classifier(cards)
    assert (used.version == version, used.version.weights) == (False, "")
    assert "other definitions" in caplog.text


def lesson(texts, before, kind="M"):
    """What can be told of codes by labels alone: their definitions say nothing."""
    taxonomy.load()
    codes = sorted(
        {code for _, _, codes in stories() for code in codes if code[0] == kind} - {"M0"}
    )
    cards = tuple(engine.CodeCard(code, "A code", f"It is number {code}.") for code in codes)
    coded = [
        engine.CodedText(f"{n}", f"{headline}\n\n{body}", tuple(c for c in own if c in codes))
        for n, (headline, body, own) in enumerate(stories())
    ]
    return engine.Lesson(kind, cards, tuple(coded[:texts]), tuple(coded[:before]))


def test_version_that_ranks_worse_is_refused_with_the_figures_and_kept(data):
    digest, told = "f" * 64, []
    lessons = [lesson(40, 120, kind) for kind in "MF"]
    learned = engine.learn(digest, lessons, told.append)
    found = learned.comparisons["refitted"]
    assert (found.high < 0, found.texts > 30) == (True, True)
    assert f"{found.new:.3f} against {found.old:.3f}" in learned.refused
    cards = proposing.all_cards(taxonomy.load())
    worse = engine.store(cards, learned, [])
    assert (data / digest).is_dir()
    with pytest.raises(RefusedError, match=r"cannot be activated\. It ranks worse"):
        activate(worse)
    assert not ClassifierVersion.objects.filter(active=True).exists()


def test_version_that_has_learned_more_is_not_refused():
    learned = engine.learn("f" * 64, [lesson(120, 40)], quiet)
    assert (learned.refused, learned.comparisons["refitted"].low > 0) == ("", True)


def test_version_is_held_against_what_the_active_one_had_learned():
    """The active one knew these very labels: the new one ranks the same, text by text."""
    wires = make_labelled(LABELLED)
    activate(train().version)
    for code in ("M2", "F6"):
        coding.put(factories.make_draft().pk, code, by=factories.make_editor())
    same = train().version.comparison["refitted"]
    assert abs(same["difference"]) < 0.05
    assert same["texts"] >= len(wires)


def test_more_labels_are_no_worse():
    make_labelled(60)
    first = train().version
    assert first.comparison["refitted"]["difference"] > 0  # against the definitions alone
    assert not first.refused


def test_command_without_labels_or_taxonomy_says_what_is_missing():
    with pytest.raises(CommandError, match="load_taxonomy"):
        call_command("train_classifier", stderr=StringIO())
    taxonomy.load()
    with pytest.raises(CommandError, match="too little to learn from"):
        call_command("train_classifier", stderr=StringIO())
