"""Loads the starter archive and tells the specimen's story, as two named demonstration editors.

Everything goes through the doors that people use: intake, the worker, the desk's decisions,
the gate. It may be stopped and run again at any time; a wire that is done is left alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from django.db.models import Q, QuerySet

from evidence.models import Run
from wires import (
    claims,
    coding,
    exhibits,
    gate,
    history,
    intake,
    lifecycle,
    proposing,
    taxonomy,
)
from wires.demonstration import shown
from wires.intake import markdown
from wires.intake.text import read as read_text
from wires.models import Event, MoveRequest, Proposal, ProposedCode, User, Version, Wire
from wires.models.user import Role, account
from wires.refusals import SecondEditorNeededError

STARTER = Path(__file__).parents[1] / "starter"
SPECIMEN = STARTER / "specimen"
CORRECTIONS = STARTER / "corrections" / "second-reading.yaml"
DONE = "demonstrated"
READ_AGAIN = "read a second time"
SILENCE = 240.0  # seconds without progress after which the worker is taken for absent
TELL = 5.0  # seconds between two lines of progress

Say = Callable[[str], None]


class WorkerSilentError(Exception):
    """The worker does not do its part."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An error of ours in a shipped wire, found when it was read a second time."""

    wire: str
    note: str = ""
    notice: str = ""
    text: tuple[tuple[str, str], ...] = ()
    sources: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    rationale: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """A shipped wire: its filing, and what the desk decided about it."""

    filing: intake.Filing
    decided: dict[str, Any]


def run(say: Say, *, now: bool) -> None:
    """Load what is missing; `now` does the worker's part in this process."""
    taxonomy.load()
    desk = (_editor("desk-1", Role.EDITOR), _editor("desk-2", Role.SENIOR))
    paths = sorted((STARTER / "wires").glob("*.md"))
    starter = [_story(path) for path in paths]
    stories = {path.name: story for path, story in zip(paths, starter, strict=True)}
    corrections = [Correction(**row) for row in yaml.safe_load(CORRECTIONS.read_text())]
    corrected = _story(SPECIMEN / "corrected.md", specs=_notes())
    specimen = Story(intake.read(SPECIMEN / "wire.txt", specs=_notes()), {})
    wires = {
        story.filing.fingerprint: _filed(story, desk[0])
        for story in (*starter, corrected, specimen)
    }
    todo = {key: wire for key, wire in wires.items() if not _is_done(wire)}
    to_correct = [
        (wire, row)
        for row in corrections
        if not _is_done(wire := wires[stories[row.wire].filing.fingerprint], READ_AGAIN)
    ]
    by_file = {
        **{name: wires[story.filing.fingerprint] for name, story in stories.items()},
        "corrected.md": wires[corrected.filing.fingerprint],
        "wire.txt": wires[specimen.filing.fingerprint],
    }
    notes = {name: str(story.decided["exhibit_reason"]) for name, story in stories.items()}
    if not todo and not to_correct and not shown.missing(by_file, notes):
        say(f"the starter archive of {len(starter)} wires and the specimen are in place")
        return
    say(f"filing {len(todo)} wires of the starter archive")
    # The harness takes longest, so it starts first.
    run_row = _asked_run(wires[corrected.filing.fingerprint], corrected, desk[0], now=now)
    _await_worker([_current(wire) for wire in todo.values()], say, now=now)
    for story in starter:
        _told(wires[story.filing.fingerprint], story, desk)
    say(f"{len(starter)} wires of the starter archive are published")
    _corrected(to_correct, stories, desk[0], say, now=now)
    _specimen_told(wires[specimen.filing.fingerprint], desk[0])
    if run_row is not None:
        _await_run(run_row, say)
        if run_row.status != Run.Status.FINISHED:
            say("the corrected wire waits for its exhibit; the next start tries again")
            return
    _told(wires[corrected.filing.fingerprint], corrected, desk, run=run_row)
    shown.show(by_file, notes, by=desk[0], say=say)
    say("the specimen is in the queue with its gate closed; its corrected wire is published")


def _story(path: Path, *, specs: tuple[str, ...] = ()) -> Story:
    front, _, _ = markdown.split(read_text(path))
    return Story(intake.read(path, specs=specs), front)


def _notes() -> tuple[str, ...]:
    return tuple(str(path) for path in sorted(SPECIMEN.glob("notes-*.md")))


def _editor(name: str, role: Role) -> User:
    return account(name, role, demonstration=True)


def _filed(story: Story, by: User) -> Wire:
    known = Wire.objects.filter(fingerprint=story.filing.fingerprint).first()
    return known or _filed_before(story, by) or lifecycle.file(story.filing, by=by)[0]


def _filed_before(story: Story, by: User) -> Wire | None:
    """Return the wire that an earlier edition of the archive filed for a story; it stays so."""
    same_name = Q(aliases__name__in=story.filing.aliases, aliases__is_own=True)
    same_head = Q(versions__number=1, versions__headline=story.filing.headline)
    return Wire.objects.filter(same_name | same_head, filed_by=by).order_by("pk").first()


def _is_done(wire: Wire, act: str = DONE) -> bool:
    return (
        Event.objects.filter(wire=wire, act=act).exists() or wire.state == Wire.State.DISCARDED
    )


def _current(wire: Wire) -> int:
    if wire.current_id is None:
        raise ValueError(f"{wire} was filed without a text")
    return wire.current_id


def _await_worker(version_ids: Sequence[int], say: Say, *, now: bool) -> None:
    if now:
        for version_id in _unready(version_ids).values_list("pk", flat=True):
            claims.check(version_id)
            proposing.propose(version_id)
    for left in _countdown(
        lambda: _unready(version_ids).count(), "checking claims and proposing codes"
    ):
        say(f"  the worker has read {len(version_ids) - left} of {len(version_ids)} texts")


def _unready(version_ids: Sequence[int]) -> QuerySet[Version]:
    waiting = Q(proposals__isnull=True) | Q(claims__verdict="unchecked")
    return Version.objects.filter(waiting, pk__in=version_ids).distinct()


def _await_run(row: Run, say: Say) -> None:
    def left() -> int:
        row.refresh_from_db()
        ended = row.status not in (Run.Status.QUEUED, Run.Status.RUNNING)
        return 0 if ended else max(row.total - row.done, 1)

    for steps in _countdown(left, f"running the recipe {row.recipe}"):
        say(
            f"  the harness runs {row.recipe}: {row.message or 'waiting'} ({steps} steps left)"
        )
    if row.status != Run.Status.FINISHED:
        say(f"  the run ended as {row.status}: {row.error or 'no reason given'}")


def _countdown(left: Callable[[], int], doing: str) -> Iterator[int]:
    """Yield what is left, now and then, until nothing is; fail when nothing moves."""
    last, moved, told = left(), time.monotonic(), 0.0
    while last:
        if time.monotonic() - told >= TELL:
            told = time.monotonic()
            yield last
        time.sleep(0.5)
        current = left()
        if current != last:
            last, moved = current, time.monotonic()
        elif time.monotonic() - moved > SILENCE:
            raise WorkerSilentError(
                f"Nothing has moved for {SILENCE:.0f} s while {doing}. Is a worker running? "
                "Its log is worker.log in the folder logs of the data folder."
            )


def _asked_run(wire: Wire, story: Story, by: User, *, now: bool) -> Run | None:
    """Return the run for a story's exhibit: the one asked for before, or a new one."""
    if _is_done(wire) or wire.exhibits.exists():
        return None
    recipe = story.decided["exhibit"]
    ended = (Run.Status.FAILED, Run.Status.CANCELLED)
    asked = (
        Run.objects.filter(recipe=recipe, asked_by=by.username, taken_at=None)
        .exclude(status__in=ended)
        .last()
    )
    row = asked or exhibits.ask_run(wire.pk, recipe, by=by)
    if now:
        exhibits.run_now(row.pk)
        row.refresh_from_db()
    return row


def _specimen_told(wire: Wire, by: User) -> None:
    if _is_done(wire):
        return
    if wire.state == Wire.State.DRAFT:
        lifecycle.submit(wire.pk, by=by)
    lifecycle.remark(wire.pk, by=by, note=(SPECIMEN / "correction.txt").read_text())
    _done(wire, by)


def _told(wire: Wire, story: Story, desk: tuple[User, User], run: Run | None = None) -> None:
    """Take one wire from draft to its page, deciding as the story says."""
    first, _ = desk
    wire.refresh_from_db()
    if _is_done(wire):
        return
    if wire.state == Wire.State.DRAFT:
        lifecycle.submit(wire.pk, by=first)
        wire.refresh_from_db()
    if wire.state == Wire.State.IN_REVIEW:
        _decided(wire, story, first)
        if run is not None and run.status == Run.Status.FINISHED:
            exhibits.attach(wire.pk, run.pk, by=first, claim=story.decided["exhibit_claim"])
        _published(wire, desk)
    _done(wire, first)


def _decided(wire: Wire, story: Story, by: User) -> None:
    decided = story.decided
    ranks = {"M": 0, "F": 0}
    for row in decided["codes"]:
        ranks[row["code"][0]] += 1
        _coded(wire, row["code"], row["claim"], ranks[row["code"][0]], by)
    coding.classify(
        wire.pk,
        by=by,
        event_class=decided["event_class"],
        standard=decided["standard"],
        factors=decided["factors"],
        reported=decided["severity"],
    )
    coding.reason(wire.pk, by=by, **decided["rationale"])
    if decided["exhibit"] == "none":
        lifecycle.note_exhibits(wire.pk, by=by, note=decided["exhibit_reason"])


def _coded(wire: Wire, code: str, claim: int | None, rank: int, by: User) -> None:
    """Accept a code that the classifier put forward; put one that it did not, or that is hidden."""
    shown = Proposal.objects.filter(version=wire.current_id)
    shown = shown.newest().exclude(pk__in=Proposal.objects.hidden())
    proposed = ProposedCode.objects.filter(proposal__in=shown, code__code=code).first()
    if proposed is None:
        coding.put(wire.pk, code, by=by, claim=claim, rank=rank)
    elif proposed.decision == ProposedCode.Decision.OPEN:
        coding.accept(proposed.pk, by=by, claim=claim, rank=rank)


def _published(wire: Wire, desk: tuple[User, User]) -> None:
    first, second = desk
    try:
        lifecycle.publish(wire.pk, by=first)
    except SecondEditorNeededError:
        request = lifecycle.ask(wire.pk, MoveRequest.Move.PUBLISH, by=first)
        lifecycle.confirm(request.pk, by=second)


def _corrected(
    rows: Sequence[tuple[Wire, Correction]],
    stories: Mapping[str, Story],
    by: User,
    say: Say,
    *,
    now: bool,
) -> None:
    """Put right what a second reading found, in public, as the desk corrects any wire."""
    waiting = [_reread(wire, row, stories[row.wire].filing, by) for wire, row in rows]
    _await_worker([version.pk for version in waiting if version], say, now=now)
    for (wire, row), version in zip(rows, waiting, strict=True):
        wire.refresh_from_db()
        if version and wire.state == Wire.State.PUBLISHED and wire.current_id != version.pk:
            lifecycle.amend(wire.pk, by=by, notice=row.notice)
        if wire.state == Wire.State.PUBLISHED:
            _recoded(wire, row, by)
        history.note(wire.pk, READ_AGAIN, by=by, note=row.note or row.reason)
    if rows:
        say(f"{len(rows)} of them are corrected after a second reading")


def _reread(wire: Wire, row: Correction, filing: intake.Filing, by: User) -> Version | None:
    """Return the corrected text, which waits; none where only a decision was wrong."""
    wire.refresh_from_db()
    newest = wire.versions.latest()
    if newest.note == row.note or not row.text or wire.state != Wire.State.PUBLISHED:
        return newest if newest.note and newest.note == row.note else None
    sources = [
        replace(source, text=_replaced(source.text, row.sources[source.key]))
        for source in filing.sources
        if source.key in row.sources
    ]
    return lifecycle.revise(
        wire.pk, by=by, headline=newest.headline, note=row.note, sources=sources,
        body=_replaced(newest.body, row.text),
    )  # fmt: skip


def _replaced(text: str, pairs: Iterable[Sequence[str]]) -> str:
    for old, new in pairs:
        if old not in text:
            raise ValueError(f"“{old}” does not stand in the text that is to be corrected")
        text = text.replace(old, new, 1)
    return text


def _recoded(wire: Wire, row: Correction, by: User) -> None:
    if row.rationale:
        stands = {slot: getattr(wire.rationale, slot) for slot in (*gate.SLOTS, "result")}
        coding.reason(wire.pk, by=by, **{**stands, **row.rationale})
    for code in row.remove:
        if wire.codings.filter(code__code=code).exists():
            coding.remove(wire.pk, code, by=by, note=row.note)


def _done(wire: Wire, by: User) -> None:
    history.note(wire.pk, DONE, by=by)
