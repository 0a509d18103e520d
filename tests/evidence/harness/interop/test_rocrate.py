import json
import shutil
import zipfile
from pathlib import Path

import pytest

from evidence.harness import bundle
from evidence.harness.errors import HarnessError
from evidence.harness.findings import Status
from evidence.harness.interop import rocrate
from tests.evidence.harness import fabricated

WRITTEN = Path(__file__).with_name("written") / "ro-crate-metadata.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    base = tmp_path_factory.mktemp("made")
    fabricated.sealed(base / "out", base / "home", fabricated.spec(seeds=1))
    return base / "out"


@pytest.fixture
def crate(made, tmp_path):
    rocrate.export(made, tmp_path / "crate")
    return tmp_path / "crate"


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def zipped(folder):
    return Path(shutil.make_archive(str(folder), "zip", folder))


@pytest.mark.slow
def test_the_bundle_comes_out_as_it_went_in(made, crate, tmp_path):
    assert rocrate.read(crate, tmp_path / "out").status is Status.HOLDS
    assert contents(tmp_path / "out") == contents(made)
    assert rocrate.read(zipped(crate), tmp_path / "again").status is Status.HOLDS


def test_a_crate_that_rocrate_wrote_is_read(made, tmp_path):
    folder = tmp_path / "crate"
    shutil.copytree(made, folder / "data" / "run")
    shutil.copy(WRITTEN, folder / rocrate.METADATA)
    assert rocrate.read(folder, tmp_path / "out").status is Status.HOLDS


def test_every_reference_of_the_graph_is_in_it(crate):
    graph = json.loads((crate / rocrate.METADATA).read_text())["@graph"]
    known = {entity["@id"] for entity in graph}
    assert len(known) == len(graph)
    named = {
        part["@id"]
        for entity in graph
        for value in entity.values()
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, dict)
    }
    assert {name for name in named if not name.startswith("http")} <= known


@pytest.mark.filterwarnings("ignore")
def test_rocrate_itself_reads_ours(crate):
    library = pytest.importorskip("rocrate.rocrate", reason="rocrate is not installed")
    found = library.ROCrate(crate)
    assert found.name.startswith("Emergent misalignment")
    assert {Path(entity.id).name for entity in found.data_entities} == bundle.files("A")
    [action] = found.get_by_type("CreateAction")
    assert action["instrument"]["name"] == "butfor evidence.harness"
    assert {Path(entity.id).name for entity in action["result"]} == bundle.files("A")


def graph_changed(crate, change):
    path = crate / rocrate.METADATA
    data = json.loads(path.read_text())
    for entity in data["@graph"]:
        if entity["@id"].endswith(bundle.MANIFEST):
            change(entity)
    path.write_text(json.dumps(data))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"@id": "../out/manifest.json"}, "outside the crate"),
        ({"@id": "/etc/manifest.json"}, "outside the crate"),
        ({"sha256": "0" * 64}, "not the file"),
        ({"@type": "CreativeWork"}, "missing: manifest.json"),
    ],
)
def test_a_crate_that_tells_otherwise_is_one_clear_line(crate, tmp_path, change, says):
    graph_changed(crate, lambda entity: entity.update(change))
    with pytest.raises(HarnessError, match=says):
        rocrate.read(crate, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_is_no_crate_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("none")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    for name in ("file", "none", "empty.zip", "."):
        with pytest.raises(HarnessError):
            rocrate.read(tmp_path / name, tmp_path / "out")
