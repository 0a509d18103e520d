"""Values that cross the classifier's boundary. Plain Python: no Django, numpy or torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Vector = tuple[float, ...]
"""One embedding of unit length."""

Encode = Callable[[Sequence[str]], list[Vector]]
"""Texts in, one unit vector per text out, in the same order."""

SentenceKind = Literal["sentence", "heading", "question"]
Verdict = Literal["supported", "partly", "unsupported", "contradicted", "unchecked"]
Basis = Literal[
    "wording", "entailment", "topic", "absent", "number", "negation", "attribution"
]
EventClass = Literal["incident", "near_miss", "serious_hazard", "hazard", "notice"]

BARE_CITATION = "*"
"""The citation key of a bare `[source]`: the wire's only source, or all of them."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a Markdown body; `body[start:end]` is its Markdown, marks included."""

    n: int
    text: str
    start: int
    end: int
    citations: tuple[str, ...]
    kind: SentenceKind


@dataclass(frozen=True, slots=True)
class SourceText:
    """The stored text of one source, under the key that citations use."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The parts of a claim that its sources do not have, in the claim's own words."""

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What the checker says of one claim.

    `passage` is `source_text[start:end]`, at most 300 characters; all four of
    `source`, `start`, `end`, `passage` are None when no source comes near. `score`
    is graded support in [0, 1]; the verdict is not a threshold on it alone. `basis`
    is None only where the verdict is `unchecked`.
    """

    text: str
    verdict: Verdict
    basis: Basis | None
    source: str | None
    start: int | None
    end: int | None
    passage: str | None
    score: float
    missing: Missing


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a source: `text[start:end]` of the source with this key."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Examination:
    """A finding with the places that were compared in full, the deciding one first."""

    finding: Finding
    nearest: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class CodeCard:
    """What the classifier knows about one code of the taxonomy."""

    code: str
    title: str
    definition: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodedText:
    """A text with the codes that people gave it: none is `()`, not looked at is None.

    Texts of one `group` tell the same thing; where it is None, nearness decides.
    """

    id: str
    text: str
    codes: tuple[str, ...] | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class CodeScore:
    """A code with its score in [0, 1]; `ticked` where the classifier would put it itself.

    Scores compare over codes and texts. `probability` is the score where enough labels
    stand behind it, and None elsewhere: there only the rank means something.
    """

    code: str
    score: float
    ticked: bool
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Codes best first, ties by code; `abstained` where none stands out enough to tick."""

    codes: tuple[CodeScore, ...]
    abstained: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class FactorReason:
    """Why a severity factor has its value: the words and the sentence they stand in."""

    factor: Literal["scale", "scope", "irremediability"]
    value: int
    sentence: int
    words: str


@dataclass(frozen=True, slots=True)
class SeverityFactors:
    """The three factors, each 0 to 3, and the sentences that they rest on."""

    scale: int
    scope: int
    irremediability: int
    reasons: tuple[FactorReason, ...]


@dataclass(frozen=True, slots=True)
class EventClassGuess:
    """A proposed event class; `sentence` is the one it rests on, if one does."""

    value: EventClass
    reason: str
    sentence: int | None


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the wire: `text` is `sentences[n].text[start:end]`, found by its `n`."""

    sentence: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RationaleDraft:
    """A but-for draft in the wire's own words; a slot that no sentence serves is None."""

    system: Span | None
    act: Span | None
    harm: Span | None
    counterfactual: Span | None
    hedges: tuple[Span, ...]
    other_causes: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One text of a corpus; `vector` saves encoding it again."""

    id: str
    text: str
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A document of the corpus with its similarity to the query in [0, 1]."""

    id: str
    score: float
