"""The publish gate: eight rules, each a question that the rows answer. It changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from classifier import engine
from wires import severity, taxonomy
from wires.models import Claim, Code, Rationale, Source, Version, Wire

SLOTS = ("system", "act", "harm", "counterfactual")
SHARED_AT_MOST = 3  # wires that may share a rationale text before it counts as boilerplate


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that does not hold, and the row or sentence that it fails on."""

    rule: int
    detail: str


@dataclass(frozen=True, slots=True)
class RuleState:
    """One rule as the desk shows it: its words, and what fails under it."""

    rule: int
    title: str
    failures: tuple[Failure, ...]

    @property
    def holds(self) -> bool:
        return not self.failures


class Dossier:
    """One version of a wire with the rows that the rules read, each loaded once."""

    def __init__(self, wire: Wire, version: Version) -> None:
        self.wire = wire
        self.version = version

    @cached_property
    def citations(self) -> list[tuple[str, Source]]:
        found = self.version.citations.select_related("source")
        return [(citation.key, citation.source) for citation in found]

    @cached_property
    def claims(self) -> list[Claim]:
        return list(self.version.claims.all())

    @cached_property
    def checkable(self) -> list[Claim]:
        return [claim for claim in self.claims if claim.dismissed_at is None]

    @cached_property
    def rationale(self) -> Rationale | None:
        return Rationale.objects.filter(wire=self.wire).first()

    @cached_property
    def providers(self) -> list[str]:
        return [provider.name for provider in self.wire.providers.all()]

    @property
    def independent(self) -> set[str]:
        return {
            source.group
            for _, source in self.citations
            if source.group and source.kind != Source.Text.RECORD
        }


def states(wire: Wire, version: Version | None = None) -> list[RuleState]:
    """Return all eight rules with what fails under each, for the current or a coming version."""
    version = version or wire.current
    if version is None:
        nothing = Failure(1, "The wire has no text.")
        return [RuleState(n, title, (nothing,)) for n, (title, _) in RULES.items()]
    dossier = Dossier(wire, version)
    return [
        RuleState(n, title, tuple(Failure(n, detail) for detail in rule(dossier)))
        for n, (title, rule) in RULES.items()
    ]


def failures(wire: Wire, version: Version | None = None) -> list[Failure]:
    """Return what keeps a wire from being published; empty when the gate is open."""
    return [failure for state in states(wire, version) for failure in state.failures]


def sources_are_stored_and_counted(dossier: Dossier) -> list[str]:
    if not dossier.citations:
        return ["The wire has no stored source."]
    shown = dossier.wire.filed.get("source_count")
    counted = len(dossier.independent)
    # A first version is held to the count in its filed header; a revision drops the header.
    if shown is not None and shown != counted and dossier.version.number == 1:
        stored = len(dossier.citations)
        return [
            f"The header counts {shown} sources; {stored} are stored, of which "
            f"{counted} {'is' if counted == 1 else 'are'} known to be independent."
        ]
    return []


def sentences_cite(dossier: Dossier) -> list[str]:
    keys = {key for key, _ in dossier.citations}
    found = [
        f"Sentence {claim.n} cites no source: “{claim.text}”"
        for claim in dossier.checkable
        if not claim.cites
    ]
    found += [
        f"Sentence {claim.n} cites [{key}], which is not among the sources."
        for claim in dossier.checkable
        for key in claim.cites
        if key not in keys
    ]
    return found if dossier.checkable else ["The body has no sentence that could be checked."]


def claims_are_supported(dossier: Dossier) -> list[str]:
    return [
        f"Sentence {claim.n} is {claim.verdict}{_why(claim)}: “{claim.text}”"
        for claim in dossier.checkable
        if claim.verdict == Claim.Verdict.CONTRADICTED
        or (not claim.is_standing and not claim.override_note)
    ]


def quotes_and_numbers_occur(dossier: Dossier) -> list[str]:
    found = []
    for claim in dossier.checkable:
        for part, word in (("quotes", "quoted phrase"), ("numbers", "number")):
            found += [
                f"Sentence {claim.n}: the {word} “{text}” occurs in no stored source."
                for text in claim.missing.get(part, [])
            ]
    return found


def rationale_is_of_this_wire(dossier: Dossier) -> list[str]:
    rationale = dossier.rationale
    if rationale is None:
        return ["The but-for form is empty."]
    found = [
        f"The but-for form has no {slot}." for slot in SLOTS if not getattr(rationale, slot)
    ]
    if found:
        return found
    whole = " ".join(getattr(rationale, slot) for slot in SLOTS)
    others = Rationale.objects.exclude(pk=rationale.pk)
    shared = others.filter(**{slot: getattr(rationale, slot) for slot in SLOTS}).count()
    if shared >= SHARED_AT_MOST:
        found.append(f"The but-for text stands on {shared + 1} wires: it is boilerplate.")
    sentences = (claim.text for claim in dossier.claims)
    text = "\n".join([dossier.version.headline, *sentences, *dossier.providers])
    if engine.names_nothing_of(whole, text):
        found.append(
            "The but-for text names nothing of this wire: no name or number occurs in both."
        )
    return found


def severity_follows_the_rule(dossier: Dossier) -> list[str]:
    wire = dossier.wire
    if not wire.event_class:
        return ["The event class is not chosen."]
    factors = severity.Factors.from_json(wire.factors)
    if factors is None:
        return ["The severity factors are not all recorded."]
    found = [
        f"The factor {name} rests on sentence {factor['claim']}, which is not a supported claim."
        for name, factor in sorted(wire.factors.items())
        if factor["value"] > 0 and not _stands(dossier, factor.get("claim"))
    ]
    ruled = verified_level(dossier)
    if wire.severity_verified != ruled and not wire.severity_note:
        found.append(
            f"Verified severity is {wire.severity_verified or 'not set'}; "
            f"the rule gives {ruled}, and no override says why."
        )
    return found


def codes_rest_on_claims(dossier: Dossier) -> list[str]:
    codings = list(dossier.wire.codings.select_related("code", "claim"))
    found = [
        f"There is no {word} code."
        for kind, word in ((Code.Kind.MECHANISM, "M"), (Code.Kind.FIELD, "F"))
        if not any(coding.kind == kind for coding in codings)
    ]
    for coding in codings:
        number = coding.claim.n if coding.claim else None
        if not coding.code.is_empty and not _stands(dossier, number):
            found.append(
                f"{coding.code.code} rests on no supported claim; else it is {coding.kind}0."
            )
    return found


def wire_is_established(dossier: Dossier) -> list[str]:
    wire, found = dossier.wire, []
    problem = _unestablished(dossier)
    if problem:
        found.append(problem)
    result = dossier.rationale.result if dossier.rationale else ""
    if result not in (Rationale.Result.YES, Rationale.Result.CONTRIBUTORY):
        found.append(f"The but-for test's result is {result or 'not chosen'}.")
    capped = wire.standard in (Wire.Standard.SINGLE_SOURCE, Wire.Standard.DISPUTED)
    if capped and wire.severity_verified != Wire.Severity.SEV_5:
        found.append(f"A {wire.standard} wire is published with verified SEV-5.")
    return found


def verified_level(dossier: Dossier) -> str:
    """Return the verified severity that the written rule gives; empty while it cannot."""
    wire = dossier.wire
    factors = severity.Factors.from_json(wire.factors)
    if factors is None or not wire.event_class:
        return ""
    return severity.verified(
        taxonomy.current().rules,
        event_class=wire.event_class,
        factors=factors,
        standard=wire.standard,
        core_stands=_core_stands(dossier),
    )


RULES: dict[int, tuple[str, Callable[[Dossier], list[str]]]] = {
    1: ("Sources are stored, hashed and honestly counted", sources_are_stored_and_counted),
    2: ("Every sentence cites a source", sentences_cite),
    3: ("No sentence stands against its sources", claims_are_supported),
    4: ("Quotes and numbers occur in a source", quotes_and_numbers_occur),
    5: ("The but-for form speaks of this wire", rationale_is_of_this_wire),
    6: ("Class and severity follow the written rule", severity_follows_the_rule),
    7: ("An M and an F code rest on supported claims", codes_rest_on_claims),
    8: ("It is established as its standard says", wire_is_established),
}


def _why(claim: Claim) -> str:
    missing = [
        word
        for part in ("names", "numbers", "quotes", "terms")
        for word in claim.missing.get(part, [])
    ]
    lacks = f"; no source has {', '.join(missing[:6])}" if missing else ""
    return f" ({claim.basis or 'not checked'}{lacks})"


def _stands(dossier: Dossier, number: int | None) -> bool:
    return any(claim.n == number and claim.is_standing for claim in dossier.checkable)


def _core_stands(dossier: Dossier) -> bool:
    """Say whether the claim under the primary M code holds; before a code, the first sentence."""
    primary = dossier.wire.codings.filter(kind=Code.Kind.MECHANISM, rank=1).first()
    claim = primary.claim if primary else None
    number = claim.n if claim else 1
    return bool(primary and primary.code.is_empty) or _stands(dossier, number)


def _unestablished(dossier: Dossier) -> str:
    standard, groups = dossier.wire.standard, len(dossier.independent)
    sources = [source for _, source in dossier.citations]
    needs: dict[str, tuple[bool, str]] = {
        "": (False, "The standard is not chosen."),
        Wire.Standard.TWO_SOURCES: (
            groups >= 2,
            f"Two independent sources are needed; {groups} independent group(s) are stored.",
        ),
        Wire.Standard.SINGLE_SOURCE: (
            groups >= 1,
            "A single source is needed whose group is known.",
        ),
        Wire.Standard.PRIMARY_ARTEFACT: (
            any(
                s.tier == Source.Tier.PRIMARY and s.kind in ("fetched", "uploaded")
                for s in sources
            ),
            "No primary artefact is stored with its own text.",
        ),
        Wire.Standard.PUBLIC_RECORD: (
            any(s.kind == Source.Text.RECORD for s in sources),
            "No public record is among the sources.",
        ),
        Wire.Standard.REPRODUCED: (
            dossier.wire.exhibits.filter(run__tier="B", reading="supports").exists(),
            "No Tier B run that supports a claim is attached; a Tier A run never establishes a wire.",
        ),
        Wire.Standard.DISPUTED: (
            False,
            "A disputed wire is not published; it is disputed after that.",
        ),
    }
    holds, problem = needs[standard]
    return "" if holds else problem
