"""Fits a new version, and holds it against the version in use, in up to three ways.

- `refitted`: what the labels of each teach. Both are fitted anew without each fold's texts, the
  one to the new labels and the other to those that the version in use had learned from, and rank
  the texts of the fold by the new labels.
- `fresh`: the version in use as it is stored, against the new one fitted without each fold's
  texts, on the texts that the stored one has not learned from, nor anything near them.
- `blind`: both as they are stored, on the blind sample, from which no version learns.

Nothing ranks a text that it has seen. The measure is the average precision of each text's ranking
of the codes; the interval of the mean difference is a paired bootstrap over groups of texts that
tell the same thing. Where the interval lies below zero in one of them, the new version is refused.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from classifier import storage
from classifier.core.encoder import Encoder
from classifier.core.types import CodeCard, CodedText, Measure, Vector

if TYPE_CHECKING:
    from classifier.core.codes import CodeModel, ModelRecord

FOLDS = 5
DRAWS = 2000
LEAST = 10  # groups of fresh texts, or of the blind sample, below which chance says it all
HOW = {
    "refitted": "with the labels of each learned anew",
    "fresh": "as it is stored, on texts that it has not learned from",
    "blind": "as both are stored, on the blind sample",
}
Tell = Callable[[str], None]


class Reader:
    """An encoder that reads each text once, however many folds it is in."""

    def __init__(self, encoder: Encoder) -> None:
        self.digest = encoder.digest
        self._encoder = encoder
        self._known: dict[str, Vector] = {}

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(
            zip(fresh, self._encoder.encode(fresh) if fresh else [], strict=True)
        )
        return [self._known[text] for text in texts]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: its group, and the fold that the whole group is in."""

    group: int
    fold: int


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be learned of one kind of codes, and what the version in use had learned of it.

    `blind` are texts that no version learns from, with what editors decided unseen.
    """

    kind: str
    cards: tuple[CodeCard, ...]
    texts: tuple[CodedText, ...]
    before: tuple[CodedText, ...]
    blind: tuple[CodedText, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean average precision of the new and of the old, and their difference with its interval."""

    new: float
    old: float
    difference: float
    low: float
    high: float
    texts: int
    groups: int

    @property
    def is_worse(self) -> bool:
        return self.high < 0

    def __str__(self) -> str:
        return (
            f"mean average precision {self.new:.3f} against {self.old:.3f}, difference "
            f"{self.difference:+.3f} ({self.low:+.3f} to {self.high:+.3f}), on {self.texts} "
            f"texts in {self.groups} groups"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of a training; `refused` says why it may not be put to use, if it may not.

    `comparisons` are by the names of `HOW`, as far as there were texts for them; `against` is the
    digest of the version that they are with, empty where the definitions alone were in use.
    """

    digest: str
    weights: str
    metrics: dict[str, Any]
    thresholds: dict[str, Any]
    comparisons: dict[str, Comparison]
    refused: str
    against: str = ""


Models = Mapping[str, "CodeModel"]
"""The model of each kind of codes."""


def learn(
    digest: str,
    lessons: Sequence[Lesson],
    encoder: Encoder,
    tell: Tell,
    *,
    stored: Models,
    known: Mapping[str, str],
) -> Learned:
    """Fit each lesson, compare, and keep the models in one folder: a subfolder a kind.

    `stored` is what the version in use has learned; a kind that it lacks it ranks by the
    definitions alone. `known` are the digests, by their weights, of versions that were learned
    from the same before.
    """
    from classifier.core.codes import fit

    reader = Reader(encoder)
    models: dict[str, CodeModel] = {}
    for lesson in lessons:
        tell(f"learning the {lesson.kind} codes from {len(lesson.texts)} texts")
        models[lesson.kind] = fit(
            lesson.texts, lesson.cards, reader.encode, encoder=encoder.digest
        )
    found = compare(lessons, reader, models, stored, tell)

    def write(folder: Path) -> None:
        for kind, model in models.items():
            model.save(folder / kind)

    records = {kind: model.record for kind, model in models.items()}
    worse = [
        f"It ranks worse than the version in use, {HOW[how]}: {comparison}."
        for how, comparison in found.items()
        if comparison.is_worse
    ]
    kept = storage.keep(digest, write, known=known)
    return Learned(
        kept.digest,
        kept.weights,
        {kind: _measures(record.metrics) for kind, record in records.items()},
        {kind: _threshold(record) for kind, record in records.items()},
        found,
        " ".join(worse),
    )


def compare(
    lessons: Sequence[Lesson], reader: Reader, models: Models, stored: Models, tell: Tell
) -> dict[str, Comparison]:
    """Hold new against old in each way for which there are groups of texts enough."""
    ways = {
        **_on_the_labels(lessons, reader, stored, tell),
        "blind": _on_the_blind(lessons, reader, models, stored),
    }
    least = {"refitted": 1, "fresh": LEAST, "blind": LEAST}
    return {how: _compared(pairs) for how, pairs in ways.items() if len(pairs) >= least[how]}


Pairs = list[list[tuple[float, float]]]
"""For each group of texts, how well the new and the old rank the codes of each."""


def _on_the_labels(
    lessons: Sequence[Lesson], reader: Reader, stored: Models, tell: Tell
) -> dict[str, Pairs]:
    places = _places(lessons, reader)
    seen = {
        places[text.id].group
        for lesson in lessons
        for text in lesson.before
        if text.id in places
    }
    refitted: dict[int, list[tuple[float, float]]] = defaultdict(list)
    fresh: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for lesson in lessons if places else ():
        old = stored.get(lesson.kind)
        for text, new, before in _out_of_fold(lesson, places, reader, tell):
            group = places[text.id].group
            refitted[group].append((_precision(new, text), _precision(before, text)))
            if old and group not in seen:
                [ranking] = _ranked(old, [text])
                fresh[group].append((_precision(new, text), _precision(ranking, text)))
    return {"refitted": list(refitted.values()), "fresh": list(fresh.values())}


def _on_the_blind(
    lessons: Sequence[Lesson], reader: Reader, models: Models, stored: Models
) -> Pairs:
    from classifier.core.codes import fit, shelf

    texts = {text.id: text for lesson in lessons for text in lesson.blind}
    if not texts:
        return []
    bare = [CodedText(text.id, text.text) for text in texts.values()]
    groups = dict(
        zip(texts, shelf(bare, lessons[0].cards, reader.encode).groups.tolist(), strict=True)
    )
    pairs: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for lesson in lessons:
        coded = [text for text in lesson.blind if text.codes]
        old = stored.get(lesson.kind) or fit((), lesson.cards, reader.encode)
        ranked = zip(
            coded, _ranked(models[lesson.kind], coded), _ranked(old, coded), strict=True
        )
        for text, new, before in ranked:
            pair = (_precision(new, text), _precision(before, text))
            pairs[groups[text.id]].append(pair)
    return list(pairs.values())


def average_precision(ranking: Sequence[str], right: Sequence[str]) -> float:
    """Return the mean, over the codes that are right, of the precision down to each of them."""
    wanted, found, total = set(right), 0, 0.0
    for place, code in enumerate(ranking, 1):
        if code in wanted:
            found += 1
            total += found / place
    return total / len(wanted)


def _precision(ranking: Sequence[str], text: CodedText) -> float:
    return average_precision(ranking, text.codes or ())


def _out_of_fold(
    lesson: Lesson, places: Mapping[str, Place], reader: Reader, tell: Tell
) -> Iterator[tuple[CodedText, list[str], list[str]]]:
    """Yield each text with a code, and its codes as new and old labels have them ranked."""
    for fold in range(FOLDS):
        tell(f"comparing on the {lesson.kind} codes, fold {fold + 1} of {FOLDS}")
        held = {text_id for text_id, place in places.items() if place.fold == fold}
        texts = [text for text in lesson.texts if text.id in held and text.codes]
        new, old = (
            _rankings([t for t in known if t.id not in held], lesson, texts, reader)
            for known in (lesson.texts, lesson.before)
        )
        yield from zip(texts, new, old, strict=True)


def _rankings(
    known: Sequence[CodedText], lesson: Lesson, texts: Sequence[CodedText], reader: Reader
) -> list[list[str]]:
    from classifier.core.codes import fit

    return _ranked(fit(known, lesson.cards, reader.encode), texts)


def _ranked(model: "CodeModel", texts: Sequence[CodedText]) -> list[list[str]]:
    said = model.propose([text.text for text in texts])
    return [[row.code for row in proposal.codes] for proposal in said]


def _places(lessons: Sequence[Lesson], reader: Reader) -> dict[str, Place]:
    """Put each text, by its id, into a group and a fold; none where there are too few groups."""
    from classifier.core.codes import shelf
    from classifier.core.groups import folded

    texts = {
        text.id: CodedText(text.id, text.text, group=text.group)
        for lesson in lessons
        for text in (*lesson.before, *lesson.texts)
    }
    groups = shelf(list(texts.values()), lessons[0].cards, reader.encode).groups
    if len(set(groups.tolist())) < FOLDS:
        return {}
    folds = folded(groups, FOLDS, 0)
    places = zip(texts, groups.tolist(), folds.tolist(), strict=True)
    return {text_id: Place(group, fold) for text_id, group, fold in places}


def _compared(pairs: Sequence[Sequence[tuple[float, float]]]) -> Comparison:
    sums = [(sum(new - old for new, old in group), len(group)) for group in pairs]
    random = Random(0)  # noqa: S311 - the same labels give the same figures
    drawn = sorted(_mean(random.choices(sums, k=len(sums))) for _ in range(DRAWS))
    every = [pair for group in pairs for pair in group]
    return Comparison(
        new=sum(new for new, _ in every) / len(every),
        old=sum(old for _, old in every) / len(every),
        difference=_mean(sums),
        low=drawn[round(0.025 * DRAWS)],
        high=drawn[round(0.975 * DRAWS) - 1],
        texts=len(every),
        groups=len(pairs),
    )


def _mean(sums: Sequence[tuple[float, int]]) -> float:
    return sum(total for total, _ in sums) / sum(count for _, count in sums)


def _measures(metrics: Mapping[str, Measure]) -> dict[str, Any]:
    return {name: asdict(measure) for name, measure in metrics.items()}


def _threshold(record: "ModelRecord") -> dict[str, Any]:
    certified = asdict(record.certified) if record.certified else None
    return {"cut": record.cut, "certified": certified, "digest": record.digest}
