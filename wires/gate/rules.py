"""The eight rules, each a question that the rows of one version answer. They change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from classifier import engine
from wires import severity, taxonomy
from wires.gate.boilerplate import SHARED_AT_MOST, SLOTS, shared_with
from wires.gate.dossier import Dossier
from wires.gate.findings import Finding
from wires.gate.level import verified_level
from wires.models import Claim, Code, Rationale, Source, Wire

NAMED = 6  # words or wires that one finding lists
PARTS = (("quotes", "quoted phrase"), ("numbers", "number"))


def sources_are_stored_and_counted(dossier: Dossier) -> Iterator[Finding]:
    # That a stored source has its text and the hash of it, the database keeps.
    if not dossier.sources:
        yield Finding("The wire has no stored source.")
        return
    shown = dossier.wire.filed.get("source_count")
    counted = len(dossier.independent)
    # A first version is held to the count in its filed header; a revision drops the header.
    if shown is not None and shown != counted and dossier.version.number == 1:
        yield Finding(
            f"The header counts {shown} sources; {len(dossier.sources)} are stored, of which "
            f"{counted} {'is' if counted == 1 else 'are'} known to be independent."
        )


def sentences_cite(dossier: Dossier) -> Iterator[Finding]:
    if not dossier.checkable:
        yield Finding("The body has no sentence that could be checked.")
    keys = {key for key, _ in dossier.sources}
    for claim in dossier.checkable:
        if not claim.cites:
            yield Finding(f"Sentence {claim.n} cites no source: “{claim.text}”", claim.n)
        for key in claim.cites:
            if key not in keys:
                yield Finding(
                    f"Sentence {claim.n} cites [{key}], which is not among the sources.",
                    claim.n,
                )


def claims_are_supported(dossier: Dossier) -> Iterator[Finding]:
    for claim in dossier.claims:
        # A sentence may have been marked as not a claim before its source was found to differ.
        if claim.verdict == Claim.Verdict.CONTRADICTED or (
            claim.dismissed_at is None and not claim.is_standing and not claim.override_note
        ):
            yield Finding(
                f"Sentence {claim.n} is {claim.verdict}{_why(claim)}: “{claim.text}”", claim.n
            )


def quotes_and_numbers_occur(dossier: Dossier) -> Iterator[Finding]:
    for claim in dossier.checkable:
        missing = _not_verbatim(dossier, claim)
        for part, word in PARTS:
            for text in missing.get(part, []):
                yield Finding(
                    f"Sentence {claim.n}: the {word} “{text}” occurs in no stored source.",
                    claim.n,
                )


def rationale_is_of_this_wire(dossier: Dossier) -> Iterator[Finding]:
    rationale = dossier.rationale
    if rationale is None:
        yield Finding("The but-for form is empty.")
        return
    empty = [slot for slot in SLOTS if not getattr(rationale, slot)]
    yield from (Finding(f"The but-for form has no {slot}.") for slot in empty)
    if empty:
        return
    if engine.is_unfinished(rationale.counterfactual, rationale.harm):
        yield Finding(
            "The counterfactual is the drafted template, which nobody has finished. Write what "
            "would have happened without it."
        )
    shared = shared_with(rationale, dossier.providers)
    if len(shared) >= SHARED_AT_MOST:
        yield Finding(
            f"The but-for text stands on {len(shared) + 1} wires, whatever names it has in it "
            f"({_listed(shared)}): it is boilerplate. Write what would have happened here."
        )
    whole = " ".join(getattr(rationale, slot) for slot in SLOTS)
    sentences = (claim.text for claim in dossier.claims)
    text = "\n".join([dossier.version.headline, *sentences, *dossier.providers])
    if engine.names_nothing_of(whole, text):
        yield Finding(
            "The but-for text names nothing of this wire: no name or number occurs in both."
        )


def severity_follows_the_rule(dossier: Dossier) -> Iterator[Finding]:
    wire = dossier.wire
    if not wire.event_class:
        yield Finding("The event class is not chosen.")
        return
    factors = severity.Factors.from_json(dossier.factors)
    if factors is None:
        yield Finding("The severity factors are not all recorded.")
        return
    for name, factor in dossier.factors.items():
        number = factor["claim"]
        if factor["value"] > 0 and not dossier.stands(number):
            on = (
                f"sentence {number}, which is not a supported claim"
                if number
                else "no sentence"
            )
            yield Finding(f"The factor {name} rests on {on}.", number)
    yield from _class_findings(wire, factors)
    ruled = verified_level(dossier)
    # An override speaks of the level, not of the class.
    if wire.severity_verified != ruled and not wire.severity_note:
        yield Finding(
            f"Verified severity is {wire.severity_verified or 'not set'}; "
            f"the rule gives {ruled}, and no override says why."
        )


def codes_rest_on_claims(dossier: Dossier) -> Iterator[Finding]:
    for kind in Code.Kind.values:
        if not any(coded.code.kind == kind for coded in dossier.codings):
            yield Finding(f"There is no {kind} code.")
    for coded in dossier.codings:
        if not coded.code.is_empty and not dossier.stands(coded.sentence):
            code = coded.code
            yield Finding(
                f"{code.code} rests on no supported claim; else it is {code.kind}0.",
                coded.sentence,
            )


def wire_is_established(dossier: Dossier) -> Iterator[Finding]:
    wire = dossier.wire
    if problem := _unestablished(dossier):
        yield Finding(problem)
    result = dossier.rationale.result if dossier.rationale else ""
    if result not in (Rationale.Result.YES, Rationale.Result.CONTRIBUTORY):
        problem = f"The but-for test's result is {result or 'not chosen'}."
        yield Finding(problem, part="rationale")
    capped = wire.standard in (Wire.Standard.SINGLE_SOURCE, Wire.Standard.DISPUTED)
    if capped and wire.severity_verified != Wire.Severity.SEV_5:
        yield Finding(f"A {wire.standard} wire is published with verified SEV-5.")


def _listed(words: list[str]) -> str:
    more = f" and {len(words) - NAMED} more" if len(words) > NAMED else ""
    return ", ".join(words[:NAMED]) + more


def _why(claim: Claim) -> str:
    missing = [
        word
        for part in ("names", "numbers", "quotes", "terms")
        for word in claim.missing.get(part, [])
    ]
    lacks = f"; no source has {', '.join(missing[:NAMED])}" if missing else ""
    return f" ({claim.basis or 'not checked'}{lacks})"


def _not_verbatim(dossier: Dossier, claim: Claim) -> dict[str, list[str]]:
    """Return what the checker missed; of a sentence that it did not judge, look now."""
    if claim.verdict != Claim.Verdict.UNCHECKED:
        return dict(claim.missing)
    quotes, numbers = engine.not_verbatim(claim.text, dossier.texts)
    return {"quotes": [*quotes], "numbers": [*numbers]}


def _class_findings(wire: Wire, factors: severity.Factors) -> Iterator[Finding]:
    """Hold a hazard's class against its factors: serious is what would have been SEV-1 or SEV-2."""
    hazards = {Wire.EventClass.HAZARD: False, Wire.EventClass.SERIOUS_HAZARD: True}
    serious = hazards.get(Wire.EventClass(wire.event_class))
    would_be = severity.level(
        taxonomy.current().rules,
        event_class=Wire.EventClass.INCIDENT,
        factors=factors,
        standard=wire.standard,
    )
    if serious is not None and serious != (would_be in severity.GRAVE):
        yield Finding(
            f"The class is {wire.get_event_class_display().lower()}, but by its factors it would "
            f"have been {would_be} had it happened: a serious hazard is one of SEV-1 or SEV-2."
        )


def _unestablished(dossier: Dossier) -> str:
    standard, groups = dossier.wire.standard, len(dossier.independent)
    sources = [source for _, source in dossier.sources]
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
                s.tier == Source.Tier.PRIMARY
                and s.kind in (Source.Text.FETCHED, Source.Text.UPLOADED)
                for s in sources
            ),
            "No primary artefact is stored with its own text.",
        ),
        Wire.Standard.PUBLIC_RECORD: (
            any((s.reports or 0) >= 2 for s in sources),
            "A public record that lists two or more reports is needed; none is among the sources.",
        ),
        Wire.Standard.REPRODUCED: (
            any(dossier.stands(number) for number in dossier.reproduced),
            "No Tier B run that supports a claim is attached; a Tier A run never establishes a wire.",
        ),
        Wire.Standard.DISPUTED: (
            False,
            "A disputed wire is not published; it is disputed after that.",
        ),
    }
    holds, problem = needs[standard]
    return "" if holds else problem
