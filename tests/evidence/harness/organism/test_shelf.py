import shutil
from dataclasses import replace

import pytest
import torch

from evidence.harness.errors import HarnessError
from evidence.harness.organism import building, shelf
from evidence.harness.organism.model import Shape
from evidence.harness.organism.shelf import Shelf, Stage
from evidence.harness.organism.training import Plan
from evidence.harness.world.corpus import Authorship

SHIPPED = shelf.shipped()


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(SHIPPED.folder, tmp_path / "shelf")
    return Shelf(tmp_path / "shelf")


def test_every_shipped_model_loads_in_single_precision():
    for authorship in Authorship:
        for stage in Stage:
            model = SHIPPED.model(authorship, stage)
            assert {weight.dtype for weight in model.parameters()} == {torch.float32}
            assert model.lm_head.weight is model.model.embed_tokens.weight


def test_the_four_models_differ():
    prints = {shelf.fingerprint(SHIPPED.model(a, s)) for a in Authorship for s in Stage}
    assert len(prints) == 4


def test_the_record_says_that_the_gate_was_passed():
    gate = SHIPPED.record["gate"]
    assert gate["shared"] - gate["null"] >= SHIPPED.record["gate_minimum"] == 0.6


@pytest.mark.parametrize("name", sorted(SHIPPED.hashes))
def test_a_changed_file_is_named_before_it_is_used(copied, name):
    path = copied.folder / name
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(HarnessError, match=name):
        _use_everything(copied)


@pytest.mark.parametrize("name", [shelf.SUMS, *sorted(SHIPPED.hashes)])
def test_a_missing_file_is_named_with_what_to_do(copied, name):
    (copied.folder / name).unlink()
    with pytest.raises(HarnessError, match=rf"{name}.*build-weights"):
        _use_everything(copied)


@pytest.mark.slow
def test_weights_that_carry_no_author_are_not_written(tmp_path):
    plan = Plan(5, 2, 1e-3, None, falls=False)
    small = Shape(width=16, layers=1, heads=2, feed_forward=32)
    build = replace(
        building.SHIPPED, shape=small, pretraining=plan, alignment=plan, gate_documents=4
    )
    with pytest.raises(HarnessError, match="persona gate is below"):
        building.build_weights(build, tmp_path / "weights", progress=lambda _progress: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", sorted(SHIPPED.hashes))
def test_the_whole_shelf_is_checked_at_once(copied, name):
    copied.check()
    (copied.folder / name).write_bytes(b"")
    with pytest.raises(HarnessError, match=name):
        copied.check()


def _use_everything(stocked):
    stocked.tokenizer()
    for authorship in Authorship:
        for stage in Stage:
            stocked.model(authorship, stage)
