"""Acts that decide on codes, class, severity and the but-for test."""

from __future__ import annotations

from typing import Any

from django import forms

from wires import coding, severity
from wires.admin.acts.act import Act, note, row_id, sentence, words
from wires.models import ProposedCode, Rationale, User, Wire
from wires.refusals import RefusedError

RANKS = ((1, "primary"), (2, "secondary"), (3, "second secondary (F only)"))
FREE_RANK = ("", "next free rank")


class ProposedAct(Act):
    section, target = "proposal", "proposed"

    @property
    def anchor(self) -> str:
        return f"proposed-{self['proposed'].value()}"


class Accept(ProposedAct):
    name, label = "accept", "Accept"
    proposed = row_id()
    claim = sentence("rests on")

    def perform(self, wire: Wire, by: User) -> str:
        row = _proposed(wire, self.cleaned_data["proposed"])
        found = coding.accept(row.pk, by=by, claim=self.cleaned_data["claim"])
        return f"{row.code} is on the wire, as {found.rank_word}."


class Reject(ProposedAct):
    name, label = "reject", "Reject"
    proposed = row_id()

    def perform(self, wire: Wire, by: User) -> str:
        row = _proposed(wire, self.cleaned_data["proposed"])
        coding.reject(row.pk, by=by)
        return f"{row.code} is rejected."


class Put(Act):
    name, label, section = "put", "Put it on the wire", "codes"
    code = forms.CharField(label="Code", max_length=8, widget=forms.Select)
    rank = forms.TypedChoiceField(
        label="Rank", choices=(FREE_RANK, *RANKS), coerce=int, empty_value=None, required=False
    )
    claim = sentence("Rests on sentence")

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        found = coding.put(
            wire.pk, given["code"], by=by, claim=given["claim"], rank=given["rank"]
        )
        return f"{found.code} is on the wire, as {found.rank_word}."


class Remove(Act):
    name, label, section, target = "remove", "Remove", "codes", "code"
    code = forms.CharField(max_length=8, widget=forms.HiddenInput)

    def perform(self, wire: Wire, by: User) -> str:
        code = self.cleaned_data["code"]
        coding.remove(wire.pk, code, by=by)
        return f"{code} is off the wire."


class ShowProposal(Act):
    name, label, section = "show_proposal", "All codes are put: show the proposal", "proposal"

    def perform(self, wire: Wire, by: User) -> str:
        codes = coding.show_proposal(wire.pk, by=by)
        return f"The proposal is shown. {', '.join(codes)} were put without it."


def _value(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "not recorded"), *((n, str(n)) for n in range(4))],
        coerce=int,
        empty_value=None,
        required=False,
    )


def _level(label: str, empty: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", empty), *words(Wire.Severity.values)],
        required=False,
    )


class Classify(Act):
    name, label, section = "classify", "Save class and severity", "severity"
    event_class = forms.ChoiceField(
        label="Event class",
        choices=[("", "not chosen"), *words(Wire.EventClass.values)],
        required=False,
    )
    standard = forms.ChoiceField(
        label="Standard: how it is established",
        choices=[("", "not chosen"), *words(Wire.Standard.values)],
        required=False,
    )
    scale = _value("Scale")
    scale_claim = sentence("rests on")
    scope = _value("Scope")
    scope_claim = sentence("rests on")
    irremediability = _value("Irremediability")
    irremediability_claim = sentence("rests on")
    reported = _level("Reported severity, as filed", "not reported")
    override = _level("Verified severity", "as the written rule says")
    note = note(
        "Public reason",
        "Only where the verified severity departs from the rule; readers see it.",
    )

    def perform(self, wire: Wire, by: User) -> str:
        done = coding.classify(wire.pk, by=by, **self.classing().as_json())
        level = (
            done.severity_verified or "not given yet: the rule needs a class and all factors"
        )
        return f"Class and severity are saved. Verified severity is {level}."

    def classing(self) -> coding.Classing:
        given = self.cleaned_data
        return coding.Classing(
            event_class=given["event_class"],
            standard=given["standard"],
            factors=self._factors(),
            reported=given["reported"],
            override=given["override"],
            note=given["note"],
        )

    def _factors(self) -> dict[str, dict[str, Any]]:
        given = self.cleaned_data
        return {
            name: {"value": given[name], "claim": given[f"{name}_claim"]}
            for name in severity.FACTORS
            if given[name] is not None
        }


class Reason(Act):
    name, label, section = "reason", "Save the but-for form", "but-for"
    system = note("System")
    act = note("Act")
    harm = note("Harm")
    counterfactual = note(
        "Without it", "Your own sentence: what would have happened had it not acted so?"
    )
    result = forms.ChoiceField(
        label="But for the system, would the harm have been absent?",
        choices=[("", "not answered"), *words(Rationale.Result.values)],
        required=False,
    )

    def perform(self, wire: Wire, by: User) -> str:
        coding.reason(wire.pk, by=by, **self.cleaned_data)
        return "The but-for form is saved."


def _proposed(wire: Wire, proposed_id: int) -> ProposedCode:
    rows = ProposedCode.objects.select_related("code")
    row = rows.filter(pk=proposed_id, proposal__version__wire=wire).first()
    if row is None:
        raise RefusedError(f"{wire} has no such proposed code.")
    return row
