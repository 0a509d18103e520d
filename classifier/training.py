"""Fits a new version, and holds its way of ranking against that of the version in use.

Both are fitted anew without each fold's texts, the one to the new labels and the other to those
that the version in use had learned from, and rank the texts of the fold: the same labels and the
same folds for both, and nothing ranks a text that it has seen. The measure is the average
precision of each text's ranking of the codes; the interval of the mean difference is a paired
bootstrap over groups of texts that tell the same thing.
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
    """What is to be learned of one kind of codes, and what the version in use had learned of it."""

    kind: str
    cards: tuple[CodeCard, ...]
    texts: tuple[CodedText, ...]
    before: tuple[CodedText, ...]


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
    """What came of a training; `refused` says why it may not be put to use, if it may not."""

    weights: str
    metrics: dict[str, Any]
    thresholds: dict[str, Any]
    comparison: Comparison | None
    refused: str


def learn(digest: str, lessons: Sequence[Lesson], encoder: Encoder, tell: Tell) -> Learned:
    """Fit each lesson, compare, and keep the models in one folder: a subfolder a kind."""
    from classifier.core.codes import fit

    reader = Reader(encoder)
    models: dict[str, CodeModel] = {}
    for lesson in lessons:
        tell(f"learning the {lesson.kind} codes from {len(lesson.texts)} texts")
        models[lesson.kind] = fit(
            lesson.texts, lesson.cards, reader.encode, encoder=encoder.digest
        )
    comparison = compare(lessons, reader, tell)

    def write(folder: Path) -> None:
        for kind, model in models.items():
            model.save(folder / kind)

    records = {kind: model.record for kind, model in models.items()}
    worse = comparison is not None and comparison.is_worse
    return Learned(
        storage.keep(digest, write),
        {kind: _measures(record.metrics) for kind, record in records.items()},
        {kind: _threshold(record) for kind, record in records.items()},
        comparison,
        f"It ranks worse than the version in use: {comparison}." if worse else "",
    )


def compare(lessons: Sequence[Lesson], reader: Reader, tell: Tell) -> Comparison | None:
    """Hold new against old on the new labels; None where there are too few groups for folds."""
    places = _places(lessons, reader)
    pairs: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for lesson in lessons if places else ():
        for text_id, pair in _pairs(lesson, places, reader, tell):
            pairs[places[text_id].group].append(pair)
    return _compared(list(pairs.values())) if pairs else None


def average_precision(ranking: Sequence[str], right: Sequence[str]) -> float:
    """Return the mean, over the codes that are right, of the precision down to each of them."""
    wanted, found, total = set(right), 0, 0.0
    for place, code in enumerate(ranking, 1):
        if code in wanted:
            found += 1
            total += found / place
    return total / len(wanted)


def _pairs(
    lesson: Lesson, places: Mapping[str, Place], reader: Reader, tell: Tell
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield, for each text with a code, how well the new and the old rank its codes."""
    for fold in range(FOLDS):
        tell(f"comparing on the {lesson.kind} codes, fold {fold + 1} of {FOLDS}")
        held = {text_id for text_id, place in places.items() if place.fold == fold}
        texts = [text for text in lesson.texts if text.id in held and text.codes]
        new, old = (
            _rankings([t for t in known if t.id not in held], lesson, texts, reader)
            for known in (lesson.texts, lesson.before)
        )
        for text, *ranks in zip(texts, new, old, strict=True):
            after, before = (average_precision(rank, text.codes or ()) for rank in ranks)
            yield text.id, (after, before)


def _rankings(
    known: Sequence[CodedText], lesson: Lesson, texts: Sequence[CodedText], reader: Reader
) -> list[list[str]]:
    from classifier.core.codes import fit

    model = fit(known, lesson.cards, reader.encode)
    said = model.propose([text.text for text in texts]) if texts else []
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
