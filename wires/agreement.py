"""How well the classifier agrees with editors: what it ticked against what they decided.

Only public wires are counted, and only those that the version in use had not learned from. Of the
blind sample, what the editor had decided before the proposal was shown is what counts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from django.db.models import Func, JSONField, QuerySet

from classifier.models import ClassifierVersion
from wires.models import Code, Coding, Proposal, ProposedCode, TaxonomyVersion, Wire

Z = NormalDist().inv_cdf(0.975)  # of an interval of 95%
LEAST = 3  # wires, below which kappa has no interval


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's interval; a share of nothing has no value."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.whole:
            return None
        share, spread = self.part / self.whole, Z * Z / self.whole
        middle = (share + spread / 2) / (1 + spread)
        half = Z * math.sqrt(share * (1 - share) / self.whole + spread / (4 * self.whole))
        return max(0.0, middle - half / (1 + spread)), min(1.0, middle + half / (1 + spread))


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa over every code of every wire; None where one side marked nothing.

    The interval is a jackknife over wires: the codes of one wire are not independent.
    """

    value: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """One code: on how many wires it was ticked, put, and both."""

    code: str
    ticked: int
    put: int
    both: int

    @property
    def precision(self) -> Share:
        return Share(self.both, self.ticked)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The figures over one set of wires."""

    wires: int
    coverage: Share  # wires with a ticked code
    precision: Share  # ticked codes that an editor put
    kappa: Kappa
    codes: tuple[CodeAgreement, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is told in public: the version at work, and its agreement with editors, apart."""

    version: ClassifierVersion
    seen: Agreement
    blind: Agreement
    learned_from: int  # public wires that are left out because the version learned from them
    unused: ClassifierVersion | None  # that is active, and of no use where texts are read


@dataclass(frozen=True, slots=True)
class _Judged:
    """One wire: the codes that were ticked, and those that an editor put."""

    ticked: frozenset[str]
    put: frozenset[str]


def standing() -> Standing | None:
    """Return how the version at work stands, in a fixed number of queries; None without one.

    Where none was activated, it is the one that ranks by the definitions alone.
    """
    active = _versions().filter(active=True).first()
    version = _at_work(active)
    if version is None:
        return None
    learned = set(_learned(version))
    wires = Wire.objects.public().filter(withdrawn_at__isnull=True)
    said = Proposal.objects.filter(classifier=version, version__in=wires.values("current"))
    fresh = said.exclude(version__wire__public_id__in=learned)
    ticked, put, offered = _ticked(fresh), _put(wires), _offered()
    judged: dict[bool, list[_Judged]] = {True: [], False: []}
    for proposal, wire, is_blind, unseen in fresh.values_list(
        "pk", "version__wire", "is_blind", "unseen"
    ):
        decided = frozenset(unseen or ()) if is_blind else put[wire]
        if {code[0] for code in decided} == set(Code.Kind.values):
            judged[is_blind].append(_Judged(ticked[proposal], decided - _NOTHING))
    seen, blind = (_agreement(judged[is_blind], offered) for is_blind in (False, True))
    return Standing(
        version,
        seen,
        blind,
        wires.filter(public_id__in=learned).count(),
        None if version == active else active,
    )


_NOTHING = frozenset({"M0", "F0"})  # nothing is established: neither side put a code


def _versions() -> QuerySet[ClassifierVersion]:
    return ClassifierVersion.objects.defer("training").order_by("-pk")


def _at_work(active: ClassifierVersion | None) -> ClassifierVersion | None:
    """Return the version that made the newest proposal, or the one that was activated since.

    An active version may be of no use: its weights are lost, or the encoder or the definitions
    are others by now. Only where texts are read is that known, and what is said there tells it.
    """
    newest = Proposal.objects.order_by("-pk").values_list("classifier", "made_at").first()
    if newest is None:
        return active or _versions().filter(weights="").first()
    version, made_at = newest
    if (
        active
        and active.activated_at
        and (active.pk == version or active.activated_at > made_at)
    ):
        return active
    return _versions().get(pk=version)


def _learned(version: ClassifierVersion) -> list[str]:
    """Return the ids of the wires that a version learned from, without the decisions on them."""
    ids = Func(
        "training",
        template="jsonb_path_query_array(%(expressions)s, '$[*].wire')",
        output_field=JSONField(),
    )
    found: list[str] = (
        ClassifierVersion.objects.filter(pk=version.pk).values_list(ids, flat=True).get()
    )
    return found


def _ticked(said: Iterable[Proposal]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = ProposedCode.objects.filter(proposal__in=said, ticked=True)
    for proposal, code in rows.values_list("proposal", "code__code"):
        found[proposal].add(code)
    return defaultdict(frozenset, {key: frozenset(codes) for key, codes in found.items()})


def _put(wires: Iterable[Wire]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Coding.objects.filter(wire__in=wires).exclude(origin=Coding.Origin.BULK)
    for wire, code in rows.values_list("wire", "code__code"):
        found[wire].add(code)
    return defaultdict(frozenset, {key: frozenset(codes) for key, codes in found.items()})


def _offered() -> int:
    """Return how many codes a classifier ranks: those of the newest taxonomy, without M0 and F0."""
    newest = TaxonomyVersion.objects.order_by("-dated").values("pk")[:1]
    return Code.objects.filter(taxonomy__in=newest, number__gt=0).count()


def _agreement(judged: Sequence[_Judged], offered: int) -> Agreement:
    ticked = Counter(code for wire in judged for code in wire.ticked)
    put = Counter(code for wire in judged for code in wire.put)
    both = Counter(code for wire in judged for code in wire.ticked & wire.put)
    codes = sorted(set(ticked) | set(put), key=_place)
    return Agreement(
        wires=len(judged),
        coverage=Share(sum(bool(wire.ticked) for wire in judged), len(judged)),
        precision=Share(both.total(), ticked.total()),
        kappa=_kappa(judged, max(offered, len(codes))),
        codes=tuple(
            CodeAgreement(code, ticked[code], put[code], both[code]) for code in codes
        ),
    )


def _kappa(judged: Sequence[_Judged], codes: int) -> Kappa:
    cells = [
        (len(w.ticked & w.put), len(w.ticked - w.put), len(w.put - w.ticked)) for w in judged
    ]
    both, ticked, put = (sum(cell[n] for cell in cells) for n in range(3))
    value = _of_cells(both, ticked, put, len(cells) * codes)
    others = [
        _of_cells(both - b, ticked - t, put - p, (len(cells) - 1) * codes) for b, t, p in cells
    ]
    without = [other for other in others if other is not None]
    if value is None or len(without) < LEAST:
        return Kappa(value, None)
    mean = sum(without) / len(without)
    spread = sum((other - mean) ** 2 for other in without) * (len(without) - 1) / len(without)
    half = Z * math.sqrt(spread)
    return Kappa(value, (max(-1.0, value - half), min(1.0, value + half)))


def _of_cells(both: int, ticked: int, put: int, cells: int) -> float | None:
    """Return kappa from how many cells both sides, the one alone and the other alone marked."""
    one, other = both + ticked, both + put
    if not one or not other:
        return None
    chance = (one * other + (cells - one) * (cells - other)) / cells**2
    return ((cells - ticked - put) / cells - chance) / (1 - chance) if chance < 1 else None


def _place(code: str) -> tuple[bool, int]:
    return code[0] != "M", int(code[1:])
