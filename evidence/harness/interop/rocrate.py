"""Research Object Crates (RO-Crate 1.1, Process Run Crate 0.5) around a bundle.

The bundle lies in a folder of its own inside the crate, unchanged; the crate says in
JSON-LD what each file is, what was run, when, and what came out.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from evidence.harness import bundle
from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.findings import Verification
from evidence.harness.interop import places
from evidence.harness.opened import Opened
from evidence.harness.verification import verify

METADATA, INSIDE = "ro-crate-metadata.json", "bundle"
CRATE = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
FORMATS = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".pem": "application/x-pem-file",
    ".zst": "application/zstd",
}
# Answers of the harness's own models are its own; whose another model's are, is not for us to say.
LICENCES = {"A": {"@id": "https://spdx.org/licenses/Apache-2.0"}}
NO_LICENCE = "Not stated: the answers are those of another's model."
LARGEST = 2**30

Entity = dict[str, Any]


def export(folder: Path, out: Path) -> list[Path]:
    """Write a crate with a whole bundle into a new folder."""
    opened = places.held(folder)
    files = {name: opened.read(name) for name in sorted(bundle.files(opened.spec.tier))}
    with bundle.reserved(out) as aside:
        (aside / INSIDE).mkdir()
        for name, data in files.items():
            bundle.write(aside / INSIDE, name, data)
        bundle.write(aside, METADATA, bundle.pretty(_metadata(opened, files)))
    return sorted(path for path in out.rglob("*") if path.is_file())


def read(crate: Path, out: Path) -> Verification:
    """Take the bundle out of a crate, a folder or a zip, into a new folder, and verify it.

    HarnessError where the crate has no whole bundle, or a file is not the one it tells of.
    """
    try:
        files = _files(crate)
    except OSError as error:
        raise HarnessError(
            f"{crate} cannot be read ({error.strerror}); name a crate."
        ) from error
    except (zipfile.BadZipFile, ValueError, LookupError, TypeError, AttributeError) as error:
        raise HarnessError(f"{crate} holds no bundle in a crate: {error}") from error
    with bundle.reserved(out) as aside:
        for name, data in files.items():
            bundle.write(aside, name, data)
    return verify(out)


def _files(crate: Path) -> dict[str, bytes]:
    """Return the bundle's files by name, as the crate's metadata finds them."""
    if crate.is_dir():
        return _found(lambda name: _in_folder(crate, name))
    with zipfile.ZipFile(crate) as archive:
        return _found(lambda name: _in_zip(archive, name))


def _found(load: Callable[[str], bytes]) -> dict[str, bytes]:
    files = {}
    for entity in json.loads(load(METADATA))["@graph"]:
        path = PurePosixPath(entity["@id"])
        if "File" not in _listed(entity["@type"]) or path.name not in bundle.files("B"):
            continue
        data = load(str(path))
        if entity.get("sha256", sha256(data)) != sha256(data):
            raise ValueError(f"{path} is not the file that the crate tells of")
        if path.name in files:
            raise ValueError(f"it has two files {path.name}")
        files[path.name] = data
    if missing := bundle.files("A") - set(files):
        raise ValueError(f"missing: {', '.join(sorted(missing))}")
    return files


def _in_folder(crate: Path, name: str) -> bytes:
    path = (crate / name).resolve()
    # A crate from elsewhere may name any path of this machine.
    if not path.is_relative_to(crate.resolve()):
        raise ValueError(f"{name} lies outside the crate")
    return path.read_bytes()


def _in_zip(archive: zipfile.ZipFile, name: str) -> bytes:
    entry = archive.getinfo(name)
    if entry.file_size > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST} bytes")
    return archive.read(entry)


def _metadata(opened: Opened, files: Mapping[str, bytes]) -> Entity:
    parts = [_file(name, data) for name, data in files.items()]
    metrics = _metrics(opened)
    materials = _materials(opened)
    described = [_descriptor(), _root(opened, parts, metrics), {"@id": PROFILE, **_PROFILE}]
    software, action = _software(opened), _action(opened, parts, materials)
    graph = [*described, *parts, software, action, *materials, *metrics]
    return {
        "@context": [f"{CRATE}/context", {"sha256": "https://schema.org/sha256"}],
        "@graph": graph,
    }


_PROFILE = {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
_SOFTWARE, _RUN = "#butfor", "#run"


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": CRATE},
    }


def _root(opened: Opened, parts: Iterable[Entity], metrics: Iterable[Entity]) -> Entity:
    predicate, recipe = opened.predicate, opened.recipe
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{recipe.title}: a run of the recipe {recipe.id}, tier {recipe.tier}",
        "description": f"{recipe.question} {predicate['outcome']}: {predicate['reason']}",
        "datePublished": opened.entries[-1].at,
        "license": LICENCES.get(opened.spec.tier, NO_LICENCE),
        "conformsTo": {"@id": PROFILE},
        "hasPart": _ids(parts),
        "mentions": [{"@id": _RUN}],
        "variableMeasured": _ids(metrics),
    }


def _file(name: str, data: bytes) -> Entity:
    return {
        "@id": f"{INSIDE}/{name}",
        "@type": "File",
        "name": name,
        "contentSize": str(len(data)),
        "encodingFormat": FORMATS[PurePosixPath(name).suffix],
        "sha256": sha256(data),
    }


def _software(opened: Opened) -> Entity:
    code = opened.predicate["code"]
    return {
        "@id": _SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "butfor evidence.harness",
        "softwareVersion": str(code.get("commit") or code.get("version") or "unknown"),
    }


def _action(opened: Opened, parts: Iterable[Entity], materials: Iterable[Entity]) -> Entity:
    return {
        "@id": _RUN,
        "@type": "CreateAction",
        "name": f"Run of {opened.spec.recipe} with {len(opened.spec.seeds)} seeds",
        "instrument": {"@id": _SOFTWARE},
        "object": _ids(materials),
        "result": _ids(parts),
        "startTime": opened.entries[0].at,
        "endTime": opened.entries[-1].at,
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }


def _materials(opened: Opened) -> list[Entity]:
    return [
        {"@id": f"#material/{name}", "@type": "CreativeWork", "name": name, "sha256": digest}
        for name, digest in sorted(opened.predicate["materials"].items())
    ]


def _metrics(opened: Opened) -> list[Entity]:
    rules = opened.recipe.rules(opened.spec)
    return [
        {
            "@id": f"#metric/{name}",
            "@type": "PropertyValue",
            "name": name,
            "value": printed["value"],
            "minValue": printed["low"],
            "maxValue": printed["high"],
            "measurementTechnique": printed["method"],
        }
        for name in dict.fromkeys((rules.primary, *rules.still, *rules.alive))
        for printed in (opened.predicate["metrics"][name],)
    ]


def _ids(entities: Iterable[Entity]) -> list[Entity]:
    return [{"@id": entity["@id"]} for entity in entities]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
