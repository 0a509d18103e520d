"""A model of codes put together from what its folder holds, each part tried before it is believed.

A folder may come from elsewhere, with a digest that fits: what is taken from it here cannot fail
later, in the middle of ranking.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.core.calibration import Calibrator
from classifier.core.coderanker import Ranker, Trained, Views
from classifier.core.codes import CodeModel, ModelRecord, definitions_digest
from classifier.core.codespace import KINDS, Kind, Space, Wording
from classifier.core.cuts import Certificate
from classifier.core.types import CodeCard, Encode, Measure

Told = Mapping[str, Any]
Arrays = Mapping[str, NDArray[Any]]

_LARGEST = 1e6  # no fit comes near; more would overflow when texts are ranked
_SIGNALS = len(Views().default)


class ToldError(ValueError):
    """What is said of a model is not what it must be; the message names the part."""


class ArrayError(ValueError):
    """The same of one of its arrays."""


def model(about: Told, arrays: Arrays, encode: Encode) -> CodeModel:
    """Return the model of what was told and its arrays. Raises ToldError and ArrayError."""
    cards = _cards(about)
    record = _record(about, cards)
    calibrator = _calibrator(_of(about, "calibrator", dict))
    terms = _terms(_of(about, "terms", dict))
    _try_arrays(arrays, len(cards), terms)
    wordings = tuple(
        Wording(kind, own, *(_wide(arrays[f"{kind}.{part}"]) for part in ("rarity", "topics")))
        for kind, own in terms.items()
    )
    lines = (arrays[name] for name in ("weights", "offsets", "towards", "company"))
    ranker = Ranker(Space(arrays["centre"], wordings), *lines)
    return CodeModel(
        cards, encode, Trained(ranker, calibrator, arrays["priors"], None), record
    )


def _cards(about: Told) -> tuple[CodeCard, ...]:
    given = _of(about, "cards", list)
    if not given or not all(isinstance(card, dict) for card in given):
        raise ToldError("'cards' must be a list of objects, at least one")
    cards = tuple(
        CodeCard(
            _of(card, "code", str),
            _of(card, "title", str),
            _of(card, "definition", str),
            _texts(card, "examples"),
        )
        for card in given
    )
    codes = [card.code for card in cards]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise ToldError(f"the code {twice!r} is there twice in 'cards'")
    return cards


def _record(about: Told, cards: Sequence[CodeCard]) -> ModelRecord:
    trained_on = _texts(about, "trained_on")
    with_code = tuple(_of(about, "with_code", list))
    if len(with_code) != len(cards) or not all(
        type(count) is int and 0 <= count <= len(trained_on) for count in with_code
    ):
        raise ToldError(
            f"'with_code' must hold {len(cards)} whole numbers, one a code, none above the "
            f"{len(trained_on)} texts of 'trained_on'"
        )
    if _of(about, "definitions", str) != definitions_digest(cards):
        raise ToldError("'definitions' is not the digest of 'cards'")
    promise = about.get("certified")
    return ModelRecord(
        version=_of(about, "version", str),
        encoder=_of(about, "encoder", str),
        definitions=about["definitions"],
        trained_on=trained_on,
        with_code=with_code,
        certified=None if promise is None else _certificate(_of(about, "certified", dict)),
        best_cut=_number(about, "best_cut"),
        metrics={
            name: Measure(*(_number(one, part) for part in ("value", "low", "high")))
            for name, one in _of(about, "metrics", dict).items()
            if _is_object(name, one)
        },
        digest=_of(about, "digest", str),
    )


def _certificate(told: Told) -> Certificate:
    ticks, right = (_of(told, name, int) for name in ("ticks", "right"))
    return Certificate(_number(told, "cut"), ticks, right, _number(told, "precision"))


def _calibrator(told: Told) -> Calibrator:
    slopes = tuple(_of(told, "slopes", list))
    if not 1 <= len(slopes) <= _SIGNALS or not all(_is_number(slope) for slope in slopes):
        raise ToldError(f"'slopes' must hold 1 to {_SIGNALS} numbers")
    return Calibrator(slopes, _number(told, "prior"), _number(told, "offset"))


def _terms(told: Told) -> dict[Kind, tuple[str, ...]]:
    """Return the terms of each kind, in the order in which their topics stand side by side."""
    if unknown := sorted(told.keys() - set(KINDS)):
        raise ToldError(
            f"'terms' has {unknown[0]!r}, and only {' and '.join(KINDS)} are known"
        )
    found: dict[Kind, tuple[str, ...]] = {
        kind: _texts(told, kind) for kind in KINDS if kind in told
    }
    for kind, terms in found.items():
        if not terms or len(set(terms)) < len(terms):
            raise ToldError(
                f"'terms' of {kind!r} must be at least one, and none of them twice"
            )
    return found


def _try_arrays(arrays: Arrays, codes: int, terms: Mapping[Kind, Sequence[str]]) -> None:
    """Raise ArrayError where a part is missing, or of another type or shape than it must be."""
    topics = {kind: _width(arrays, f"{kind}.topics", 2) for kind in terms}
    meaning = _width(arrays, "centre", 1)
    shapes: dict[str, tuple[int, ...]] = {
        "centre": (meaning,),
        "weights": (codes, meaning + sum(topics.values())),
        "offsets": (codes,),
        "towards": (codes, meaning),
        "company": (codes, codes),
        "priors": (codes,),
        **{f"{kind}.rarity": (len(own),) for kind, own in terms.items()},
        **{f"{kind}.topics": (len(own), topics[kind]) for kind, own in terms.items()},
    }
    for name, shape in shapes.items():
        _try_array(arrays, name, shape)
    if not ((arrays["priors"] > 0) & (arrays["priors"] < 1)).all():
        raise ArrayError("'priors' must be shares between 0 and 1")


def _try_array(arrays: Arrays, name: str, shape: tuple[int, ...]) -> None:
    array = _array(arrays, name)
    wanted = np.dtype(np.float32 if "." in name else np.float64)
    if array.dtype != wanted:
        raise ArrayError(f"{name!r} must be of {wanted}, and is of {array.dtype}")
    if array.shape != shape:
        raise ArrayError(f"{name!r} must have the shape {shape}, and has {array.shape}")
    if not (np.abs(array) <= _LARGEST).all():
        raise ArrayError(f"{name!r} holds what is no number, or is above {_LARGEST:,.0f}")


def _width(arrays: Arrays, name: str, dimensions: int) -> int:
    array = _array(arrays, name)
    if array.ndim != dimensions or not array.shape[-1]:
        raise ArrayError(f"{name!r} has the shape {array.shape}, which is that of no model")
    return int(array.shape[-1])


def _array(arrays: Arrays, name: str) -> NDArray[Any]:
    if name not in arrays:
        raise ArrayError(f"{name!r} is missing")
    return arrays[name]


def _wide(array: NDArray[Any]) -> NDArray[np.float64]:
    return array.astype(np.float64)


_WORDS = {str: "a text", list: "a list", dict: "an object", int: "a whole number"}


def _of(told: Told, name: str, kind: type) -> Any:
    value = told.get(name)
    if type(value) is not kind:  # True is an int, and no number here
        raise ToldError(f"{name!r} must be {_WORDS[kind]}")
    return value


def _texts(told: Told, name: str) -> tuple[str, ...]:
    values = _of(told, name, list)
    if not all(isinstance(value, str) for value in values):
        raise ToldError(f"{name!r} must be a list of texts")
    return tuple(values)


def _number(told: Told, name: str) -> float:
    value = told.get(name)
    if value is None or not _is_number(value):
        raise ToldError(f"{name!r} must be a number")
    return float(value)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and -_LARGEST <= value <= _LARGEST


def _is_object(name: str, value: Any) -> bool:
    if not isinstance(value, dict):
        raise ToldError(f"{name!r} in 'metrics' must be an object")
    return True
