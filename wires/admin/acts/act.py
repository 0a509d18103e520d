"""What every act is: a form that makes one call and says what it did."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from wires.models import User, Wire


class Act(forms.Form):
    """One thing that a person does to a wire. It parses; another module decides."""

    name: ClassVar[str]
    label: ClassVar[str]  # of the button
    section: ClassVar[str]  # the part of the page that it belongs to
    target: ClassVar[str] = ""  # the field that tells two forms of one act apart
    is_grave: ClassVar[bool] = False
    joins_names: ClassVar[bool] = False  # it may write other wires too, so it takes turns

    use_required_attribute = False  # what is missing is said by the module that decides

    def perform(self, wire: Wire, by: User) -> str:
        """Do it and return the sentence that says so. Raises RefusedError."""
        raise NotImplementedError

    @property
    def anchor(self) -> str:
        """Return the id on the page where its form stands."""
        return self.section


def words(values: list[str]) -> list[tuple[str, str]]:
    """Return choices that read as the archive writes them: `near_miss` as near miss."""
    return [(value, value.replace("_", " ")) for value in values]


def area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def note(label: str, help_text: str = "", *, rows: int = 2) -> forms.CharField:
    """Return a field that may stay empty here: whether it is needed, the callee says."""
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=area(rows), max_length=5000
    )


def row_id() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput)


def sentence(label: str) -> forms.IntegerField:
    """Return a field for the number of a sentence; the page fills in the choices."""
    return forms.IntegerField(label=label, required=False, widget=forms.Select)
