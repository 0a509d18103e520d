"""Every format by its name on the command line; listing them loads neither torch nor numpy."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from evidence.harness.canonical import canonical
from evidence.harness.errors import HarnessError
from evidence.harness.findings import Status

# Takes what is read, where to write, and the seed that is meant; returns what it wrote.
Move = Callable[[Path, Path, int], list[Path]]


@dataclass(frozen=True, slots=True)
class Format:
    """What the export and the import of a format leave, in words, and how they are made."""

    exports: str
    export: Move
    imports: str
    import_: Move


def _export_inspect(folder: Path, out: Path, _seed: int) -> list[Path]:
    from evidence.harness.interop import inspect_writing

    return inspect_writing.export(folder, out)


def _import_inspect(log: Path, out: Path, seed: int) -> list[Path]:
    from evidence.harness.interop import inspect_reading, places

    rows = inspect_reading.read(log, seed=seed)
    places.write(out, b"".join(canonical(asdict(row)) + b"\n" for row in rows))
    return [out]


def _export_avid(folder: Path, out: Path, _seed: int) -> list[Path]:
    from evidence.harness.interop import avid

    return avid.export(folder, out)


def _import_avid(report: Path, out: Path, _seed: int) -> list[Path]:
    from evidence.harness.interop import avid, places

    metrics = {name: asdict(metric) for name, metric in avid.read(report).items()}
    places.write(out, json.dumps(metrics, indent=2).encode() + b"\n")
    return [out]


def _export_crate(folder: Path, out: Path, _seed: int) -> list[Path]:
    from evidence.harness.interop import rocrate

    return rocrate.export(folder, out)


def _import_crate(crate: Path, out: Path, _seed: int) -> list[Path]:
    from evidence.harness.interop import rocrate

    found = rocrate.read(crate, out)
    if found.status is not Status.HOLDS:
        raise HarnessError(
            f"The bundle lies in {out}, but it {found.status}: see `verify {out}`."
        )
    return sorted(out.iterdir())


def _export_vector(folder: Path, out: Path, seed: int) -> list[Path]:
    from evidence.harness.interop import insides

    return insides.export_vector(folder, out, seed=seed)


def _import_vector(file: Path, out: Path, _seed: int) -> list[Path]:
    from evidence.harness.interop import vectors

    vectors.write(vectors.read(file), out)
    return [out]


def _export_sae(folder: Path, out: Path, seed: int) -> list[Path]:
    from evidence.harness.interop import insides

    return insides.export_autoencoder(folder, out, seed=seed)


def _import_sae(folder: Path, out: Path, seed: int) -> list[Path]:
    from evidence.harness.interop import insides

    return insides.measure_autoencoder(folder, out, seed=seed)


FORMATS: Mapping[str, Format] = {
    "inspect": Format(
        "a folder of Inspect logs (.eval), one for each arm and seed",
        _export_inspect,
        "an Inspect log's answers and scores as rows (JSON Lines)",
        _import_inspect,
    ),
    "avid": Format(
        "an AVID report (JSON) with the metrics that decide",
        _export_avid,
        "the metrics of a report that have intervals (JSON)",
        _import_avid,
    ),
    "ro-crate": Format(
        "a folder that is an RO-Crate, the bundle inside",
        _export_crate,
        "the bundle inside a crate (a folder or a zip), verified",
        _import_crate,
    ),
    "vector": Format(
        "the author's direction of a seed, .gguf or .safetensors",
        _export_vector,
        "a steering vector of one of these formats in the other",
        _import_vector,
    ),
    "sae": Format(
        "the autoencoder of a seed of `direction`, a folder as SAELens has it",
        _export_sae,
        "how an autoencoder does on a seed's base model (readings, JSON Lines)",
        _import_sae,
    ),
}
