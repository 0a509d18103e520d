"""The command line of exports and imports, and what is made again from a bundle."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from evidence.harness.__main__ import main
from evidence.harness.errors import HarnessError
from evidence.harness.interop import autoencoders, insides, vectors
from evidence.harness.interop.formats import FORMATS
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.pushing import Author
from evidence.harness.recipes import RECIPES
from evidence.harness.rollouts import Reading, unpacked
from evidence.harness.runner import run
from evidence.harness.world.corpus import Authorship
from tests.evidence.harness import fabricated

QUICK = {
    "discovery": 12, "test": 8, "nulls": 2, "sparse_documents": 12, "sparse_steps": 20,
    "latents": 32, "resamples": 1000,
}  # fmt: skip


@pytest.fixture(scope="module")
def direction(tmp_path_factory):
    base = tmp_path_factory.mktemp("direction")
    full = RECIPES["direction"].spec()
    run(
        replace(full, parameters={**full.parameters, **QUICK}),
        out=base / "out",
        home=base / "home",
        progress=lambda _progress: None,
        cancelled=lambda: False,
    )
    return base / "out"


@pytest.fixture(scope="module")
def emergent(tmp_path_factory):
    base = tmp_path_factory.mktemp("emergent")
    fabricated.sealed(base / "out", base / "home", fabricated.spec(seeds=1))
    return base / "out"


@pytest.mark.slow
def test_the_vector_is_the_recipes_direction_and_goes_to_and_fro(direction, tmp_path, capsys):
    gguf, safe = tmp_path / "v.gguf", tmp_path / "v.safetensors"
    assert main(["export", "vector", str(direction), "--out", str(gguf)]) == 0
    assert main(["import", "vector", str(gguf), "--out", str(safe)]) == 0
    assert capsys.readouterr().out.split() == [str(gguf), str(safe)]
    spec = RECIPES["direction"].spec(changes=QUICK)
    author = Author.found(Organism.base(Authorship.SHARED, seed=0), spec, 0)
    found = vectors.read(safe)
    assert set(found.directions) == {spec.parameters["layer"]}
    expected = (author.sigma * author.direction).numpy()
    assert np.allclose(
        found.directions[spec.parameters["layer"]], expected, rtol=1e-5, atol=1e-5
    )
    assert found.notes["butfor.seed"] == "0"


@pytest.mark.slow
def test_the_autoencoder_is_the_one_that_was_measured(direction, tmp_path):
    out = tmp_path / "sae"
    insides.export_autoencoder(direction, out, seed=0)
    coder = autoencoders.read(out)
    assert coder.encoder.shape == (96, 32)
    # The cosine that the bundle has is between this decoder and this direction.
    rows = unpacked((direction / "readings.jsonl.zst").read_bytes(), Reading)
    cosine = next(row.value for row in rows if row.name == "sparse/cosine")
    insides.export_vector(direction, tmp_path / "v.gguf", seed=0)
    [vector] = vectors.read(tmp_path / "v.gguf").directions.values()
    unit = torch.from_numpy(vector / np.linalg.norm(vector))
    assert min(abs((coder.decoder.T @ unit).abs() - abs(cosine))) < 1e-4


@pytest.mark.slow
def test_an_autoencoder_from_elsewhere_is_measured(direction, tmp_path):
    insides.export_autoencoder(direction, tmp_path / "sae", seed=0)
    out = tmp_path / "readings.jsonl"
    assert main(["import", "sae", str(tmp_path / "sae"), "--out", str(out)]) == 0
    found = [json.loads(line) for line in out.read_text().splitlines()]
    by_name = {row["name"]: row["value"] for row in found}
    assert 0 < by_name["sparse/unexplained"] < 1
    assert 0 < by_name["sparse/fires"] <= 6
    assert sum(row["name"] == "sparse/auc" for row in found) == 32


@pytest.mark.slow
def test_a_recipe_without_a_direction_or_the_seed_is_one_clear_line(emergent, tmp_path):
    with pytest.raises(HarnessError, match="looks for no direction"):
        insides.export_vector(emergent, tmp_path / "v.gguf", seed=0)
    with pytest.raises(HarnessError, match="trains no autoencoder"):
        insides.export_autoencoder(emergent, tmp_path / "sae", seed=0)
    with pytest.raises(HarnessError, match="no seed 7"):
        insides.export_vector(emergent, tmp_path / "v.gguf", seed=7)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["inspect", "avid", "ro-crate"])
def test_the_command_exports_and_imports(emergent, tmp_path, capsys, name):
    out, back = tmp_path / "out", tmp_path / "back"
    assert main(["export", name, str(emergent), "--out", str(out), "--json"]) == 0
    first, *_ = json.loads(capsys.readouterr().out)
    source = first if name == "inspect" else str(out)
    assert main(["import", name, source, "--out", str(back)]) == 0
    assert back.exists()
    assert main(["export", name, str(emergent), "--out", str(out)]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_every_format_says_what_it_leaves():
    for form in FORMATS.values():
        assert form.exports
        assert form.imports
