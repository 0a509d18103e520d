"""Notices that speak of two wires, and what parties respond: said on both sides, and only in public."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests import factories
from tests.wires.pages import states
from wires import lifecycle
from wires.models import Change, MoveRequest, Notice, Response, Source, Wire
from wires.models.user import Role
from wires.refusals import NotAllowedError, RefusedError, WrongStateError

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Move = MoveRequest.Move
SAID = "We have removed the assistant from our website and refunded the customer."


def fresh(wire):
    return Wire.objects.get(pk=wire.pk)


def kinds(wire):
    return list(
        Change.objects.filter(wire=wire).order_by("seq").values_list("kind", flat=True)
    )


def hidden():
    return [factories.make_draft(), factories.make_reviewed(), states.make_scheduled()]


# Notices


def test_correction_that_speaks_of_another_wire_stands_on_both():
    other, wire = factories.make_withdrawn(), factories.make_published()
    states.make_revised(wire, headline="Acme's chatbot invents a rule")
    lifecycle.amend(
        wire.pk, by=factories.make_editor(), notice="It repeated a withdrawn wire.",
        related=other.pk,
    )  # fmt: skip
    said = [fresh(each).record["notices"][-1] for each in (wire, other)]
    assert said[0] == said[1]
    assert (said[0]["wire"], said[0]["related"]) == (wire.public_id, other.public_id)
    assert (kinds(wire)[-1], kinds(other)[-1]) == ("amended", "linked")
    assert Notice.objects.filter(kind="correction").count() == 1


@pytest.mark.parametrize(
    ("move", "kind"), [(Move.DISPUTE, "dispute"), (Move.WITHDRAW, "withdrawal")]
)
def test_asked_notice_speaks_of_another_wire_too(move, kind):
    wire, other = factories.make_published(), factories.make_published()
    request = lifecycle.ask(
        wire.pk, move, by=factories.make_editor(), reason="See the other.", related=other.pk
    )
    assert kinds(other) == ["published"]
    lifecycle.confirm(request.pk, by=factories.make_user(Role.SENIOR))
    [notice] = Notice.objects.filter(related=other)
    assert (notice.wire, notice.kind) == (wire, kind)
    assert fresh(other).record["notices"][0]["text"] == "See the other."
    assert kinds(other) == ["published", "linked"]


def test_end_of_a_dispute_speaks_of_another_wire_too():
    wire, other = states.make_disputed(), factories.make_published()
    request = lifecycle.ask(
        wire.pk, Move.RESOLVE, by=factories.make_editor(), reason="Settled.", related=other.pk
    )
    lifecycle.confirm(request.pk, by=factories.make_user(Role.SENIOR))
    assert fresh(other).record["notices"][0]["text"] == "Settled."
    assert [row["related"] for row in fresh(wire).record["notices"]] == [None, other.public_id]


def test_notice_never_names_a_wire_that_is_not_public():
    editor, wire = factories.make_editor(), factories.make_published()
    states.make_revised(wire, headline="Acme's chatbot invents a rule")
    for other in (*hidden(), wire):
        with pytest.raises(RefusedError, match="another public wire only"):
            lifecycle.amend(wire.pk, by=editor, notice="n", related=other.pk)
        with pytest.raises(RefusedError, match="another public wire only"):
            lifecycle.ask(wire.pk, Move.DISPUTE, by=editor, reason="r", related=other.pk)
    assert kinds(wire) == ["published"]


# Responses


@pytest.fixture
def source():
    return lifecycle.vault.stored(
        factories.make_source(
            key="s", kind="uploaded", record_id="", publisher="Acme", tier="primary",
            text=f"To whom it may concern.\n\n{SAID.replace('from', 'from' + chr(10))}\nAcme",
            url="https://acme.example/statement", published_on=date(2024, 6, 3),
        ),
        by=factories.make_editor(),
    )  # fmt: skip


def respond(wire, source, **values):
    given = {"by": factories.make_editor(), "party": "Acme", "said_on": date(2024, 6, 2),
             "text": SAID, "source": source.pk}  # fmt: skip
    return lifecycle.respond(wire.pk, **{**given, **values})


@pytest.mark.parametrize("make", [factories.make_published, states.make_disputed])
def test_response_on_a_public_wire_is_public_at_once(make, source):
    wire = make()
    respond(wire, source)
    assert kinds(wire)[-1] == "responded"
    assert fresh(wire).record["responses"] == [
        {
            "party": "Acme", "date": "2024-06-02", "text": SAID,
            "source": {"url": "https://acme.example/statement", "publisher": "Acme",
                       "date": "2024-06-03", "tier": "primary", "text": "uploaded",
                       "sha256": source.sha256},
        }
    ]  # fmt: skip
    assert wire.events.get(act="response put").detail == {"party": "Acme"}


@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_reviewed, states.make_scheduled]
)
def test_response_on_a_hidden_wire_waits(make, source):
    wire = make()
    respond(wire, source)
    assert kinds(wire) == []
    assert fresh(wire).record is None


def test_response_that_waited_appears_with_the_wire(source):
    editor = factories.make_editor()
    wire = factories.make_reviewed(editor)
    respond(wire, source)
    lifecycle.publish(wire.pk, by=editor)
    assert kinds(wire) == ["published"]
    assert fresh(wire).record["responses"][0]["text"] == SAID


def test_tombstone_shows_no_response(source):
    wire = factories.make_published()
    respond(wire, source)
    assert states.withdrawn(wire).record["responses"] == []


@pytest.mark.parametrize("role", [Role.REPORTER, Role.ADMINISTRATOR])
def test_only_an_editor_puts_a_response(role, source):
    with pytest.raises(NotAllowedError):
        respond(factories.make_published(), source, by=factories.make_user(role))
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"party": " "}, "names who gives it"),
        ({"text": " "}, "has a text"),
        ({"text": "We are very sorry for it."}, "does not stand in the source"),
        ({"text": SAID[:19]}, "at least 20 characters"),
        ({"said_on": timezone.now().date() + timedelta(days=2)}, "is dated"),
    ],
)
def test_response_is_whole_and_in_the_party_s_words(values, problem, source):
    wire = factories.make_published()
    with pytest.raises(RefusedError, match=problem):
        respond(wire, source, **values)
    with pytest.raises(RefusedError, match="no source"):
        respond(wire, Source(pk=source.pk + 1000))
    assert not wire.responses.exists()


@pytest.mark.parametrize("kind", ["record", "notes"])
def test_words_of_others_are_no_response_of_a_party(kind):
    document = factories.make_source(
        kind=kind, record_id="AIID-0" if kind == "record" else "", text=f"It is told: {SAID}"
    )
    told = lifecycle.vault.stored(document, by=factories.make_editor())
    with pytest.raises(RefusedError, match=f"is {kind}: others' words"):
        respond(factories.make_published(), told)


def test_ended_wire_takes_no_response(source):
    discarded = lifecycle.discard(
        factories.make_draft().pk, by=factories.make_editor(), note="Not ours."
    )
    for wire in (factories.make_withdrawn(), discarded):
        with pytest.raises(WrongStateError):
            respond(wire, source)


def test_database_keeps_a_response_as_it_was_said(source):
    response = respond(factories.make_published(), source)
    rows = Response.objects.filter(pk=response.pk)
    with pytest.raises(IntegrityError, match="response_never_changes"), transaction.atomic():
        rows.update(text="We admit it.")
    with pytest.raises(IntegrityError, match="response_never_changes"), transaction.atomic():
        rows.delete()
    with pytest.raises(IntegrityError, match="has_a_party_and_text"), transaction.atomic():
        Response.objects.create(
            wire=response.wire, party="", said_on=date(2024, 6, 2), text=SAID, source=source,
            made_by=response.made_by,
        )  # fmt: skip
