import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from evidence.harness.errors import HarnessError
from evidence.harness.interop import autoencoders
from evidence.harness.organism.sparse import Sparse

WRITTEN = Path(__file__).with_name("written")


def coder():
    chance = torch.Generator().manual_seed(0)
    encoder, decoder = torch.randn(2, 5, 9, generator=chance)
    bias, centre = torch.randn(9, generator=chance), torch.randn(5, generator=chance)
    return Sparse(encoder, bias, decoder / decoder.norm(dim=0), centre, 3)


def test_what_is_written_is_read_again(tmp_path):
    made = coder()
    autoencoders.write(made, tmp_path / "sae", layer=2, model="small")
    found = autoencoders.read(tmp_path / "sae")
    assert found.kept == made.kept
    for name in ("encoder", "bias", "decoder", "centre"):
        assert torch.equal(getattr(found, name), getattr(made, name))


@pytest.mark.parametrize("name", ["sae", "sae_rescaled"])
def test_it_computes_what_saelens_computed(name):
    computed = load_file(WRITTEN / name / "computed.safetensors")
    found = autoencoders.read(WRITTEN / name)
    latents = found.encode(computed["activations"])
    assert torch.allclose(latents, computed["latents"], atol=1e-5)
    assert int((latents > 0).sum()) > 0
    assert torch.allclose(found.decode(latents), computed["decoded"], atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_saelens_itself_reads_ours_and_computes_the_same(tmp_path):
    library = pytest.importorskip("sae_lens.saes.topk_sae", reason="sae-lens is not installed")
    made = coder()
    autoencoders.write(made, tmp_path / "sae", layer=2, model="small")
    theirs = library.TopKSAE.load_from_disk(tmp_path / "sae")
    rows = torch.randn(20, 5, generator=torch.Generator().manual_seed(1))
    latents = made.encode(rows)
    assert torch.allclose(theirs.encode(rows), latents, atol=1e-5)
    assert torch.allclose(theirs.decode(theirs.encode(rows)), made.decode(latents), atol=1e-5)
    assert theirs.cfg.metadata.hook_name == "blocks.2.hook_resid_post"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"architecture": "jumprelu"}, "jumprelu"),
        ({"normalize_activations": "layer_norm"}, "layer_norm"),
        ({"k": 8}, "cannot fire"),
        ({"k": None}, "no TopK"),
    ],
)
def test_another_kind_is_one_clear_line(tmp_path, changes, says):
    folder = shutil.copytree(WRITTEN / "sae", tmp_path / "sae")
    config = json.loads((folder / "cfg.json").read_text())
    (folder / "cfg.json").write_text(json.dumps({**config, **changes}))
    with pytest.raises(HarnessError, match=says):
        autoencoders.read(folder)


def test_missing_or_damaged_files_are_one_clear_line(tmp_path):
    with pytest.raises(HarnessError, match=r"cfg\.json"):
        autoencoders.read(tmp_path)
    folder = shutil.copytree(WRITTEN / "sae", tmp_path / "sae")
    (folder / "sae_weights.safetensors").write_bytes(b"none")
    with pytest.raises(HarnessError, match="no TopK"):
        autoencoders.read(folder)
