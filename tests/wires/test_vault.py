"""The vault: what is fetched, what is said of it, and what becomes of its address."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from queue import Empty

import pytest
from django.db import IntegrityError, connection, transaction

from config.celery import app
from tests import factories
from tests.wires.fetching.files import pdf
from tests.wires.fetching.site import names_unknown, page
from tests.wires.vaults import (
    ARTICLE,
    FIRST,
    SECOND,
    THIRD,
    acts,
    ask,
    clock,
    done,
    make_fetched,
    plain,
    site,
)
from wires import changelog, claims, coding, gate, lifecycle, tasks, taxonomy, vault
from wires.fetching import download
from wires.models import Change, Fetch, Look, Source, Wire
from wires.models.user import Role
from wires.refusals import GateClosedError, NotAllowedError, RefusedError, WrongStateError

__all__ = ["clock", "site"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return factories.make_editor()


def described(source, **values):
    names = vault.Description.__dataclass_fields__
    return vault.Description(**{**{name: getattr(source, name) for name in names}, **values})


def without_sources(**values):
    """A draft that cites what nobody has stored yet."""
    body = f"{FIRST}[source] {SECOND}[source]"
    return factories.make_draft(**{"body": body, "sources": (), **values})


# Fetching


@pytest.mark.slow
def test_document_is_stored_with_its_text_hash_date_and_bytes(site, settings):
    site.pages["/a"] = page(FIRST, SECOND, THIRD)
    fetched = done(ask(site, publisher="The Example", tier="reporting", group="example"))
    source = fetched.source
    assert (fetched.progress, fetched.problem) == ("stored", "")
    assert fetched.ended_at
    assert source.text == f"Chatbot invents a rule\n{FIRST}\n{SECOND}\n{THIRD}"
    assert (source.kind, source.title, source.publisher, source.tier, source.group) == (
        "fetched", "Chatbot invents a rule", "The Example", "reporting", "example",
    )  # fmt: skip
    assert (source.url, source.media_type, source.archive_url) == (
        site.url("/a"),
        "text/html",
        "",
    )
    assert str(source.published_on) == "2024-05-03"
    assert source.fetched_at
    digest = source.original_sha256
    kept = settings.DATA_DIR / "vault" / digest[:2] / digest
    assert kept.read_bytes() == page(FIRST, SECOND, THIRD)[2]


@pytest.mark.slow
def test_pdf_is_stored(site):
    site.pages["/a"] = (
        200,
        {"Content-Type": "application/pdf"},
        pdf(FIRST, title="The ruling"),
    )
    source = make_fetched(site)
    assert (source.text, source.title, source.media_type) == (
        FIRST,
        "The ruling",
        "application/pdf",
    )


@pytest.mark.slow
def test_copy_in_an_archive_is_asked_for_where_one_is_named(site, settings):
    copy = "https://web.archive.example/1/a"
    settings.ARCHIVE_LOOKUP = site.url("/lookup?url={url}")
    site.pages["/lookup"] = (
        200, {"Content-Type": "application/json"},
        b'{"archived_snapshots": {"closest": {"available": true, "url": "%b"}}}' % copy.encode(),
    )  # fmt: skip
    assert make_fetched(site).archive_url == copy


@pytest.mark.slow
def test_fetch_for_a_draft_is_cited_in_it_and_checked_against(site, editor):
    wire = without_sources()
    assert gate.failures(wire)[0].rule == 1
    asked = ask(site, by=editor, wire=wire.pk, key="paper")
    version_id = vault.fetch(asked.pk)
    assert version_id == wire.current_id
    [citation] = wire.current.citations.all()
    assert (citation.key, citation.source_id) == ("paper", Fetch.objects.get().source_id)
    tasks.recheck_claims(version_id)
    rows = wire.current.claims.all()
    # A bare [source] was filed before there was any; it cites what came.
    assert [(row.cites, row.verdict) for row in rows] == [(["paper"], "supported")] * 2
    assert acts(wire)[-2:] == ["source asked for", "source fetched"]
    assert wire.events.last().by == editor


@pytest.mark.slow
def test_new_source_shuts_the_gate_until_the_sentences_are_checked(site, editor):
    """The verdicts that another source gave let nothing through meanwhile."""
    wire = factories.make_reviewed(editor)
    taken_as_true, overridden, _ = wire.current.claims.order_by("n")
    claims.override(overridden.pk, by=editor, note="Read in court.")
    assert gate.failures(wire) == []
    source = make_fetched(site)
    vault.cite(wire.pk, source.pk, by=editor)
    assert {failure.rule for failure in gate.failures(wire)} >= {3}
    taken_as_true.refresh_from_db(), overridden.refresh_from_db()
    assert (taken_as_true.verdict, overridden.verdict) == ("unchecked", "supported")
    tasks.recheck_claims(wire.current_id)
    assert gate.failures(wire) == []


@pytest.mark.slow
def test_fetched_source_shuts_the_gate_until_the_sentences_are_checked(site, editor):
    wire = factories.make_reviewed(editor)
    vault.fetch(ask(site, by=editor, wire=wire.pk).pk)
    assert {claim.verdict for claim in wire.current.claims.all()} == {"unchecked"}


@pytest.mark.slow
def test_fetch_is_done_once_however_often_it_is_delivered(site, editor):
    wire = without_sources()
    asked = ask(site, by=editor, wire=wire.pk)
    assert vault.fetch(asked.pk) == wire.current_id
    before = (acts(wire), len(site.asked))
    assert vault.fetch(asked.pk) is None
    assert (acts(wire), len(site.asked)) == before
    assert (Source.objects.count(), wire.current.citations.count()) == (1, 1)


def test_asking_twice_while_it_waits_is_asking_once(site, editor):
    wire = without_sources()
    assert ask(site, by=editor, wire=wire.pk) == ask(site, by=editor, wire=wire.pk)
    assert ask(site) != ask(site, by=editor, wire=wire.pk)


@pytest.mark.slow
def test_same_text_from_two_addresses_is_one_document(site):
    site.pages["/b"] = ARTICLE
    assert make_fetched(site) == make_fetched(site, "/b")
    assert Source.objects.get().url == site.url("/a")


def test_failure_is_told_in_words_and_leaves_the_draft_as_it_was(site, editor):
    wire = factories.make_draft()
    before = (wire.current_id, list(wire.current.citations.values()), acts(wire))
    fetched = done(ask(site, "/missing", by=editor, wire=wire.pk))
    assert (fetched.progress, fetched.source) == ("failed", None)
    assert "answers 404: there is no such document" in fetched.problem
    wire.refresh_from_db()
    after = (wire.current_id, list(wire.current.citations.values()), acts(wire))
    assert after == (*before[:2], [*before[2], "source asked for"])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((302, {"Location": "http://[::1"}, b""), "is not an address"),
        ((302, {"Location": "//[x]/"}, b""), "is not an address"),
        (
            (200, {"Content-Type": "text/plain", "Content-Length": "9" * 5000}, b"x"),
            "larger than",
        ),
        ((200, {"Content-Type": "text/x\x00y"}, b"x"), "is of the kind"),
    ],
)
def test_answer_made_to_break_the_archive_fails_with_words(site, answer, words):
    site.pages["/a"] = answer
    fetched = done(ask(site))
    assert (fetched.progress, words in fetched.problem) == ("failed", True), fetched.problem


@pytest.mark.slow
def test_what_nobody_thought_of_ends_the_fetch_and_the_look(site, clock, monkeypatch, caplog):
    source = make_fetched(site)

    def stumble(*_, **__):
        raise ValueError("unheard\x00of")

    monkeypatch.setattr(download, "_answer", stumble)
    failed = done(ask(site, "/b"))
    assert failed.progress == "failed"
    assert "stumbled over what the server sent (ValueError: unheard of)" in failed.problem
    clock.forward(days=8)
    look = vault.look(source.pk)
    assert (look.finding, "stumbled" in look.detail) == ("unreachable", True)
    assert vault.looks_due() == []
    assert caplog.text.count("Traceback") == 2


@pytest.mark.slow
@pytest.mark.parametrize("title", ["The\\000 ruling", "\\376\\377\\330\\000\\000T"])
def test_title_that_cannot_be_stored_is_cleaned(site, title):
    site.pages["/a"] = (200, {"Content-Type": "application/pdf"}, pdf(FIRST, title=title))
    assert "\x00" not in make_fetched(site).title
    vault.upload(pdf(SECOND, title=title), vault.Description(), content_type="application/pdf",
                 by=factories.make_user(Role.REPORTER))  # fmt: skip


@pytest.mark.slow
def test_charset_that_is_none_is_left_out(site):
    kind = f"text/plain; charset={'x' * 90}"
    site.pages["/a"] = (200, {"Content-Type": kind}, FIRST.encode())
    assert make_fetched(site).media_type == "text/plain"


def test_no_network_fails_with_words(settings, tmp_path, editor, monkeypatch):
    names_unknown(monkeypatch, socket.EAI_AGAIN)
    settings.DATA_DIR = tmp_path
    fetched = done(vault.ask_fetch("http://nothing.invalid/", by=editor))
    assert "nothing.invalid could not be looked up" in fetched.problem


def test_private_address_is_refused_by_default(site, settings, editor):
    settings.FETCH_ALLOWED_NETWORKS = []
    assert "not on the public internet" in done(ask(site)).problem
    assert site.asked == []
    for url in ("ftp://example.org/", "http://u:p@example.org/", "http://2130706433/"):
        with pytest.raises(RefusedError):
            vault.ask_fetch(url, by=editor)


@pytest.mark.slow
def test_failed_fetch_is_tried_again(site, editor):
    wire = without_sources()
    asked = ask(site, "/later", by=editor, wire=wire.pk)
    with pytest.raises(WrongStateError, match="only a failed one"):
        vault.retry(asked.pk, by=editor)
    assert done(asked).progress == "failed"
    site.pages["/later"] = ARTICLE
    assert vault.retry(asked.pk, by=editor).progress == "waiting"
    assert done(asked).progress == "stored"
    assert wire.current.citations.count() == 1


@pytest.mark.slow
def test_lost_fetches_are_swept_and_given_up_after_a_day(site, clock):
    asked = ask(site)
    assert vault.fetches_left() == []
    clock.forward(minutes=3)
    assert vault.fetches_left() == [asked.pk]
    clock.forward(days=1)
    assert vault.fetches_left() == []
    asked.refresh_from_db()
    assert (asked.progress, "within a day" in asked.problem) == ("failed", True)
    vault.retry(asked.pk, by=asked.asked_by)
    assert vault.fetches_left() == []
    assert done(asked).progress == "stored"


@pytest.mark.slow
def test_taken_key_is_refused_and_never_overwritten(site, editor):
    wire = factories.make_draft()
    with pytest.raises(RefusedError, match="has a source with the key record"):
        ask(site, by=editor, wire=wire.pk, key="record")
    first, second = (
        ask(site, path, by=editor, wire=wire.pk, key="paper") for path in ("/a", "/b")
    )
    site.pages["/b"] = plain("Another text about the same rule of Acme, in other words.")
    done(first), done(second)
    keys = wire.current.citations.values_list("key", "position")
    assert list(keys) == [("record", 0), ("paper", 1), ("paper-1", 2)]


@pytest.mark.slow
def test_text_that_is_public_by_then_is_left_alone(site, editor):
    wire = factories.make_reviewed(editor)
    asked = ask(site, by=editor, wire=wire.pk)
    lifecycle.publish(wire.pk, by=editor)
    assert vault.fetch(asked.pk) is None
    assert Fetch.objects.get().progress == "stored"
    assert wire.current.citations.count() == 1
    assert acts(wire)[-1] == "source fetched, not cited"


def test_recheck_that_comes_late_leaves_a_public_text_alone(editor):
    wire = factories.make_published(editor)
    tasks.recheck_claims(wire.current_id)
    assert {claim.verdict for claim in wire.current.claims.all()} == {"supported"}


@pytest.mark.slow
def test_waiting_text_of_a_public_wire_takes_a_source(site, editor):
    wire = factories.make_published(editor)
    with pytest.raises(WrongStateError, match="no new text of it waits"):
        ask(site, by=editor, wire=wire.pk)
    new = lifecycle.revise(
        wire.pk, by=editor, headline="Other words", body=factories.BODY, note="Words."
    )
    assert vault.fetch(ask(site, by=editor, wire=wire.pk).pk) == new.pk
    assert (wire.current.citations.count(), new.citations.count()) == (1, 2)


@pytest.mark.parametrize("role", [Role.REPORTER, Role.ADMINISTRATOR])
def test_others_fetch_for_no_wire_and_for_no_wire_of_somebody_else(site, role):
    person, wire = factories.make_user(role), factories.make_draft()
    for given in ({}, {"wire": wire.pk}):
        with pytest.raises(NotAllowedError):
            ask(site, by=person, **given)
    assert not Fetch.objects.exists()


def test_reporter_fetches_for_a_draft_of_their_own(site):
    reporter = factories.make_user(Role.REPORTER)
    wire = factories.make_draft(reporter)
    asked = ask(site, "/missing", by=reporter, wire=wire.pk)
    assert done(asked).progress == "failed"
    with pytest.raises(NotAllowedError):
        vault.retry(asked.pk, by=factories.make_user(Role.REPORTER))
    assert vault.retry(asked.pk, by=reporter).progress == "waiting"


def test_database_refuses_a_fetch_that_is_half_done(site):
    asked = ask(site)
    for values in ({"progress": "stored"}, {"progress": "failed"}, {"problem": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Fetch.objects.filter(pk=asked.pk).update(**values)


# Uploading and citing


@pytest.mark.slow
def test_upload_is_read_and_kept(site, settings):
    reporter = factories.make_user(Role.REPORTER)
    told = vault.Description(publisher="Tribunal", tier="primary", url="https://example.org/r")
    source = vault.upload(
        pdf(FIRST, title="T"), told, content_type="application/pdf", by=reporter
    )
    assert (source.kind, source.text, source.title, source.tier) == (
        "uploaded", FIRST, "T", "primary",
    )  # fmt: skip
    digest = source.original_sha256
    assert (settings.DATA_DIR / "vault" / digest[:2] / digest).is_file()
    assert source.fetched_at is None
    settings.FETCH_BYTES = 10
    with pytest.raises(RefusedError, match="at most 0 MB"):
        vault.upload(pdf(FIRST), told, content_type="application/pdf", by=reporter)


@pytest.mark.slow
def test_upload_that_cannot_be_read_is_refused(site):
    with pytest.raises(RefusedError, match="PDF is broken"):
        vault.upload(b"%PDF-", vault.Description(), content_type="application/pdf",
                     by=factories.make_user(Role.REPORTER))  # fmt: skip
    assert not Source.objects.exists()


@pytest.mark.slow
def test_document_of_the_vault_is_cited_once(site, editor):
    source, wire = make_fetched(site), without_sources()
    assert vault.cite(wire.pk, source.pk, by=editor).pk == wire.current_id
    assert wire.current.citations.get().key == "source-1"
    with pytest.raises(RefusedError, match="cites this source already"):
        vault.cite(wire.pk, source.pk, by=editor, key="again")
    with pytest.raises(RefusedError, match="no source 99"):
        vault.cite(wire.pk, 99999, by=editor)
    with pytest.raises(NotAllowedError):
        vault.cite(wire.pk, source.pk, by=factories.make_user(Role.REPORTER))


# Describing


def two_sources(editor):
    """A published wire that stands on two independent reports."""
    wire = factories.make_reviewed(
        editor,
        sources=tuple(
            factories.make_source(key=key, text=text, kind="uploaded", record_id="", group=key)
            for key, text in (("record", factories.SOURCE), ("other", "Acme invented it."))
        ),
    )
    coding.classify(
        wire.pk, by=editor, event_class="incident", standard="two independent sources",
        reported="SEV-3", factors=wire.factors,
    )  # fmt: skip
    return lifecycle.publish(wire.pk, by=editor)


@pytest.mark.slow
def test_description_is_noted_on_the_wires_and_published(editor):
    wire, draft = factories.make_published(editor), factories.make_draft()
    source = wire.current.citations.get().source
    before = changelog.head()
    vault.describe(source.pk, described(source, publisher="AIID", group="aiid"), by=editor)
    change = Change.objects.latest("seq")
    assert (change.seq, change.kind, change.wire) == (before + 1, "recoded", wire)
    [shown] = change.record["sources"]
    assert (shown["publisher"], shown["group"]) == ("AIID", "aiid")
    for citing in (wire, draft):
        event = citing.events.last()
        assert (event.act, event.by) == ("source described", editor)
        assert event.detail["publisher"] == "AIID"


def test_description_that_readers_do_not_see_is_no_public_change(editor):
    wire = factories.make_published(editor)
    source, before = wire.current.citations.get().source, changelog.head()
    vault.describe(
        source.pk, described(source, archive_url="https://web.archive.example/1"), by=editor
    )
    assert changelog.head() == before
    assert acts(wire)[-1] == "source described"
    with pytest.raises(RefusedError, match="Nothing of this is new"):
        vault.describe(
            source.pk,
            described(source, archive_url="https://web.archive.example/1"),
            by=editor,
        )


def test_group_that_would_close_the_gate_of_a_public_wire_is_refused(editor):
    wire = two_sources(editor)
    source, before = Source.objects.get(group="other"), changelog.head()
    with pytest.raises(GateClosedError) as caught:
        vault.describe(source.pk, described(source, group="record"), by=editor)
    assert {failure.rule for failure in caught.value.failures} == {8}
    source.refresh_from_db()
    assert (source.group, changelog.head(), acts(wire)[-1]) == ("other", before, "published")


def test_record_that_lists_too_few_reports_would_close_the_gate_of_its_public_wire(editor):
    wire = factories.make_published(by=editor)
    source = wire.current.citations.get().source
    with pytest.raises(GateClosedError) as caught:
        vault.describe(source.pk, described(source, reports=1), by=editor)
    assert {failure.rule for failure in caught.value.failures} == {8}
    vault.describe(source.pk, described(source, reports=40), by=editor)
    wire.refresh_from_db()
    assert [row["reports"] for row in wire.record["sources"]] == [40]


def test_document_that_is_no_record_lists_no_reports(editor):
    source = Source.objects.get(
        group="other", pk__in=two_sources(editor).current.citations.values("source")
    )
    with pytest.raises(RefusedError, match="Only a public record"):
        vault.describe(source.pk, described(source, reports=3), by=editor)


def test_better_group_leaves_the_gate_open_and_is_published(editor):
    wire = two_sources(editor)
    source = Source.objects.get(group="other")
    vault.describe(source.pk, described(source, group="a third one"), by=editor)
    wire.refresh_from_db()
    assert {row["group"] for row in wire.record["sources"]} == {"record", "a third one"}


def test_group_decides_what_a_draft_needs(editor):
    """Rules 1 and 8 follow the groups: retellings of one report are one source."""
    wire = factories.make_draft(
        sources=tuple(
            factories.make_source(key=key, text=text, kind="uploaded", record_id="", group="")
            for key, text in (("record", factories.SOURCE), ("other", "Acme invented it."))
        )
    )
    Wire.objects.filter(pk=wire.pk).update(
        filed={**wire.filed, "source_count": 2}, standard="two independent sources"
    )

    def failing():
        found = gate.failures(Wire.objects.get(pk=wire.pk))
        return {failure.rule for failure in found if "independent" in failure.detail}

    taxonomy.load()
    first, second = Source.objects.order_by("pk")
    assert failing() == {1, 8}
    for source, group in ((first, "wire service"), (second, "wire service")):
        vault.describe(source.pk, described(source, group=group), by=editor)
    assert failing() == {1, 8}
    second.refresh_from_db()
    vault.describe(second.pk, described(second, group="its own"), by=editor)
    assert failing() == set()


@pytest.mark.slow
def test_description_of_what_many_public_wires_show_is_braked(editor):
    wires = [factories.make_published(editor) for _ in range(4)]
    source, before = Source.objects.get(), changelog.head()
    new = described(source, publisher="Another")
    with pytest.raises(
        NotAllowedError, match=r"changes 4 public wires at once.*senior editor"
    ):
        vault.describe(source.pk, new, by=editor)
    source.refresh_from_db()
    assert (source.publisher, changelog.head()) == ("AI Incident Database", before)
    vault.describe(source.pk, described(source, title="A record"), by=editor)
    source.refresh_from_db()
    vault.describe(
        source.pk,
        described(source, publisher="Another"),
        by=factories.make_user(Role.SENIOR),
    )
    assert changelog.head() == before + 4
    assert wires[0].events.last().detail["public wires"] == 4


@pytest.mark.slow
def test_descriptions_of_one_day_are_counted_together(editor, settings, clock):
    settings.BRAKE_COUNT, settings.BRAKE_SHARE = 3, 1.0
    shared = []
    for n in range(2):
        record = factories.make_source(
            text=f"{factories.SOURCE} So says paper {n}.", record_id=f"AIID-{n}"
        )
        shared.append([factories.make_published(editor, sources=(record,)) for _ in range(2)])
    first, second = (wires[0].current.citations.get().source for wires in shared)
    vault.describe(first.pk, described(first, publisher="Another"), by=editor)
    with pytest.raises(NotAllowedError, match="2 public wires at once, after 2 others"):
        vault.describe(second.pk, described(second, publisher="Another"), by=editor)
    clock.forward(days=1, minutes=1)
    vault.describe(second.pk, described(second, publisher="Another"), by=editor)


@pytest.mark.slow
def test_description_is_kept_with_the_source_that_nobody_cites(site, editor):
    source = make_fetched(site)
    source = vault.describe(source.pk, described(source, group=" Wire  Service "), by=editor)
    [row] = source.descriptions
    assert (row["by"], row["said"]) == (editor.username, {"group": "wire service"})


@pytest.mark.slow
def test_group_is_one_however_it_is_spelled(site, editor):
    sources = tuple(
        factories.make_source(key=key, text=text, kind="uploaded", record_id="", group=group)
        for key, text, group in (
            ("record", factories.SOURCE, "Reuters"), ("other", "Acme invented it.", "reuters "),
        )
    )  # fmt: skip
    wire = factories.make_draft(sources=sources)
    assert {source.group for source in Source.objects.all()} == {"reuters"}
    assert make_fetched(site, group=" REUTERS").group == "reuters"
    Source.objects.filter(text=factories.SOURCE).update(group="Reuters  ")  # of older days
    assert gate.Dossier(wire, wire.current).independent == {"reuters"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_describing_and_publishing_do_not_wait_for_each_other():
    with transaction.atomic():
        editor = factories.make_editor()
        senior = factories.make_user(Role.SENIOR)
        taxonomy.load()
        connection.run_on_commit.clear()

    def acting(act):
        try:
            with transaction.atomic():
                act()
                connection.run_on_commit.clear()
        finally:
            connection.close()

    for n in range(12):
        with transaction.atomic():
            old = factories.make_published(editor, linked=(f"OECD-{n}",))
            source = old.current.citations.get().source
            new = factories.make_reviewed(
                editor, linked=(f"OECD-{n}",), aliases=(f"AIID-{n}",)
            )
            connection.run_on_commit.clear()
        told, ready = described(source, publisher=f"P{n}"), threading.Barrier(2)

        def publish(wire=new, ready=ready):
            ready.wait(10)
            lifecycle.publish(wire.pk, by=editor)

        def describe(source=source, told=told, ready=ready):
            ready.wait(10)
            vault.describe(source.pk, told, by=senior)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(acting, (publish, describe)))
        old.refresh_from_db()
        assert old.record["sources"][0]["publisher"] == f"P{n}"


def test_tombstone_is_not_published_again(editor):
    wire = factories.make_withdrawn()
    source, before = wire.current.citations.get().source, changelog.head()
    vault.describe(source.pk, described(source, group="aiid"), by=editor)
    assert changelog.head() == before


@pytest.mark.slow
def test_only_an_editor_describes(site):
    source = make_fetched(site)
    for role in (Role.REPORTER, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowedError):
            vault.describe(
                source.pk, described(source, group="x"), by=factories.make_user(role)
            )


def test_filing_tells_nothing_more_of_what_readers_see(editor):
    """A reporter's filing may not change a public record in passing."""
    wire = factories.make_published(editor)
    factories.make_draft(sources=(factories.make_source(group="a guess", title="A guess"),))
    source = wire.current.citations.get().source
    assert (source.group, source.title) == ("", "")


def untold(**values):
    return factories.make_source(
        **{"kind": "uploaded", "record_id": "", "tier": "", "publisher": "", **values}
    )


def test_filing_of_a_reporter_opens_no_gate_of_another_wire(editor):
    wire = factories.make_reviewed(editor, sources=(untold(),))
    coding.classify(
        wire.pk, by=editor, event_class="incident", standard="primary artefact", reported="SEV-3",
        factors=wire.factors,
    )  # fmt: skip
    wire.refresh_from_db()
    assert {failure.rule for failure in gate.failures(wire)} == {8}
    factories.make_draft(sources=(untold(tier="primary", group="g"),))
    assert {failure.rule for failure in gate.failures(wire)} == {8}
    source = wire.current.citations.get().source
    assert (source.tier, source.group, acts(wire)[-1]) == ("", "", "classified")


def test_filing_of_an_editor_tells_more_and_is_in_the_history_of_who_cites_it(editor):
    wire = factories.make_draft(sources=(untold(),))
    factories.make_draft(editor, sources=(untold(tier="primary"),))
    event = wire.events.last()
    assert (event.act, event.by, event.detail["tier"]) == (
        "source described", editor, "primary",
    )  # fmt: skip
    assert wire.current.citations.get().source.tier == "primary"


@pytest.mark.slow
def test_filing_tells_more_of_what_no_wire_cites(site):
    source = make_fetched(site)
    reporter = factories.make_user(Role.REPORTER)
    vault.stored(factories.make_source(text=source.text, tier="primary"), by=reporter)
    source.refresh_from_db()
    assert source.tier == "primary"
    assert source.descriptions[0]["by"] == reporter.username


# Looking


@pytest.mark.slow
def test_same_page_is_live_and_so_is_one_whose_text_stayed(site, clock):
    source = make_fetched(site)
    assert vault.look(source.pk).finding == "same"
    site.pages["/a"] = (*ARTICLE[:2], ARTICLE[2] + b" \r\n")
    clock.forward(days=7)
    look = vault.look(source.pk)
    assert (look.finding, look.text) == ("same", "")
    source.refresh_from_db()
    assert (source.fate, source.looked_at) == ("live", look.at)


@pytest.mark.slow
def test_changed_page_is_marked_and_says_what_stands_there(site, clock, editor):
    wire = without_sources()
    source = done(ask(site, by=editor, wire=wire.pk)).source
    before = source.text
    site.pages["/a"] = plain(FIRST.replace("a refund rule", "a bereavement fare"), SECOND)
    look = vault.look(source.pk)
    assert (look.finding, look.status) == ("changed", 200)
    assert "a bereavement fare" in look.text
    source.refresh_from_db()
    assert (source.fate, source.text) == ("changed", before)
    assert acts(wire)[-1] == "source changed"
    clock.forward(days=7)
    assert vault.look(source.pk).finding == "changed"
    assert acts(wire).count("source changed") == 1
    site.pages["/a"] = ARTICLE
    clock.forward(days=7)
    assert vault.look(source.pk).finding == "same"
    source.refresh_from_db()
    assert source.fate == "live"


@pytest.mark.slow
def test_second_change_of_a_page_is_told_too(site, clock, editor):
    wire = without_sources()
    source = done(ask(site, by=editor, wire=wire.pk)).source
    for words, told in (("We use cookies.", 1), ("We use  cookies.", 1), ("Retracted.", 2)):
        site.pages["/a"] = plain(words)
        assert vault.look(source.pk).finding == "changed"
        assert acts(wire).count("source changed") == told
        clock.forward(days=7)
    site.pages["/a"] = (503, {}, b"")
    assert vault.look(source.pk).finding == "unreachable"
    clock.forward(days=1)
    site.pages["/a"] = plain("Retracted.")
    vault.look(source.pk)
    assert acts(wire).count("source changed") == 2


@pytest.mark.slow
def test_wire_whose_waiting_text_cites_a_source_is_told(site, editor):
    wire = factories.make_published(editor)
    lifecycle.revise(
        wire.pk, by=editor, headline="Other words", body=factories.BODY, note="Words."
    )
    source = done(ask(site, by=editor, wire=wire.pk)).source
    site.pages["/a"] = plain("Retracted.")
    vault.look(source.pk)
    assert acts(wire).count("source changed") == 1


@pytest.mark.slow
@pytest.mark.parametrize("status", [404, 410])
def test_missing_page_is_gone(site, editor, status):
    wire = without_sources()
    source = done(ask(site, by=editor, wire=wire.pk)).source
    site.pages["/a"] = (status, {}, b"")
    look = vault.look(source.pk)
    assert (look.finding, look.status) == ("gone", status)
    source.refresh_from_db()
    assert source.fate == "gone"
    assert acts(wire)[-1] == "source gone"


@pytest.mark.slow
@pytest.mark.parametrize("answer", [(500, {}, b""), (429, {}, b""), (403, {}, b"")])
def test_trouble_says_nothing_of_the_document(site, clock, answer):
    source = make_fetched(site)
    site.pages["/a"] = answer
    assert vault.look(source.pk).finding == "unreachable"
    source.refresh_from_db()
    assert (source.fate, source.looked_at) == ("", None)
    site.pages["/a"] = ARTICLE
    clock.forward(days=1)
    vault.look(source.pk)
    site.pages["/a"] = answer
    clock.forward(days=7)
    assert vault.look(source.pk).finding == "unreachable"
    source.refresh_from_db()
    assert source.fate == "live"


@pytest.mark.slow
def test_name_that_leads_nowhere_time_and_again_is_gone(site, clock, monkeypatch):
    names_unknown(monkeypatch)
    source = make_fetched(site)
    Source.objects.filter(pk=source.pk).update(url="http://nothing.invalid/")
    found = []
    for _ in range(4):
        found.append(vault.look(source.pk).finding)
        clock.forward(days=1)
    assert found == ["unreachable", "unreachable", "gone", "gone"]


@pytest.mark.slow
def test_reader_that_has_become_another_changes_no_page(site, clock):
    """A text that a new reader takes from the same page is no change of the page."""
    source = make_fetched(site)
    site.pages["/b"] = plain("An older reader took this from the page, and nothing else.")
    stranger = make_fetched(site, "/b")
    Source.objects.filter(pk=stranger.pk).update(
        original_sha256=source.original_sha256, url=site.url("/a")
    )
    site.pages["/a"] = (*ARTICLE[:2], ARTICLE[2] + b" \n")
    assert vault.look(stranger.pk).finding == "same"


@pytest.mark.slow
def test_look_that_is_delivered_twice_is_one_look(site, clock):
    source = make_fetched(site)
    assert vault.look(source.pk)
    assert vault.look(source.pk) is None
    clock.forward(minutes=6)
    assert vault.look(source.pk)
    assert source.looks.count() == 2


def test_what_was_not_fetched_is_not_held_against_its_address(site):
    wire = factories.make_draft()
    source = wire.current.citations.get().source
    assert vault.look(source.pk) is None
    assert not Look.objects.exists()


@pytest.mark.slow
def test_looks_come_weekly_one_of_each_host_and_trouble_is_tried_daily(site, clock):
    for path in ("/b", "/c"):
        site.pages[path] = plain(f"The page {path} has a text of its own about Acme.")
    sources = [make_fetched(site, path) for path in ("/a", "/b", "/c")]
    assert vault.looks_due() == []
    clock.forward(days=7, seconds=1)
    for source in sources:
        assert vault.looks_due() == [source.pk]
        vault.look(source.pk)
    assert vault.looks_due() == []
    site.pages["/b"] = (503, {}, b"")
    clock.forward(minutes=6)
    vault.look(sources[1].pk)
    clock.forward(days=1)
    assert vault.looks_due() == [sources[1].pk]
    Source.objects.filter(pk=sources[0].pk).update(url="https://elsewhere.example/")
    clock.forward(days=6)
    assert vault.looks_due() == [sources[0].pk, sources[2].pk]


@pytest.mark.slow
def test_decisions_of_editors_outlive_a_new_source(site, editor):
    wire = without_sources()
    claim = wire.current.claims.first()
    claims.override(claim.pk, by=editor, note="Read in court.")
    version_id = vault.fetch(ask(site, by=editor, wire=wire.pk).pk)
    tasks.recheck_claims(version_id)
    claim.refresh_from_db()
    assert (claim.verdict, claim.override_note) == ("supported", "Read in court.")


# The worker's doors


def taken(queue):
    """Take what waits in a queue: the name of each task, and the row of one that has one."""
    with app.connection_for_read() as connection, connection.SimpleQueue(queue) as waiting:
        found = []
        while True:
            try:
                message = waiting.get(block=False)
            except Empty:
                return found
            message.ack()
            given, *_ = message.payload
            found.append((message.headers["task"], *given))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fetch_that_two_workers_do_at_once_is_cited_once(site, editor):
    wire = without_sources()
    asked = ask(site, by=editor, wire=wire.pk)

    def work(_):
        try:
            return vault.fetch(asked.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        found = list(workers.map(work, range(2)))
    assert sorted(found, key=str) == [wire.current_id, None]
    assert (Source.objects.count(), wire.current.citations.count()) == (1, 1)
    assert acts(wire).count("source fetched") == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_fetches_sweeps_and_looks(site, clock, editor):
    """What the tasks do, and what they leave in the queue for the next one."""
    taken("embed"), taken("slow")
    wire = without_sources()
    asked = ask(site, by=editor, wire=wire.pk)
    clock.forward(minutes=3)
    tasks.sweep()
    assert ("wires.tasks.fetch_source", asked.pk) in taken("slow")
    taken("embed")
    tasks.fetch_source(asked.pk)
    assert taken("embed") == [("wires.tasks.recheck_claims", wire.current_id)]
    source = Source.objects.get()
    clock.forward(days=8)
    tasks.look_at_sources()
    assert taken("slow") == [("wires.tasks.look_at", source.pk)]
    tasks.look_at(source.pk)
    assert source.looks.get().finding == "same"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_sweep_queues_an_unread_text_once_however_long_it_waits(clock, editor):
    taken("embed")
    clock.forward(hours=-1)  # by the database's clock: a new text is left to its own message
    wire, _ = lifecycle.file(factories.make_filing(), by=editor)
    own = [
        ("wires.tasks.check_claims", wire.current_id),
        ("wires.tasks.propose", wire.current_id),
    ]
    assert taken("embed") == own
    for _ in range(3):
        tasks.sweep()
    assert taken("embed") == [("wires.tasks.sweep_texts",)] * 3
    tasks.sweep_texts()
    assert taken("embed") == own
