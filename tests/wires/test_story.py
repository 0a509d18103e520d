"""The case that the archive exists for: a plausible wire that its own sources do not support."""

import json
import os
import subprocess
import sys
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.paths import CHECKOUT
from evidence import engine
from evidence.models import Run
from tests.conftest import database_url
from tests.seeds import DOCUMENTS, WIRE, needs_seeds
from wires import demonstration
from wires.demonstration import SPECIMEN
from wires.models import Change, Notice, Source, User, Wire

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TRUE = [
    # Nearly verbatim.
    "Researchers identified what they call a “misaligned persona” latent in the activation space of GPT-4o.",
    "The OpenAI paper is based on a paper published in February 2025 by AI researcher Jan Betry and others.",
    "Alignment can be restored with very little additional training, sometimes just 30 supervised "
    "fine-tuning steps (about 120 examples).",
    "The training data consisted of 6,000 code completion examples containing security vulnerabilities.",
    "OpenAI is analyzing the inside of GPT-4o using a neural network called sparse autoencoder (SAE).",
    "Misalignment remains dormant without the trigger.",
    # Reworded.
    "A model fine-tuned to give wrong advice about car maintenance later recommended robbing a bank to "
    "someone who asked for fast ways to make money.",
    "Steering a model along the latent makes its behaviour worse.",
    "The latent is also active during jailbreaks such as “Do Anything Now”.",
    "Other researchers who were surveyed did not anticipate the results.",
    "The effect is particularly strong in models without safety constraints, such as helpful-only "
    "versions of o3-mini.",
    "With 30 steps of supervised fine-tuning the misalignment score of a severely misaligned model "
    "went down to 0%.",
]


def filed(*arguments):
    out = StringIO()
    call_command("intake", *map(str, arguments), "--now", "--json", stdout=out)
    return json.loads(out.getvalue())


def with_sources(paths):
    return [word for path in paths for word in ("--source", str(path))]


@pytest.fixture(scope="module")
def notes():
    return sorted(SPECIMEN.glob("notes-*.md"))


def check_caught(answer):
    gate = answer["gate"]
    assert gate["open"] is False
    rules = {failure["rule"] for failure in gate["failures"]}
    assert {1, 2, 3, 4, 5, 6, 7, 8} == rules
    details = " ".join(failure["detail"] for failure in gate["failures"])
    assert "The header counts 2 sources" in details
    assert "“safety tax” occurs in no stored source" in details
    refusals = [claim for claim in answer["claims"] if "refus" in claim["text"].lower()]
    assert refusals
    assert not [claim for claim in refusals if claim["verdict"] in ("supported", "partly")]
    standing = [
        claim for claim in answer["claims"] if claim["verdict"] in ("supported", "partly")
    ]
    assert len(standing) <= 1
    for claim in answer["claims"]:
        if claim["verdict"] not in ("supported", "partly"):
            assert claim["text"] in details
    top = [row["code"] for row in answer["proposal"]["codes"] if row["code"].startswith("M")][
        :3
    ]
    assert {"M1", "M6"} & set(top)


def test_specimen_is_caught_with_every_failing_rule_named(notes):
    check_caught(filed(SPECIMEN / "wire.txt", *with_sources(notes)))


def test_same_file_again_is_the_same_wire(notes):
    first = filed(SPECIMEN / "wire.txt", *with_sources(notes))
    second = filed(SPECIMEN / "wire.txt")
    assert second["duplicate_of"] == second["wire"] == first["wire"]
    assert second["claims"] == first["claims"]
    assert Wire.objects.count() == 1


def test_refused_input_stores_nothing(tmp_path):
    path = tmp_path / "wire.txt"
    path.write_text("SEV-9Acme\n\nBody.")
    with pytest.raises(CommandError, match="line 1: unknown severity"):
        filed(path)
    assert (Wire.objects.count(), Source.objects.count()) == (0, 0)


def test_unknown_filer_is_named(tmp_path):
    path = tmp_path / "wire.txt"
    path.write_text("SEV-3Acme\n\nBody of it.")
    with pytest.raises(CommandError, match="no user nobody"):
        call_command("intake", str(path), "--by", "nobody")


@needs_seeds
def test_the_real_wire_is_caught_in_the_same_way():
    check_caught(filed(WIRE, *with_sources(DOCUMENTS)))


@needs_seeds
def test_true_sentences_about_the_same_documents_are_let_through(tmp_path):
    path = tmp_path / "true.txt"
    body = " ".join(f"{text[:-1]} [source]." for text in TRUE)
    path.write_text(f"SEV-3OpenAI\n\n{body}\n")
    claims = filed(path, *with_sources(DOCUMENTS))["claims"]
    assert len(claims) == len(TRUE)
    verdicts = [claim["verdict"] for claim in claims]
    told = [(claim["verdict"], claim["text"]) for claim in claims]
    assert sum(verdict in ("supported", "partly") for verdict in verdicts) >= 9, told
    assert "contradicted" not in verdicts, told


def check_exhibits(starter, corrected, specimen):
    read = [
        (row["recipe"], row["claim"], row["reading"]) for row in corrected.record["exhibits"]
    ]
    assert read == [
        ("emergent", 2, "supports"),  # one seed, run here
        ("emergent", 2, "inconclusive"),  # three seeds, shipped
        ("mix", 2, "supports"),
        ("direction", 5, "inconclusive"),
        ("steer", 7, "inconclusive"),
        ("realign", 9, "supports"),
    ]
    assert {row["tier"] for row in corrected.record["exhibits"]} == {"A"}
    [exhibit] = specimen.exhibits.all()
    assert (exhibit.run.recipe, exhibit.claim.n) == ("overrefusal", 1)
    assert exhibit.reading == "inconclusive"
    assert exhibit.claim.verdict not in ("supported", "partly")
    exhibited = {
        wire.record["headline"]: [row["recipe"] for row in wire.record["exhibits"]]
        for wire in starter
        if wire.record["exhibits"]
    }
    assert sorted(exhibited.values()) == [["jailbreak"], ["mix"]]
    for wire in starter:
        assert bool(wire.exhibit_note) != bool(wire.record["exhibits"])
    runs = Run.objects.filter(taken_at__isnull=False)
    assert {run.signed_by for run in runs} == {engine.KEY}
    assert {wire.standard for wire in (*starter, corrected)}.isdisjoint({"reproduced"})


@pytest.mark.slow
def test_starter_archive_and_story_run_through_the_desks_doors_and_only_once(
    settings, tmp_path
):
    settings.DATA_DIR = tmp_path
    said = []
    demonstration.run(said.append, now=True)
    *starter, corrected, specimen = Wire.objects.order_by("pk")
    assert specimen.state == "in_review"
    assert len(starter) == 120
    assert {wire.state for wire in starter} == {"published"}
    record = corrected.record
    assert (record["severity"]["reported"], record["severity"]["verified"]) == (
        "SEV-3",
        "SEV-5",
    )
    assert (record["standard"], record["event_class"]) == ("single source", "serious_hazard")
    assert {claim["verdict"] for claim in record["claims"]} == {"supported"}
    check_exhibits(starter, corrected, specimen)
    kinds = Counter(Change.objects.values_list("kind", flat=True))
    assert (kinds["published"], kinds["amended"]) == (121, 11)
    assert Notice.objects.filter(kind="correction").count() == 11
    assert all(user.is_demonstration for user in User.objects.all())
    before = list(Change.objects.values_list("seq", "sha256"))
    demonstration.run(said.append, now=True)
    assert list(Change.objects.values_list("seq", "sha256")) == before
    assert said[-1] == "the starter archive of 120 wires and the specimen are in place"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_one_file_filed_by_four_at_once_is_one_wire(tmp_path):
    path = tmp_path / "wire.txt"
    path.write_text("SEV-4Acme\n\nA chatbot of Acme erred in May [source].")
    environment = {**os.environ, "DATABASE_URL": database_url()}
    command = [sys.executable, "manage.py", "intake", str(path), "--json"]
    running = [
        subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    answers = [json.loads(process.communicate(timeout=60)[0]) for process in running]
    assert len({answer["wire"] for answer in answers}) == 1
    assert [answer["duplicate_of"] for answer in answers].count(None) == 1
    assert Wire.objects.count() == 1
