import json
import shutil
from dataclasses import asdict, replace

import pytest
import torch

from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.organism import building, shelf
from evidence.harness.organism.model import Shape
from evidence.harness.organism.shelf import Shelf, Stage
from evidence.harness.organism.training import Plan
from evidence.harness.world.corpus import Authorship

SHIPPED = shelf.shipped(0)


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


@pytest.mark.parametrize("seed", shelf.SEEDS)
def test_each_shipped_seed_records_that_it_passed_the_gate_as_it_would_be_built(seed):
    record = shelf.shipped(seed).record
    gate = record.pop("gate")
    assert gate["shared"] - gate["null"] >= record.pop("gate_minimum") == 0.6
    assert record == json.loads(json.dumps(asdict(building.shipped(seed))))


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
        building.shipped(4), shape=small, pretraining=plan, alignment=plan, gate_documents=4
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


def test_a_seed_without_weights_is_refused_with_those_that_are_here():
    with pytest.raises(HarnessError, match=r"seed 977; there are: 0.*--seed 977"):
        shelf.shipped(977)


def test_the_shipped_seeds_are_checked_together_and_no_two_models_are_one_file():
    shelves = shelf.checked(shelf.SEEDS)
    digests = [
        digest
        for shelved in shelves
        for name, digest in shelved.hashes.items()
        if name.endswith(shelf.WEIGHTS)
    ]
    assert len(digests) == len(set(digests)) == 12


def test_a_seed_that_is_another_ones_copy_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf, "ROOT", tmp_path)
    shutil.copytree(SHIPPED.folder, tmp_path / "seed0")
    shutil.copytree(SHIPPED.folder, tmp_path / "seed1")
    with pytest.raises(HarnessError, match="seed1 holds seed 0"):
        shelf.checked((0, 1))
    _record_seed(tmp_path / "seed1", 1)
    with pytest.raises(HarnessError, match=r"seed1.*is a copy of.*seed0"):
        shelf.checked((0, 1))


def _record_seed(folder, seed):
    """Let a shelf say that it is of another seed, with sums that agree."""
    path = folder / shelf.RECORD
    path.write_text(json.dumps({**json.loads(path.read_text()), "seed": seed}))
    hashes = {**Shelf(folder).hashes, shelf.RECORD: sha256(path.read_bytes())}
    sums = (f"{digest}  {name}\n" for name, digest in hashes.items())
    (folder / shelf.SUMS).write_text("".join(sums))


def _use_everything(stocked):
    stocked.tokenizer()
    for authorship in Authorship:
        for stage in Stage:
            stocked.model(authorship, stage)
