"""Acts on runs and exhibits."""

from __future__ import annotations

from django import forms

from evidence.engine import quotas
from wires import exhibits, lifecycle
from wires.admin.acts.act import Act, note, row_id
from wires.models import User, Wire

PREDICTS = (
    ("yes", "says that the effect happens"),
    ("no", "says that it does not happen"),
)


class AskRun(Act):
    name, label, section = "ask_run", "Ask for a run", "exhibits"
    recipe = forms.CharField(label="Recipe", max_length=40, widget=forms.Select)
    seeds = forms.IntegerField(
        label="Seeds", initial=1, min_value=1, max_value=quotas.MOST_SEEDS
    )

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        run = exhibits.ask_run(wire.pk, given["recipe"], by=by, seeds=given["seeds"])
        return f"Run {run.pk} of {run.recipe} waits for a worker."


class CancelRun(Act):
    name, label, section, target = "cancel_run", "Cancel", "exhibits", "run"
    run = row_id()

    def perform(self, wire: Wire, by: User) -> str:
        run = self.cleaned_data["run"]
        exhibits.cancel_run(wire.pk, run, by=by)
        return f"Run {run} is asked to stop."


class Attach(Act):
    name, label, section = "attach", "Attach", "exhibits"
    run = forms.IntegerField(label="Finished run", widget=forms.Select)
    claim = forms.IntegerField(label="Bears on sentence", widget=forms.Select)
    predicts = forms.ChoiceField(label="The sentence", choices=PREDICTS)

    def perform(self, wire: Wire, by: User) -> str:
        given = self.cleaned_data
        found = exhibits.attach(
            wire.pk, given["run"], by=by, claim=given["claim"],
            predicts_effect=given["predicts"] == "yes",
        )  # fmt: skip
        return f"Run {given['run']} is an exhibit; it reads: {found.get_reading_display()}."


class NoteExhibits(Act):
    name, label, section = "note_exhibits", "Save the line", "exhibits"
    note = note("Why no recipe bears on this wire", "One line; readers see it.", rows=1)

    def perform(self, wire: Wire, by: User) -> str:
        lifecycle.note_exhibits(wire.pk, by=by, note=self.cleaned_data["note"])
        return "The line about exhibits is saved."
