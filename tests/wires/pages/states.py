"""Wires in the states that the pages tell apart, each brought there by the desk's own moves."""

from datetime import timedelta

from django.utils import timezone

from evidence.engine import SHIPPED, reading
from tests import factories
from wires import exhibits, lifecycle
from wires.models import Claim, MoveRequest, Version, Wire
from wires.models.user import Role

DISPUTE = "Acme says that the chatbot was not its own."
NOTICE = "The first text said more than the tribunal did."
NOTE = "The last sentence is gone."


def make_disputed() -> Wire:
    wire = factories.make_published()
    request = lifecycle.ask(
        wire.pk, MoveRequest.Move.DISPUTE, by=factories.make_editor(), reason=DISPUTE
    )
    return lifecycle.confirm(request.pk, by=factories.make_user(Role.SENIOR))


def make_revised(wire: Wire, *, headline: str) -> Version:
    """Give a public wire a text that waits, shorter by its last sentence."""
    body = factories.BODY.rpartition(" The rule did not")[0]
    version = lifecycle.revise(
        wire.pk, by=factories.make_editor(), headline=headline, body=body, note=NOTE
    )
    citation = version.citations.get()
    for claim in version.claims.all():
        start = citation.source.text.index(claim.text)
        Claim.objects.filter(pk=claim.pk).update(
            verdict="supported", basis="wording", score=1.0, citation=citation,
            passage=claim.text, passage_start=start, passage_end=start + len(claim.text),
            checker="test", checked_at=timezone.now(),
        )  # fmt: skip
    return version


def make_amended(*, headline: str = "Acme's chatbot invents a rule") -> Wire:
    wire = factories.make_published()
    make_revised(wire, headline=headline)
    return lifecycle.amend(wire.pk, by=factories.make_editor(), notice=NOTICE)


def make_scheduled() -> Wire:
    editor = factories.make_editor()
    wire = factories.make_reviewed(editor)
    return lifecycle.schedule(wire.pk, by=editor, at=timezone.now() + timedelta(days=1))


def make_exhibited(wire: Wire, **run: object) -> int:
    """Show a finished run on a wire; returns the run's number."""
    made = factories.make_run(**run)
    exhibits.attach(wire.pk, made.pk, by=factories.make_editor(), claim=1)
    return int(made.pk)


def make_shipped(wire: Wire, recipe: str) -> int:
    """Show the numbers of a shipped run on a wire; returns the run's number."""
    row = reading.columns(SHIPPED / recipe)
    fields = ("metrics", "series", "outcome", "reason", "manifest_sha256", "signed_by")
    return make_exhibited(wire, recipe=recipe, **{field: row[field] for field in fields})


def withdrawn(wire: Wire) -> Wire:
    request = lifecycle.ask(
        wire.pk, MoveRequest.Move.WITHDRAW, by=factories.make_editor(), reason="It never ran."
    )
    return lifecycle.confirm(request.pk, by=factories.make_user(Role.SENIOR))


def page(wire: Wire) -> str:
    return f"/wires/{wire.public_id}/"
