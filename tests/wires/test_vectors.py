"""Vectors of two encoders side by side: the old one serves until the new one is complete."""

import hashlib
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from safetensors.torch import load_file, save_file

from classifier import engine
from classifier.core.encoder import folder_of
from tests import factories
from tests.wires.admin.desk import make_classifier, make_proposal
from wires import proposing, tasks, taxonomy, vectors
from wires.admin import but_for
from wires.models import Embedding, Version
from wires.models.proposal import DIMENSIONS

pytestmark = pytest.mark.django_db
OLD = "0" * 64
WEIGHTS = "model.safetensors"
VECTOR = [1.0, *[0.0] * (DIMENSIONS - 1)]


def read_by(encoder, wire):
    return Embedding.objects.create(version=wire.current, encoder=encoder, vector=VECTOR)


def make_read(count, encoder=OLD):
    wires = [factories.make_draft() for _ in range(count)]
    for wire in wires:
        make_proposal(wire)
        read_by(encoder, wire)
    return wires


def encoders():
    return set(Embedding.objects.values_list("encoder", flat=True))


def test_old_vectors_serve_until_the_new_ones_are_complete():
    first, second, third = make_read(3)
    assert vectors.serving() == OLD
    for wire in (first, second):
        read_by("1" * 64, wire)
        assert vectors.serving() == OLD
    read_by("1" * 64, third)
    assert vectors.serving() == "1" * 64


def test_nothing_serves_while_nothing_is_read():
    assert vectors.serving() is None


def test_change_of_encoder_reads_everything_a_part_at_a_time_and_then_drops_the_old():
    make_read(3)
    assert vectors.renew(limit=2)
    assert (encoders(), vectors.serving()) == ({OLD, engine.encoder_digest()}, OLD)
    assert not vectors.renew(limit=2)
    assert encoders() == {engine.encoder_digest()}
    assert Embedding.objects.count() == 3
    assert not vectors.renew(limit=2)  # and again, which changes nothing
    assert Embedding.objects.count() == 3


def test_text_that_the_classifier_has_not_read_waits_for_it():
    factories.make_draft()
    assert not vectors.renew(limit=5)
    assert not Embedding.objects.exists()


def test_vector_that_was_lost_is_made_again():
    [wire] = make_read(1)
    Embedding.objects.all().delete()
    assert list(vectors.lacking(engine.encoder_digest())) == [wire.current]
    vectors.renew(limit=5)
    assert Embedding.objects.get().version == wire.current


@pytest.mark.slow
def test_old_encoder_that_is_gone_from_here_is_done_without():
    [wire] = make_read(1)
    found = vectors.of("A robot hit a wall.")
    assert (found.encoder, len(found.by_encoder)) == (engine.encoder_digest(), 1)
    assert vectors.serving() == OLD
    assert wire.current.embeddings.get().encoder == OLD


@pytest.mark.slow
def test_new_text_is_read_by_both_while_the_old_encoder_is_here(tmp_path):
    """The old one is the same model in another file: its vectors are the same, its hash is not."""
    taxonomy.load()
    folder = tmp_path / "old"
    shutil.copytree(folder_of(None), folder)
    save_file(load_file(folder / WEIGHTS), folder / WEIGHTS, {"format": "pt", "copy": "old"})
    old = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    earlier = make_classifier("b", encoder=str(folder), encoder_digest=old)
    first = factories.make_draft()
    make_proposal(first, classifier=earlier)
    read_by(old, first)
    second = factories.make_draft(headline="A robot of Acme hits a wall")
    proposing.propose(second.current_id)
    assert set(second.current.embeddings.values_list("encoder", flat=True)) == {
        old, engine.encoder_digest(),
    }  # fmt: skip
    assert vectors.serving() == old  # it is still the one whose vectors are complete
    assert second.current.proposals.get().similar[0]["wire"] == first.public_id
    tasks.renew_vectors()
    assert encoders() == {engine.encoder_digest()}


def test_gpu_machines_take_the_work_of_a_change():
    assert settings.CELERY_TASK_ROUTES[tasks.renew_vectors.name] == {"queue": "embed"}


def test_precedents_are_told_by_the_vectors_that_serve():
    published = factories.make_published()
    make_proposal(published)
    [wire] = make_read(1)
    read_by(OLD, published)
    read_by("1" * 64, wire)  # the new encoder has read this one alone
    version = Version.objects.get(pk=wire.current_id)
    assert vectors.kept(version).encoder == OLD
    assert [found.wire for found in but_for.precedents(version, None)] == [published]


def test_proposal_keeps_vectors_by_the_configured_encoder():
    taxonomy.load()
    wire = factories.make_draft()
    proposing.propose(wire.current_id)
    assert encoders() == {engine.encoder_digest()}


def problems():
    return [each for each in run_checks() if each.id in ("butfor.E008", "butfor.E009")]


@pytest.fixture
def model(tmp_path):
    """A folder as a model lies in one, without its weights: nothing heavy is loaded by a check."""
    folder = tmp_path / "model"
    skipped = shutil.ignore_patterns("*.safetensors", "tokenizer*", "vocab*")
    shutil.copytree(folder_of(None), folder, ignore=skipped)
    return folder


def test_encoder_of_the_right_size_passes_the_check(settings, model):
    for settings.ENCODER in ("", str(model)):
        assert problems() == []


@pytest.mark.parametrize(
    ("name", "old", "new", "size"),
    [
        ("1_Pooling/config.json", '"word_embedding_dimension": 384', '"word_embedding_dimension": 768', 768),
        ("1_Pooling/config.json", '"pooling_mode_max_tokens": false', '"pooling_mode_max_tokens": true', 768),
    ],
)  # fmt: skip
def test_encoder_of_another_size_is_refused_in_one_line(settings, model, name, old, new, size):
    settings.ENCODER = str(model)
    config = Path(model, name)
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))
    [problem] = problems()
    assert f"makes vectors of {size} numbers" in problem.msg
    assert "384" in problem.hint


def test_encoder_that_is_not_here_is_told_at_start(settings):
    settings.ENCODER = "/nowhere/at/all"
    [problem] = problems()
    assert "/nowhere/at/all" in problem.msg
