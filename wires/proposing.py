"""The only writer of proposals: what the classifier says of a version.

It queues nothing: its callers do, on commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import transaction

from classifier import engine
from classifier.models import ClassifierVersion
from wires import blind, severity, similar, taxonomy, vectors
from wires.gate.boilerplate import SHARED_AT_MOST, SLOTS, shared_with
from wires.models import (
    Batch,
    Code,
    Proposal,
    ProposalQuerySet,
    ProposedCode,
    Rationale,
    TaxonomyVersion,
    Version,
    Wire,
)
from wires.refusals import RefusedError

LISTED = 5  # codes of a kind that a proposal lists beside those that it ticks


@dataclass(frozen=True, slots=True)
class Said:
    """What the classifier says of a version, not yet stored."""

    version: Version
    classifier: ClassifierVersion
    codes: Sequence[tuple[Code, engine.CodeScore]]
    values: Mapping[str, Any]  # of the other columns
    read: vectors.Vectors


def propose(version_id: int) -> None:
    """Store what the classifier says of a version. Safe to run twice: the first answer stays."""
    if not Proposal.objects.filter(version=version_id).exists():
        _stored(_said(_version(version_id), _classifier()), Proposal.objects.all(), None)


def ask_anew(version_id: int, *, batch: Batch) -> Said | None:
    """Return what the batch's classifier says of a version; None where that is stored already.

    Called with no row locked: it takes a while. Raises OtherClassifierError where another one is
    at work by now.
    """
    used = _classifier()
    if used.version.pk != batch.classifier_id:
        raise OtherClassifierError(used.version)
    if _of_the_batchs(batch).filter(version=version_id).exists():
        return None
    return _said(_version(version_id), used)


def store_anew(said: Said, *, batch: Batch) -> Proposal | None:
    """Store it beside what was said before; None where another has stored the same meanwhile."""
    return _stored(said, _of_the_batchs(batch), batch)


def _of_the_batchs(batch: Batch) -> ProposalQuerySet:
    return Proposal.objects.filter(classifier=batch.classifier)


@transaction.atomic
def take_back(batch: Batch, wire_id: int) -> None:
    """Take away what a batch proposed of a wire: what was proposed before is shown again.

    Raises RefusedError where an editor has decided on it since.
    """
    wire = Wire.objects.select_for_update().get(pk=wire_id)
    proposals = Proposal.objects.filter(batch=batch, version__wire=wire)
    decided = ProposedCode.objects.filter(proposal__in=proposals).exclude(
        decision=ProposedCode.Decision.OPEN
    )
    if decided.exists():
        raise RefusedError(f"An editor has decided on codes proposed for {wire} since.")
    proposals.delete()


class OtherClassifierError(Exception):
    """The classifier that was asked for is not the one at work."""

    def __init__(self, used: ClassifierVersion) -> None:
        self.used = used
        super().__init__(f"Classifier {used} is at work now.")


def cards(rules: TaxonomyVersion, kind: str) -> list[engine.CodeCard]:
    """Return what the classifier needs to know of each code of a kind, in the taxonomy's order.

    M0 and F0 are not among them: that nothing is established is no likeness to a definition.
    """
    return [
        engine.CodeCard(code.code, code.title, code.definition)
        for code in rules.codes.filter(kind=kind, number__gt=0).order_by("number")
    ]


def all_cards(rules: TaxonomyVersion) -> dict[str, list[engine.CodeCard]]:
    """Return the cards of each kind, mechanisms first."""
    return {kind: cards(rules, kind) for kind in Code.Kind.values}


def text_of(version: Version) -> str:
    """Return what the classifier reads of a version."""
    return f"{version.headline}\n\n{version.body}"


def _classifier() -> engine.Classifier:
    return engine.classifier(all_cards(taxonomy.current()))


def _version(version_id: int) -> Version:
    return Version.objects.select_related("wire").get(pk=version_id)


def _said(version: Version, used: engine.Classifier) -> Said:
    rules = taxonomy.current()
    codes = {code.code: code for code in rules.codes.all()}
    text = text_of(version)
    rankings = [used.propose(text, kind, limit=LISTED) for kind in Code.Kind.values]
    found = vectors.of(text)
    sentences = engine.split(version.body)
    guess, factors = engine.event_class(sentences), engine.factors(sentences)
    providers = list(version.wire.providers.values_list("name", flat=True))
    level = severity.level(
        rules.rules,
        event_class=guess.value,
        factors=severity.Factors(factors.scale, factors.scope, factors.irremediability),
        standard=version.wire.standard,
    )
    alike = similar.likely(version, found.vector, encoder=found.encoder)
    return Said(
        version,
        used.version,
        [(codes[row.code], row) for ranking in rankings for row in ranking.codes],
        {
            "abstained": all(ranking.abstained for ranking in rankings),
            "event_class": guess.value,
            "factors": {
                name: {
                    "value": getattr(factors, name),
                    "claim": _claim(factors, name),
                }
                for name in severity.FACTORS
            },
            "level": level,
            "rationale": _rationale(version, engine.draft(sentences, providers), providers),
            "similar": [other.as_json() for other in alike],
        },
        found,
    )


@transaction.atomic
def _stored(said: Said, settles: ProposalQuerySet, batch: Batch | None) -> Proposal | None:
    """Store it, unless one that settles the matter has come in between."""
    # The wire's row, as every act locks it: two deliveries of a task wait for one another, and
    # for an editor who is deciding.
    wire = Wire.objects.select_for_update().get(pk=said.version.wire_id)
    if settles.filter(version=said.version).exists():
        return None
    is_blind = blind.drawn_for(wire)
    proposal = Proposal.objects.create(
        version=said.version,
        classifier=said.classifier,
        batch=batch,
        is_blind=is_blind,
        unseen=blind.unseen(wire) if is_blind else None,
        **said.values,
    )
    vectors.keep(said.version, said.read)
    ProposedCode.objects.bulk_create(
        ProposedCode(
            proposal=proposal, code=code, score=row.score, probability=row.probability,
            ticked=row.ticked,
        )
        for code, row in said.codes
    )  # fmt: skip
    return proposal


def _claim(factors: engine.SeverityFactors, name: str) -> int | None:
    """Return the number of the claim that a factor rests on: the core counts from 0, claims from 1."""
    reasons = [reason.sentence for reason in factors.reasons if reason.factor == name]
    return reasons[0] + 1 if reasons else None


def _rationale(
    version: Version, draft: engine.RationaleDraft, providers: Sequence[str]
) -> dict[str, Any]:
    """Return the slots, and what an instruction model drafts from them where one is named."""
    slots = _slots(draft)
    text = text_of(version)
    said = engine.model_draft(draft, text)
    if said:
        objections: list[str] = []
        if said.text:
            try:
                objections = list(_objections(version, said.text, slots, providers))
            except Exception as error:  # noqa: BLE001 - no draft of another's stops a proposal
                said = said.failed(error)
        slots["model"] = {**asdict(said), "objections": objections}
    return slots


def _objections(
    version: Version, said: str, slots: Mapping[str, Any], providers: Sequence[str]
) -> Iterator[str]:
    """Yield what the checks of the desk find in a drafted counterfactual."""
    cited = version.citations.select_related("source")
    sources = [engine.SourceText(citation.key, citation.source.text) for citation in cited]
    [found] = engine.check([said], sources)
    if found.verdict == "unchecked":
        yield (
            "It says too little to be held against a source."
            if sources
            else "There is no source to hold it against."
        )
    # What would have happened denies what did: that the sources say the opposite is its nature.
    if found.verdict == "contradicted" and found.basis != "negation":
        yield f"A source says otherwise ({found.basis})."
    missing = (*found.missing.names, *found.missing.numbers, *found.missing.quotes)
    if missing:
        yield f"No source has {', '.join(missing)}."
    sentences = (claim.text for claim in version.claims.all())
    if engine.names_nothing_of(said, "\n".join([version.headline, *sentences, *providers])):
        yield "It names nothing of this wire."
    filled = {slot: slots[slot] or "" for slot in SLOTS}
    known = Rationale.objects.filter(wire=version.wire_id).values_list("pk", flat=True).first()
    compared = Rationale(
        pk=known, wire_id=version.wire_id, **{**filled, "counterfactual": said}
    )
    if len(shared := shared_with(compared, providers)) >= SHARED_AT_MOST:
        yield f"The same text stands on {len(shared)} other wires, with other names in it."


def _slots(draft: engine.RationaleDraft) -> dict[str, Any]:
    answer: dict[str, Any] = {
        slot: (span.text if (span := getattr(draft, slot)) else None)
        for slot in ("system", "act", "harm", "counterfactual")
    }
    answer["template"] = engine.template(draft)
    answer["hedges"] = [span.text for span in draft.hedges]
    answer["other_causes"] = [span.text for span in draft.other_causes]
    return answer


@register()
def drafter_can_be_asked(**_: Any) -> list[CheckMessage]:
    """Refuse settings by which no instruction model could be asked for a draft."""
    problem = engine.drafter_problem()
    hint = "Leave DRAFTER empty, and the template of the slots stands alone."
    return [Error(problem, hint=hint, id="butfor.E011")] if problem else []
