"""The only writer of claims: the sentences of a version, their verdicts, the editors' decisions.

Beside the verdicts stands what the sources dwell on and the version leaves out.

It queues nothing: whoever makes a version queues the check, on commit.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import transaction
from django.utils import timezone

from classifier import engine
from wires import history
from wires.models import Citation, Claim, ReverseCoverage, User, Version, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError

EVERY_SOURCE = "*"  # what a bare [source] cites
OMISSIONS = 10  # that an editor is told of
DISMISSAL = ("dismissed_by", "dismissed_at", "dismissal_note")
OVERRIDE = ("overridden_by", "overridden_at", "override_note")
FINDING = ("verdict", "basis", "score", "passage", "passage_start", "passage_end", "missing",
           "checker", "checked_at")  # fmt: skip
FORGOTTEN: dict[str, Any] = {
    "verdict": Claim.Verdict.UNCHECKED, "basis": "", "score": None, "citation": None,
    "passage": "", "passage_start": None, "passage_end": None, "missing": {}, "checker": "",
    "checked_at": None,
}  # fmt: skip

# A sentence's words, and the sources that it cites; a key without a source stands for itself.
Identity = tuple[str, frozenset[int | str]]


def split(*versions: Version) -> list[Claim]:
    """Store the sentences of new versions as unchecked claims, the citations already stored."""
    keys: dict[int, list[str]] = {version.pk: [] for version in versions}
    cited = Citation.objects.filter(version__in=keys).values_list("version", "key")
    for version_id, key in cited:
        keys[version_id].append(key)
    return Claim.objects.bulk_create(
        Claim(
            version=version,
            n=number,
            text=sentence.text,
            start=sentence.start,
            end=sentence.end,
            cites=_resolved(sentence.citations, keys[version.pk]),
        )
        for version in versions
        for number, sentence in enumerate(engine.split(version.body), start=1)
    )


def carry_over(old: Version, new: Version, *, by: User) -> None:
    """Give the unchanged sentences of a new text what was decided and found about the old ones.

    Unchanged is a sentence of the same words that cites the same sources; a repeated one
    follows on its repetition. It keeps the editors' decisions with who, when and why. It
    keeps its verdict only where a new check could not give another: the checker reads all
    sources of a version, so all of them have to be the same, and so has its own version.
    """
    waiting: dict[Identity, list[Claim]] = defaultdict(list)
    for claim, identity in reversed(_identified(old)):
        waiting[identity].append(claim)
    pairs = [
        (waiting[identity].pop(), claim)
        for claim, identity in _identified(new)
        if waiting[identity]
    ]
    places = {citation.source_id: citation.pk for citation in new.citations.all()}
    same = places.keys() == {citation.source_id for citation in old.citations.all()}
    decided = []
    for before, after in pairs:
        for column in (*DISMISSAL, *OVERRIDE):
            setattr(after, column, getattr(before, column))
        if before.dismissed_at or before.overridden_at:
            decided.append(str(after.n))
        if same and engine.is_of_this_checker(before.checker):
            for column in FINDING:
                setattr(after, column, getattr(before, column))
            cited = before.citation
            after.citation_id = places[cited.source_id] if cited else None
    Claim.objects.bulk_update(
        [after for _, after in pairs], [*DISMISSAL, *OVERRIDE, *FINDING, "citation"]
    )
    if decided:
        history.note(
            new.wire_id, "decisions carried over", by=by,
            detail={"version": new.number, "sentences": ", ".join(decided)},
        )  # fmt: skip


def check(version_id: int) -> None:
    """Hold every claim of a version against its stored sources, and these against the version.

    Safe to run twice. The sentences of a public text are settled, also those that were never
    checked.
    """
    version = Version.objects.select_related("wire").get(pk=version_id)
    if _is_settled(version.wire, version_id):
        return
    citations = {c.key: c for c in version.citations.select_related("source")}
    texts = [
        engine.SourceText(key, citation.source.text) for key, citation in citations.items()
    ]
    claims = list(version.claims.filter(verdict=Claim.Verdict.UNCHECKED))
    is_covered = ReverseCoverage.objects.filter(version=version).exists()
    if not texts or (is_covered and not claims):
        return
    findings = engine.check([claim.text for claim in claims], texts) if claims else ()
    checker = engine.checker()
    left_out = engine.omissions(_told(version), texts, limit=OMISSIONS)
    moment = timezone.now()
    with transaction.atomic():
        wire = Wire.objects.select_for_update().get(pk=version.wire_id)
        cited = set(version.citations.values_list("pk", flat=True))
        # Published while the checker read, or cited something that it has not read: whoever
        # put the source queued another check.
        if _is_settled(wire, version_id) or cited != {row.pk for row in citations.values()}:
            return
        for claim, finding in zip(claims, findings, strict=True):
            if finding.verdict != "unchecked":
                _store(claim, finding, citations, moment, checker)
        _cover(version, left_out)


@transaction.atomic
def recheck(version_id: int) -> None:
    """Forget the verdicts of a version, so that the next check gives new ones.

    A bare [source] cites what is cited by now: a document may have come after the text. What
    readers see stays as it is.
    """
    version = Version.objects.get(pk=version_id)
    wire = Wire.objects.select_for_update().get(pk=version.wire_id)
    if _is_settled(wire, version_id):
        return
    _cite_anew(version)
    Claim.objects.filter(version_id=version_id).update(**FORGOTTEN)
    ReverseCoverage.objects.filter(version_id=version_id).delete()


def forget(version_id: int) -> None:
    """Forget the verdicts of sentences that no editor decided on: a new source may say otherwise.

    Called in the transaction that cites it, with the wire locked: no verdict that another
    text gave opens the gate until the worker comes. A decided sentence keeps its verdict
    till then, so that no override lets through what was found contradicted.
    """
    undecided = Claim.objects.filter(
        version_id=version_id, dismissed_at__isnull=True, overridden_at__isnull=True
    )
    undecided.update(**FORGOTTEN)
    ReverseCoverage.objects.filter(version_id=version_id).delete()


@transaction.atomic
def dismiss(claim_id: int, *, by: User, note: str) -> Claim:
    """Mark a sentence as not a claim, for a reason that readers see."""
    claim = _locked(claim_id, by)
    if claim.verdict == Claim.Verdict.CONTRADICTED:
        raise RefusedError("A contradicted sentence is a claim: correct it.")
    if not note.strip():
        raise RefusedError("Say why this sentence is not a claim; readers see it.")
    claim.dismissed_by, claim.dismissed_at = by, timezone.now()
    claim.dismissal_note = note.strip()
    claim.save(update_fields=DISMISSAL)
    return _recorded(claim, "claim dismissed", by, note)


@transaction.atomic
def restore(claim_id: int, *, by: User) -> Claim:
    """Take back that a sentence is not a claim, and any override of its verdict."""
    claim = _locked(claim_id, by)
    claim.dismissed_by = claim.dismissed_at = claim.overridden_by = claim.overridden_at = None
    claim.dismissal_note = claim.override_note = ""
    claim.save(update_fields=[*DISMISSAL, *OVERRIDE])
    return _recorded(claim, "claim restored", by, "")


@transaction.atomic
def override(claim_id: int, *, by: User, note: str) -> Claim:
    """Let an unsupported or unchecked claim stand, for a reason that readers see."""
    claim = _locked(claim_id, by)
    if claim.verdict == Claim.Verdict.CONTRADICTED:
        raise RefusedError("A contradicted sentence cannot be overridden: correct it.")
    if not note.strip():
        raise RefusedError("An override needs a note; readers see it.")
    claim.overridden_by, claim.overridden_at, claim.override_note = (
        by,
        timezone.now(),
        note.strip(),
    )
    claim.save(update_fields=OVERRIDE)
    return _recorded(claim, "claim overridden", by, note)


def _cite_anew(version: Version) -> None:
    keys = list(version.citations.values_list("key", flat=True))
    told = {(found.start, found.text): found.citations for found in engine.split(version.body)}
    for claim in version.claims.all():
        cites = _resolved(told.get((claim.start, claim.text), claim.cites), keys)
        if cites != claim.cites:
            Claim.objects.filter(pk=claim.pk).update(cites=cites)


def _identified(version: Version) -> list[tuple[Claim, Identity]]:
    """Return the sentences in order, each with what has to be the same for it to be unchanged."""
    sources = {citation.key: citation.source_id for citation in version.citations.all()}
    claims = version.claims.select_related("citation", "dismissed_by", "overridden_by")
    return [
        (claim, (claim.text, frozenset(sources.get(key, key) for key in claim.cites)))
        for claim in claims
    ]


def _resolved(cited: Sequence[str], keys: list[str]) -> list[str]:
    return keys if EVERY_SOURCE in cited else list(dict.fromkeys(cited))


def _store(
    claim: Claim,
    finding: engine.Finding,
    citations: dict[str, Citation],
    moment: datetime,
    checker: str,
) -> None:
    """Write the verdict's columns alone: an editor may have decided while the checker read."""
    missing = {
        part: list(getattr(finding.missing, part))
        for part in ("names", "numbers", "quotes", "terms")
        if getattr(finding.missing, part)
    }
    Claim.objects.filter(pk=claim.pk, verdict=Claim.Verdict.UNCHECKED).update(
        verdict=finding.verdict,
        basis=finding.basis or "",
        score=finding.score,
        citation=citations[finding.source] if finding.source else None,
        passage=finding.passage or "",
        passage_start=finding.start,
        passage_end=finding.end,
        missing=missing,
        checker=checker,
        checked_at=moment,
    )


def _told(version: Version) -> str:
    """Return what a version says, its Markdown read: the headline and its sentences, a line each."""
    sentences = version.claims.order_by("n").values_list("text", flat=True)
    return "\n".join([version.headline, *sentences])


def _cover(version: Version, left_out: Sequence[engine.Omission]) -> None:
    """Store what is left out; what another delivery of the task has stored stays."""
    ReverseCoverage.objects.get_or_create(
        version=version,
        defaults={
            "omissions": [
                {"term": one.text, "sources": list(one.sources)} for one in left_out
            ],
            "checker": engine.CHECKER_VERSION,
        },
    )


def _is_settled(wire: Wire, version_id: int) -> bool:
    return wire.is_public and wire.current_id == version_id


def _locked(claim_id: int, by: User) -> Claim:
    if not by.has_role(Role.EDITOR):
        raise NotAllowedError("Only an editor decides on a claim.")
    # The wire's row first, as every act locks it: two acts then wait in one order.
    wire = Wire.objects.select_for_update().get(versions__claims=claim_id)
    claim = Claim.objects.select_for_update().get(pk=claim_id)
    if wire.state in (Wire.State.WITHDRAWN, Wire.State.DISCARDED):
        raise WrongStateError(f"{wire} is {wire.state}; nothing on it changes any more.")
    newest, decided = wire.versions.latest(), claim.version
    if newest.pk != decided.pk:
        raise WrongStateError(
            f"Sentence {claim.n} is of version {decided.number} of {wire}, and version "
            f"{newest.number} has taken its place; decide on the sentence as it stands there."
        )
    if _is_settled(wire, claim.version_id):
        raise RefusedError(
            "The sentences of a public text are settled; amend the wire instead."
        )
    return claim


def _recorded(claim: Claim, act: str, by: User, note: str) -> Claim:
    history.note(
        claim.version.wire_id, act, by=by, note=note,
        detail={"version": claim.version.number, "sentence": claim.n},
    )  # fmt: skip
    return claim


@register()
def entailment_model_is_here(**_: Any) -> list[CheckMessage]:
    """Refuse an entailment model that the checker could not use, before it is asked."""
    try:
        engine.examine_entailment()
    except engine.EncoderError as error:
        hint = "Name another with ENTAILMENT, or leave it empty: the rules then decide alone."
        return [Error(f"ENTAILMENT: {error}", hint=hint, id="butfor.E010")]
    return []
