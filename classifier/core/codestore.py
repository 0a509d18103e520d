"""A trained model as a folder: what it is in JSON, its numbers in safetensors, no pickle."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as unpacked
from safetensors.numpy import save as packed

from classifier.core import codeparts
from classifier.core.coderanker import Trained
from classifier.core.codes import CODES_VERSION, CodeModel, ModelError
from classifier.core.rows import parsed
from classifier.core.types import Encode

ABOUT, WEIGHTS = "model.json", "weights.safetensors"
_KIND = "butfor codes"
_ANEW = "Make the model anew with `fit`."
_LONGEST = 400


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
        model = codeparts.model(about, arrays, encode)
    except codeparts.ToldError as error:
        raise _refused(folder / ABOUT, f"{error}. {_ANEW}") from error
    except codeparts.ArrayError as error:
        raise _refused(folder / WEIGHTS, f"{error}. {_ANEW}") from error
    known = model.record.encoder
    if encoder and known and encoder != known:
        raise _refused(
            folder,
            f"was learned with the encoder {known[:12]}, and the one at hand is "
            f"{encoder[:12]}. Name that encoder, or make the model anew with `fit`.",
        )
    wide, given = len(arrays["centre"]), len(encode([""])[0])
    if wide != given:
        raise _refused(
            folder,
            f"was learned from vectors of {wide} numbers, and the encoder at hand gives {given}. "
            "Name the encoder that it was made with, or make the model anew with `fit`.",
        )
    return model


def _read(folder: Path) -> tuple[dict[str, Any], Mapping[str, NDArray[Any]]]:
    try:
        told = (folder / ABOUT).read_text(encoding="utf-8")
        weights = (folder / WEIGHTS).read_bytes()
    except (OSError, UnicodeDecodeError) as error:
        raise _refused(
            folder,
            f"holds no trained model ({ABOUT} and {WEIGHTS} are needed). Make one with `fit`.",
        ) from error
    about = _parsed(folder / ABOUT, told)
    written = about.pop("digest", "")
    if written != _digest(weights, about):
        raise _refused(folder, f"the model was changed or damaged. {_ANEW}")
    try:
        arrays = unpacked(weights)
    except (SafetensorError, ValueError, KeyError, TypeError, MemoryError) as error:
        reason = f"has an array of the type {error}" if isinstance(error, KeyError) else error
        raise _refused(folder / WEIGHTS, f"cannot be read ({reason}). {_ANEW}") from error
    return {**about, "digest": written}, arrays


def _parsed(path: Path, told: str) -> dict[str, Any]:
    try:
        about = parsed(told)
    except ValueError as error:
        raise _refused(path, f"{error}. {_ANEW}") from error
    if not isinstance(about, dict) or about.get("kind") != _KIND:
        raise _refused(
            path, "is of something else than a model of codes. Name another folder."
        )
    if about.get("version") != CODES_VERSION:
        raise _refused(
            path,
            f"was made by version {about.get('version')} of the method, and this is "
            f"{CODES_VERSION}. {_ANEW}",
        )
    return about


def _refused(path: Path, why: str) -> ModelError:
    """Return the error in one line, whatever the file has put into the reason."""
    told = " ".join(why.split())
    return ModelError(f"{path}: {told if len(told) <= _LONGEST else told[:_LONGEST] + ' …'}")


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


def _digest(weights: bytes, about: Mapping[str, Any]) -> str:
    told = json.dumps(about, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(weights + told.encode()).hexdigest()
