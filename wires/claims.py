"""The only writer of claims: the sentences of a version, their verdicts, the editors' overrides.

It queues nothing: whoever makes a version queues the check, on commit.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from classifier import engine
from wires import history
from wires.models import Citation, Claim, User, Version, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError

EVERY_SOURCE = "*"  # what a bare [source] cites


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


def check(version_id: int) -> None:
    """Hold every claim of a version against its stored sources. Safe to run twice."""
    version = Version.objects.get(pk=version_id)
    citations = {c.key: c for c in version.citations.select_related("source")}
    texts = [
        engine.SourceText(key, citation.source.text) for key, citation in citations.items()
    ]
    claims = list(version.claims.filter(verdict=Claim.Verdict.UNCHECKED))
    if not claims or not texts:
        return
    findings = engine.check([claim.text for claim in claims], texts)
    moment = timezone.now()
    with transaction.atomic():
        for claim, finding in zip(claims, findings, strict=True):
            if finding.verdict != "unchecked":
                _store(claim, finding, citations, moment)


def recheck(version_id: int) -> None:
    """Forget the verdicts of a version, so that the next check gives new ones."""
    Claim.objects.filter(version_id=version_id).update(
        verdict=Claim.Verdict.UNCHECKED, basis="", score=None, citation=None, passage="",
        passage_start=None, passage_end=None, missing={}, checker="", checked_at=None,
    )  # fmt: skip


@transaction.atomic
def dismiss(claim_id: int, *, by: User, note: str) -> Claim:
    """Mark a sentence as not a claim."""
    claim = _locked(claim_id, by)
    if claim.verdict == Claim.Verdict.CONTRADICTED:
        raise RefusedError("A contradicted sentence is a claim: correct it.")
    if not note.strip():
        raise RefusedError("Say why this sentence is not a claim.")
    claim.dismissed_by, claim.dismissed_at = by, timezone.now()
    claim.save(update_fields=["dismissed_by", "dismissed_at"])
    return _recorded(claim, "claim dismissed", by, note)


@transaction.atomic
def restore(claim_id: int, *, by: User) -> Claim:
    """Take back that a sentence is not a claim, and any override of its verdict."""
    claim = _locked(claim_id, by)
    claim.dismissed_by = claim.dismissed_at = claim.overridden_by = claim.overridden_at = None
    claim.override_note = ""
    claim.save(
        update_fields=[
            "dismissed_by",
            "dismissed_at",
            "overridden_by",
            "overridden_at",
            "override_note",
        ]
    )
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
    claim.save(update_fields=["overridden_by", "overridden_at", "override_note"])
    return _recorded(claim, "claim overridden", by, note)


def _resolved(cited: Sequence[str], keys: list[str]) -> list[str]:
    return keys if EVERY_SOURCE in cited else list(dict.fromkeys(cited))


def _store(
    claim: Claim, finding: engine.Finding, citations: dict[str, Citation], moment: datetime
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
        checker=engine.CHECKER_VERSION,
        checked_at=moment,
    )


def _locked(claim_id: int, by: User) -> Claim:
    if not by.has_role(Role.EDITOR):
        raise NotAllowedError("Only an editor decides on a claim.")
    # The wire's row first, as every act locks it: two acts then wait in one order.
    wire = Wire.objects.select_for_update().get(versions__claims=claim_id)
    claim = Claim.objects.select_for_update().get(pk=claim_id)
    if wire.is_public and wire.current_id == claim.version_id:
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
