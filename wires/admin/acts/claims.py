"""Acts on one sentence."""

from __future__ import annotations

from wires import claims
from wires.admin.acts.act import Act, note, row_id
from wires.models import Claim, User, Wire
from wires.refusals import RefusedError


class SentenceAct(Act):
    section, target = "claims", "claim"

    @property
    def anchor(self) -> str:
        return f"claim-{self['claim'].value()}"


class Dismiss(SentenceAct):
    name, label = "dismiss", "Mark as not a claim"
    claim = row_id()
    note = note("Why it is not a claim", "Readers see it.")

    def perform(self, wire: Wire, by: User) -> str:
        claim = _of(wire, self.cleaned_data["claim"])
        claims.dismiss(claim.pk, by=by, note=self.cleaned_data["note"])
        return f"Sentence {claim.n} is marked as not a claim."


class Override(SentenceAct):
    name, label = "override", "Let it stand"
    claim = row_id()
    note = note("Why it may stand all the same", "Readers see it.")

    def perform(self, wire: Wire, by: User) -> str:
        claim = _of(wire, self.cleaned_data["claim"])
        claims.override(claim.pk, by=by, note=self.cleaned_data["note"])
        return f"Sentence {claim.n} stands, with a public note."


class Restore(SentenceAct):
    name, label = "restore", "Take that back"
    claim = row_id()

    def perform(self, wire: Wire, by: User) -> str:
        claim = _of(wire, self.cleaned_data["claim"])
        claims.restore(claim.pk, by=by)
        return f"Sentence {claim.n} is a claim like any other again."


def _of(wire: Wire, claim_id: int) -> Claim:
    claim = Claim.objects.filter(pk=claim_id, version__wire=wire).first()
    if claim is None:
        raise RefusedError(f"{wire} has no such sentence.")
    return claim
