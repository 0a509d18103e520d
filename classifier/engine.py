"""The classifier's edge: settings and stored versions on one side, the pure core on the other.

It knows no wire. The encoder is loaded once a process, on first use, and only a worker uses it:
importing this module loads neither torch nor numpy.
"""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from classifier import storage, training
from classifier.core import plaintext
from classifier.core import sentences as splitting
from classifier.core.encoder import Encoder, EncoderError, folder_of
from classifier.core.formula import SAME as SAME_FORMULA
from classifier.core.omissions import Omission
from classifier.core.plaintext import Citation, Plain, Style
from classifier.core.types import (
    BARE_CITATION,
    CodeCard,
    CodedText,
    CodeScore,
    Document,
    EventClassGuess,
    Finding,
    Match,
    Proposal,
    RationaleDraft,
    Sentence,
    SeverityFactors,
    SourceText,
    Vector,
)
from classifier.core.vectors import cosine
from classifier.core.version import CHECKER_VERSION
from classifier.models import ClassifierVersion
from classifier.storage import WeightsLostError
from classifier.training import HOW, Learned, Lesson, Tell

if TYPE_CHECKING:
    from classifier.core.codes import CodeModel
    from classifier.core.entailment import Entailment
    from classifier.core.instruction import Drafter

_SHOWN = 24  # digits of a model's hash that are kept with a verdict
logger = logging.getLogger(__name__)

__all__ = [
    "BARE_CITATION", "CHECKER_VERSION", "HOW", "SAME_FORMULA", "Citation", "Classifier", "CodeCard",
    "CodeScore", "CodedText", "Document", "EncoderError", "EventClassGuess", "Finding", "Learned",
    "Lesson", "Match", "ModelDraft", "Omission", "Plain", "Proposal", "RationaleDraft", "Sentence", "SeverityFactors",
    "SourceText", "Style", "Vector", "check", "checker", "classifier", "draft", "drafter_problem", "embed", "embed_all", "embed_with",
    "encoder_digest", "encoder_dimensions", "event_class", "examine_entailment", "factors", "held_against", "is_kept", "is_of_this_checker", "is_unfinished",
    "learn", "learned_before", "loss",
    "model_draft", "names_nothing_of", "nearest", "not_verbatim", "omissions", "probes", "propose", "read", "similar", "split",
    "store", "template", "trained", "version", "wordings",
]  # fmt: skip


def split(body: str) -> tuple[Sentence, ...]:
    """Return the sentences of a Markdown body in order, its headings among them."""
    return splitting.split(body)


def read(body: str) -> tuple[Plain, ...]:
    """Return the blocks of a Markdown body: what `split` cuts, and all that a page shows of it."""
    return tuple(plaintext.read(body))


def check(claims: Sequence[str], sources: Sequence[SourceText]) -> tuple[Finding, ...]:
    """Hold each claim against the sources; one finding a claim, in the same order.

    The entailment model is asked beside the rules where the settings name one. Raises
    EncoderError where it is not on this machine.
    """
    from classifier.core.claims import check as hold

    name = settings.ENTAILMENT
    entail = _entailment(name).judge if name else None
    return hold(claims, sources, encode=_encoder().encode, entail=entail)


def checker() -> str:
    """Return what is kept with each verdict: the rules' version, and the entailment model's hash.

    Raises EncoderError where the settings name a model that is not on this machine. Loads
    nothing heavy, but reads a model's weights once a process.
    """
    name = settings.ENTAILMENT
    return (
        f"{CHECKER_VERSION}+{_entailment_digest(name)[:_SHOWN]}" if name else CHECKER_VERSION
    )


def is_of_this_checker(kept: str) -> bool:
    """Tell whether a verdict is such as would be given now; no, where that cannot be told here."""
    try:
        return kept == checker()
    except EncoderError:
        return False


def examine_entailment() -> None:
    """Raise EncoderError where the settings name an entailment model that cannot be used."""
    from classifier.core.entailment import examine

    if settings.ENTAILMENT:
        examine(settings.ENTAILMENT)


def omissions(wire: str, sources: Sequence[SourceText], *, limit: int) -> tuple[Omission, ...]:
    """Return the terms that two or more sources dwell on and a wire has not, most first."""
    from classifier.core.omissions import omissions as look

    return look(wire, sources, limit=limit)


def propose(text: str, cards: Sequence[CodeCard], *, limit: int) -> Proposal:
    """Rank one set of codes (all M, or all F) by their definitions alone; return the best."""
    return _untrained(tuple(cards)).propose([text], limit=limit)[0]


def factors(sentences: Sequence[Sentence]) -> SeverityFactors:
    """Return the severity factors as the shipped model grades them, or as the rules do.

    The model speaks where the encoder is the one that it was fitted with. Out of fold it agrees
    with the desk better than the rules in each factor, beyond chance in scale alone: the model's
    file has the figures. What a factor rests on the rules say.
    """
    from classifier.core import severity
    from classifier.core.factors import shipped, told

    model, encoder = shipped(), _encoder()
    if encoder.digest != model.encoder or not sentences:
        return severity.factors(sentences)
    return told(sentences, model, encoder.encode)


def event_class(sentences: Sequence[Sentence]) -> EventClassGuess:
    from classifier.core.severity import event_class as guess

    return guess(sentences)


def draft(sentences: Sequence[Sentence], providers: Sequence[str]) -> RationaleDraft:
    from classifier.core.rationale import draft as fill

    return fill(sentences, providers)


def template(draft: RationaleDraft) -> str | None:
    """Return the counterfactual as a form for an editor to finish; None where a slot is empty."""
    from classifier.core.template import counterfactual

    found = counterfactual(draft)
    return found.form if found else None


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A counterfactual as an instruction model drafts it; `problem` says why there is none.

    `sha256` is of the model's weights, and empty where the model is behind an address.
    """

    text: str
    model: str
    sha256: str
    problem: str

    def failed(self, error: Exception) -> "ModelDraft":
        """Return that there is none, because of an error."""
        from classifier.core.instruction import in_a_line

        problem = in_a_line(f"{type(error).__name__}: {error}")[:300]
        return replace(self, text="", problem=problem)


def model_draft(draft: RationaleDraft, text: str) -> ModelDraft | None:
    """Return what the instruction model drafts from the filled slots of a text.

    None where the settings name no model, or a slot is empty. It never raises: whatever goes
    wrong with the model, the text is proposed for without it.
    """
    from classifier.core.instruction import drafted

    if not settings.DRAFTER or template(draft) is None:
        return None
    try:
        drafter = _drafter(settings.DRAFTER, settings.DRAFTER_MODEL, settings.DRAFTER_KEY)
        said = drafted(draft, text, drafter)
    except Exception as error:  # noqa: BLE001 - another's model and another's server
        named = settings.DRAFTER_MODEL or settings.DRAFTER
        return ModelDraft("", named, "", "").failed(error)
    return ModelDraft(said, drafter.name, drafter.digest, "") if said else None


def drafter_problem() -> str:
    """Return what is wrong with the settings of the instruction model; empty where nothing is."""
    from classifier.core.instruction import address_problem, is_address

    where = settings.DRAFTER
    if is_address(where) and (problem := address_problem(where, settings.DRAFTER_KEY)):
        return f"DRAFTER: {problem}"
    if is_address(where) and not settings.DRAFTER_MODEL:
        return f"DRAFTER_MODEL does not name the model at {where}."
    if where and not is_address(where) and not (Path(where) / "config.json").is_file():
        return f"DRAFTER is {where!r}: neither a folder with a model nor an http address."
    if settings.DRAFTER_SECONDS <= 0:
        return "DRAFTER_SECONDS must be positive."
    return ""


def is_unfinished(counterfactual: str, harm: str) -> bool:
    """Tell whether a counterfactual is such a form, and nobody has finished it."""
    from classifier.core.template import is_unfinished as tell

    return tell(counterfactual, harm)


def names_nothing_of(text: str, wire_text: str) -> bool:
    """Tell whether a but-for text could stand on any wire: it has no name of this one."""
    from classifier.core.rationale import names_nothing_of as tell

    return tell(text, wire_text)


def wordings(
    slots: Sequence[str],
    names: Sequence[str],
    others: Sequence[tuple[Sequence[str], Sequence[str]]],
) -> list[float]:
    """Return how alike a but-for text is worded to each of the others, 0 to 1, names left out.

    Each text comes with the names of its wire's own providers; other names are found. From
    `SAME_FORMULA` on, two texts are one formula.
    """
    from classifier.core.formula import likeness, skeleton

    mine = skeleton(slots, names)
    return [likeness(mine, skeleton(other, known)) for other, known in others]


def probes(text: str, *, limit: int) -> tuple[str, ...]:
    """Return stretches of a but-for text that another text of the same formula holds too."""
    from classifier.core.formula import probes as choose

    return choose(text, limit=limit)


def not_verbatim(text: str, sources: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the quoted phrases and the numbers of a sentence that stand in no source."""
    from classifier.core.verbatim import absent

    return absent(text, sources)


def embed(text: str) -> Vector:
    [vector] = embed_all([text])
    return vector


def embed_all(texts: Sequence[str]) -> list[Vector]:
    return _encoder().encode(texts)


def embed_with(digest: str, text: str) -> Vector | None:
    """Return the vector of an encoder that was used before; None where it is gone from here."""
    encoder = _earlier(digest)
    return encoder.encode([text])[0] if encoder else None


def nearest(text: str, others: Sequence[str]) -> int:
    """Return the place of the text that is nearest in meaning; the first of equals."""
    mine, *vectors = embed_all([text, *others])
    return max(range(len(others)), key=lambda n: cosine(mine, vectors[n]))


def encoder_digest() -> str:
    """Return the SHA-256 of the configured encoder's weights. Loads it."""
    return _encoder().digest


def encoder_dimensions() -> int:
    """Return how many numbers the configured encoder's vectors have; its files say so.

    Raises EncoderError where it is not on this machine. Loads nothing heavy.
    """
    folder = folder_of(settings.ENCODER or None)
    return _dimensions(folder)


def similar(
    text: str, vector: Vector, corpus: Sequence[Document], *, limit: int
) -> tuple[Match, ...]:
    """Return the documents most like a text, best first; it and they have their vectors already."""
    from classifier.core.similar import rank

    return rank(text, corpus, encode=lambda _: [vector], limit=limit)


Cards = Mapping[str, Sequence[CodeCard]]
"""The cards of each kind of code."""


@dataclass(frozen=True, slots=True)
class Classifier:
    """What ranks codes now. Where it has learned nothing of a kind, the definitions rank alone."""

    version: ClassifierVersion
    cards: Cards
    models: "Mapping[str, CodeModel]"

    def propose(self, text: str, kind: str, *, limit: int) -> Proposal:
        """Rank the codes of a kind for a text: those ticked, and up to `limit` more."""
        if model := self.models.get(kind):
            return model.propose([text], limit=limit)[0]
        return propose(text, self.cards[kind], limit=limit)


def classifier(cards: Cards) -> Classifier:
    """Return the active version's classifier, or one that has learned nothing where it is no use.

    The row is asked each time, so that a worker follows an activation without a restart.
    """
    known = ClassifierVersion.objects.defer("training", "metrics")
    active = known.filter(active=True).exclude(weights="").first()
    if active:
        try:
            return Classifier(active, cards, _models(active, cards))
        except (UnusableError, WeightsLostError) as error:
            _tell_once(
                f"Classifier {active} is active and cannot be used: {error}. Codes are ranked by "
                "their definitions alone until it is put right or another one is activated."
            )
    return Classifier(version(cards), cards, {})


class UnusableError(Exception):
    """A version was made for another encoder or other definitions, or cannot be read."""


def version(cards: Cards) -> ClassifierVersion:
    """Return the stored version of this encoder, these definitions and this checker, untrained."""
    encoder, definitions = _encoder(), _definitions(cards)
    found, _ = ClassifierVersion.objects.get_or_create(
        digest=_sha256([encoder.digest, definitions, CHECKER_VERSION]),
        defaults=_made_from(encoder, definitions),
    )
    return found


def trained(cards: Cards, labels: object) -> str:
    """Return the digest of the version that is learned from these labels, which are plain JSON."""
    from classifier.core.codes import CODES_VERSION

    parts = [_encoder().digest, _definitions(cards), CHECKER_VERSION, CODES_VERSION, labels]
    return _sha256(parts)


def is_kept(version: ClassifierVersion) -> bool:
    """Say whether what a version learned is here as it was kept."""
    return not loss(version)


def loss(version: ClassifierVersion) -> str:
    """Say what has become of what a version learned; empty where it is here as it was kept."""
    try:
        storage.folder(version.digest, version.weights)
    except WeightsLostError as error:
        return str(error)
    return ""


def learned_before(digest: str) -> list[ClassifierVersion]:
    """Return the versions that were learned from what this digest stands for, the first one first.

    There is more than one where the weights of one were lost and others came of the same.
    """
    versions = ClassifierVersion.objects.exclude(weights="").defer("training", "metrics")
    return [
        row
        for row in versions.order_by("pk")
        if row.digest in (digest, storage.other(digest, row.weights))
    ]


def learn(
    digest: str, lessons: Sequence[Lesson], tell: Tell, *, cards: Cards | None = None
) -> Learned:
    """Fit a model to each lesson, hold them against what is in use, and keep them in one folder.

    `cards` are all that the version in use ranks; without them it is judged by its labels alone.
    Safe to stop: nothing is kept before all is done.
    """
    active = ClassifierVersion.objects.filter(active=True).first()
    stored = _in_use(cards, tell) if cards else {}
    known = {row.weights: row.digest for row in learned_before(digest)}
    # Not the encoder that remembers: a text's last bits depend on those that it is read with,
    # and these would depend on what was asked before.
    learned = training.learn(
        digest, lessons, _unremembering(), tell, stored=stored, known=known
    )
    return replace(learned, against=held_against(active))


def held_against(active: ClassifierVersion | None) -> str:
    """Return what a comparison with the active version says that it is with: its digest.

    It is empty where the definitions alone are in use.
    """
    return active.digest if active and active.is_trained else ""


def store(cards: Cards, learned: Learned, decisions: object) -> ClassifierVersion:
    """Store the version of what was learned; the one that another process stored stays."""
    found, _ = ClassifierVersion.objects.get_or_create(
        digest=learned.digest,
        defaults={
            **_made_from(_encoder(), _definitions(cards)),
            "weights": learned.weights,
            "training": decisions,
            "metrics": learned.metrics,
            "thresholds": learned.thresholds,
            "comparison": {
                **{how: one.as_json() for how, one in learned.comparisons.items()},
                "against": learned.against,
            },
            "refused": learned.refused,
        },
    )
    return found


def _in_use(cards: Cards, tell: Tell) -> "Mapping[str, CodeModel]":
    """Return what the active version has learned; nothing where it is of no use here."""
    active = ClassifierVersion.objects.filter(active=True).exclude(weights="").first()
    if active is None:
        return {}
    try:
        return _models(active, cards)
    except (UnusableError, WeightsLostError) as error:
        tell(f"the version in use is judged by its labels alone: {error}")
        return {}


def _made_from(encoder: Encoder, definitions: str) -> dict[str, str]:
    return {
        "encoder": encoder.name,
        "encoder_digest": encoder.digest,
        "definitions_digest": definitions,
        "checker": CHECKER_VERSION,
    }


def _definitions(cards: Cards) -> str:
    return _sha256(
        [
            [card.code, card.title, card.definition, *card.examples]
            for kind in cards.values()
            for card in kind
        ]
    )


def _models(version: ClassifierVersion, cards: Cards) -> "dict[str, CodeModel]":
    if version.encoder_digest != _encoder().digest:
        raise UnusableError(f"it was learned with another encoder, {version.encoder}")
    if version.definitions_digest != _definitions(cards):
        raise UnusableError("it was learned with other definitions of the codes")
    return _loaded(version.digest, version.weights)


@lru_cache(maxsize=2)
def _loaded(digest: str, weights: str) -> "dict[str, CodeModel]":
    from classifier.core.codes import CodeModel, ModelError

    encoder = _encoder()
    place = storage.folder(digest, weights)
    try:
        return {
            part.name: CodeModel.load(part, encoder.encode, encoder=encoder.digest)
            for part in sorted(place.iterdir())
        }
    except ModelError as error:
        raise UnusableError(str(error)) from error


@lru_cache(maxsize=64)
def _tell_once(line: str) -> None:
    logger.warning(line)


@cache
def _earlier(digest: str) -> Encoder | None:
    """Load an encoder that versions were made with; None where it is not here, or another now."""
    from classifier.core.encoder import SHIPPED, load

    made = ClassifierVersion.objects.filter(encoder_digest=digest)
    name = made.order_by("-pk").values_list("encoder", flat=True).first()
    try:
        encoder = load(None if name == SHIPPED else name, settings.ENCODER_DEVICE)
    except EncoderError:
        return None
    return encoder if encoder.digest == digest else None


def _dimensions(folder: Path) -> int:
    """Read the size of a sentence-transformers model's vectors: the last module that says one."""
    found = _read(folder / "config.json").get("hidden_size")
    modules = folder / "modules.json"
    for module in _read(modules) if modules.is_file() else []:
        config = folder / module["path"] / "config.json"
        said = _read(config) if module["path"] and config.is_file() else {}
        modes = sum(value is True for name, value in said.items() if "pooling_mode_" in name)
        if "word_embedding_dimension" in said:
            found = said["word_embedding_dimension"] * max(modes, 1)
        found = said.get("out_features", found)
    if not isinstance(found, int):
        raise EncoderError(f"The files in {folder} do not say how long its vectors are.")
    return found


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EncoderError(f"{path} cannot be read: {error}.") from error


@lru_cache(maxsize=1)
def _entailment(name: str) -> "Entailment":
    from classifier.core.entailment import load

    return load(name, settings.ENCODER_DEVICE)


@lru_cache(maxsize=1)
def _drafter(where: str, model: str, key: str) -> "Drafter":
    from classifier.core import instruction

    seconds = settings.DRAFTER_SECONDS
    if instruction.is_address(where):
        return instruction.at_address(where, model=model, key=key, seconds=seconds)
    return instruction.in_folder(Path(where), device=settings.ENCODER_DEVICE, seconds=seconds)


@lru_cache(maxsize=1)
def _entailment_digest(name: str) -> str:
    from classifier.core.entailment import digest_of

    return digest_of(name)


@cache
def _encoder() -> Encoder:
    # Codes of both kinds, likeness and claims are asked of one text in turn.
    return _unremembering().remembering(512)


@cache
def _unremembering() -> Encoder:
    from classifier.core.encoder import load

    return load(settings.ENCODER or None, settings.ENCODER_DEVICE)


@cache
def _untrained(cards: tuple[CodeCard, ...]) -> "CodeModel":
    from classifier.core.codes import fit

    return fit((), cards, _encoder().encode)


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
