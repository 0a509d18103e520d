"""Search: words in what is public, and the marks that a wire carries."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wires.models import Code, Coding, Provider, Wire, WireQuerySet
from wires.pages import keyset
from wires.pages.shown import listed

ANY = ("", "any")


class Search(forms.Form):
    """What may be asked. A name that the archive does not know finds nothing and is no error."""

    q = forms.CharField(label="Words", required=False, max_length=200, strip=True)
    severity = forms.ChoiceField(label="Verified severity", required=False)
    event_class = forms.ChoiceField(label="Event class", required=False)
    code = forms.ChoiceField(label="Code", required=False)
    provider = forms.SlugField(required=False, max_length=80, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["q"].widget.attrs["type"] = "search"
        _offer(self.fields["severity"], [(level, level) for level in Wire.Severity.values])
        _offer(
            self.fields["event_class"],
            [(name, name.replace("_", " ")) for name in Wire.EventClass.values],
        )
        # Of several taxonomies the newest names a code, and a code that it dropped stays found.
        codes = Code.objects.order_by("-kind", "number", "taxonomy").values_list(
            "code", "title"
        )
        _offer(
            self.fields["code"],
            [(code, f"{code} {title}") for code, title in dict(codes).items()],
        )

    @property
    def asked(self) -> dict[str, str]:
        """Return what was asked, without what was left open."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def found(self) -> WireQuerySet:
        asked, wires = self.asked, listed()
        if words := asked.get("q"):
            wires = wires.saying(words)
        if level := asked.get("severity"):
            wires = wires.filter(severity_verified=level)
        if event_class := asked.get("event_class"):
            wires = wires.filter(event_class=event_class)
        if code := asked.get("code"):
            wires = wires.filter(
                pk__in=Coding.objects.filter(code__code=code).values("wire_id")
            )
        if slug := asked.get("provider"):
            wires = wires.filter(providers__slug=slug)
        return wires


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    form = Search(request.GET or None, auto_id="search-%s", label_suffix="")
    valid = form.is_valid()
    asked = form.asked if valid else {}
    context = {
        "form": form,
        "asked": asked,
        "provider": Provider.objects.filter(
            slug=asked.get("provider", ""), wires__in=Wire.objects.public()
        ).first(),
        "page": keyset.WIRES.page(form.found(), request.GET, kept=asked) if asked else None,
    }
    status = 400 if form.is_bound and not valid else 200
    return render(request, "wires/search.html", context, status=status)


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    if isinstance(field, forms.ChoiceField):
        field.choices = [ANY, *choices]
