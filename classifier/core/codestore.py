"""A trained model as a folder: what it is in JSON, its numbers in safetensors, no pickle."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as unpacked
from safetensors.numpy import save as packed

from classifier.core.calibration import Calibrator
from classifier.core.coderanker import Ranker, Trained
from classifier.core.codes import CODES_VERSION, CodeModel, ModelError, ModelRecord
from classifier.core.codespace import Kind, Space, Wording
from classifier.core.cuts import Certificate
from classifier.core.types import CodeCard, Encode, Measure

ABOUT, WEIGHTS = "model.json", "weights.safetensors"
_KIND = "butfor codes"


def save(model: CodeModel, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(packed(_arrays(model.trained)))
    about = {**_about(model), "digest": model.record.digest}
    told = json.dumps(about, ensure_ascii=False, indent=1)
    (folder / ABOUT).write_text(told + "\n", encoding="utf-8")


def digest(model: CodeModel) -> str:
    """Return the SHA-256 of the weights and of all that is said of them."""
    return _digest(packed(_arrays(model.trained)), _about(model))


def load(folder: Path, encode: Encode, encoder: str) -> CodeModel:
    """Read a model back; `encoder` is the digest of the one at hand, empty if not known."""
    about, arrays = _read(folder)
    try:
        model = _model(about, arrays, encode)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder}: lacks a part of the model ({error}). Make it anew with `fit`."
        ) from error
    known = model.record.encoder
    if encoder and known and encoder != known:
        raise ModelError(
            f"{folder}: was learned with the encoder {known[:12]}, and the one at hand is "
            f"{encoder[:12]}. Name that encoder, or make the model anew with `fit`."
        )
    return model


def _read(folder: Path) -> tuple[dict[str, Any], Mapping[str, NDArray[Any]]]:
    try:
        told = (folder / ABOUT).read_text(encoding="utf-8")
        weights = (folder / WEIGHTS).read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(
            f"{folder}: holds no trained model ({ABOUT} and {WEIGHTS} are needed). "
            "Make one with `fit`."
        ) from error
    about = _parsed(folder, told)
    written = about.pop("digest", "")
    if written != _digest(weights, about):
        raise ModelError(
            f"{folder}: the model was changed or damaged. Make it anew with `fit`."
        )
    try:
        return {**about, "digest": written}, unpacked(weights)
    except (SafetensorError, ValueError) as error:
        raise ModelError(f"{folder}: {WEIGHTS} cannot be read ({error}).") from error


def _parsed(folder: Path, told: str) -> dict[str, Any]:
    try:
        about = json.loads(told)
    except json.JSONDecodeError as error:
        raise ModelError(f"{folder}: {ABOUT} is not JSON ({error.msg}).") from error
    if not isinstance(about, dict) or about.get("kind") != _KIND:
        raise ModelError(f"{folder}: {ABOUT} is of something else than a model of codes.")
    if about.get("version") != CODES_VERSION:
        raise ModelError(
            f"{folder}: was made by version {about.get('version')} of the method, and this is "
            f"{CODES_VERSION}. Make it anew with `fit`."
        )
    return about


def _arrays(trained: Trained) -> dict[str, NDArray[Any]]:
    ranker = trained.ranker
    arrays: dict[str, NDArray[Any]] = {
        "centre": ranker.space.centre,
        "weights": ranker.weights,
        "offsets": ranker.offsets,
        "towards": ranker.towards,
        "company": ranker.company,
        "priors": trained.priors,
    }
    for wording in ranker.space.wordings:
        # The largest by far, and rounded to this already.
        arrays[f"{wording.kind}.rarity"] = wording.rarity.astype(np.float32)
        topics = np.ascontiguousarray(wording.topics, dtype=np.float32)
        arrays[f"{wording.kind}.topics"] = topics
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def _about(model: CodeModel) -> dict[str, Any]:
    """Return all that is not an array, in the types that JSON gives back."""
    wordings = model.trained.ranker.space.wordings
    record = {name: value for name, value in asdict(model.record).items() if name != "digest"}
    about = {
        "kind": _KIND,
        **record,
        "cards": [asdict(card) for card in model.cards],
        "calibrator": asdict(model.trained.calibrator),
        "terms": {wording.kind: wording.terms for wording in wordings},
    }
    same: dict[str, Any] = json.loads(json.dumps(about))
    return same


def _model(
    about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], encode: Encode
) -> CodeModel:
    wordings = tuple(_wording(kind, terms, arrays) for kind, terms in about["terms"].items())
    lines = (arrays[name] for name in ("weights", "offsets", "towards", "company"))
    ranker = Ranker(Space(arrays["centre"], wordings), *lines)
    cards = tuple(
        CodeCard(card["code"], card["title"], card["definition"], tuple(card["examples"]))
        for card in about["cards"]
    )
    if not len(cards) == len(ranker.weights) == len(ranker.offsets) == len(arrays["priors"]):
        raise ValueError("the numbers of codes differ")
    given = about["calibrator"]
    calibrator = Calibrator(tuple(given["slopes"]), given["prior"], given["offset"])
    trained = Trained(ranker, calibrator, arrays["priors"], None)
    return CodeModel(cards, encode, trained, _record(about))


def _wording(kind: Kind, terms: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> Wording:
    rarity, topics = (
        arrays[f"{kind}.{name}"].astype(np.float64) for name in ("rarity", "topics")
    )
    if not len(terms) == len(rarity) == len(topics):
        raise ValueError("the numbers of terms differ")
    return Wording(kind, tuple(terms), rarity, topics)


def _record(about: Mapping[str, Any]) -> ModelRecord:
    promise = about["certified"]
    return ModelRecord(
        version=about["version"],
        encoder=about["encoder"],
        definitions=about["definitions"],
        trained_on=tuple(about["trained_on"]),
        with_code=tuple(about["with_code"]),
        certified=Certificate(**promise) if promise else None,
        best_cut=about["best_cut"],
        metrics={name: Measure(**one) for name, one in about["metrics"].items()},
        digest=about["digest"],
    )


def _digest(weights: bytes, about: Mapping[str, Any]) -> str:
    told = json.dumps(about, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(weights + told.encode()).hexdigest()
