"""A bundle that was made elsewhere: verified before it is taken in, and taken in once."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from evidence import engine
from evidence.harness.errors import HarnessError
from evidence.models import Run
from tests.evidence.harness import fabricated

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    base = tmp_path_factory.mktemp("made")
    fabricated.sealed(base / "bundle", base / "home", fabricated.spec(seeds=1))
    return base / "bundle"


def a_pipe_for(path):
    path.unlink()
    os.mkfifo(path)


def told(*arguments):
    out = StringIO()
    call_command("import_run", *map(str, arguments), stdout=out)
    return out.getvalue()


def left():
    folder = engine.home_dir().parent / "runs"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_bundle_is_stored_as_a_finished_run_and_only_once(made):
    first = told(made, "--by", "desk-1")
    run = Run.objects.get()
    assert (run.status, run.outcome, run.asked_by) == ("finished", "reproduced", "desk-1")
    assert (run.recipe, run.tier, run.spec["seeds"]) == ("emergent", "A", [0])
    assert run.metrics["primary/heldout"]["value"] == 1.0
    assert run.taken_at
    assert f"Run {run.pk}, emergent of Tier A, is taken in: reproduced" in first
    assert f"Signed with {run.signed_by}, which anyone may have made" in first
    assert sorted(path.name for path in engine.bundle_dir(run).iterdir()) == sorted(
        path.name for path in made.iterdir()
    )
    assert "was here already" in told(made)
    assert Run.objects.count() == 1
    assert left() == [str(run.pk)]


@pytest.mark.slow
def test_bundle_is_held_against_the_key_that_is_named(made):
    with pytest.raises(CommandError, match="not with the trusted key"):
        told(made, "--key", "f" * 64)
    run, _ = engine.take(made, asked_by="desk-1")
    copy = engine.bundle_dir(run)
    assert "as you named it" in told(copy, "--key", run.signed_by)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), r"holds no manifest\.json"),
        (lambda folder: (folder / "public_key.pem").unlink(), "verify says fails: files"),
        (lambda folder: (folder / "note.txt").write_text("x"), "not of the bundle: note.txt"),
        (lambda folder: (folder / "sub").mkdir(), "cannot be taken in: sub is not a regular"),
        (
            lambda folder: os.mkfifo(folder / "pipe"),
            "cannot be taken in: pipe is not a regular",
        ),
        (
            lambda folder: a_pipe_for(folder / "manifest.json"),
            "manifest.json is not a regular",
        ),
        (lambda folder: (folder / "zero").symlink_to("/dev/zero"), "cannot be taken in"),
        (
            lambda folder: (folder / "manifest.json").write_text(
                (folder / "manifest.json").read_text().replace("reproduced", "overturned")
            ),
            "another manifest was signed",
        ),
    ],
)
def test_bundle_that_does_not_hold_is_refused_and_leaves_nothing(made, tmp_path, change, says):
    folder = tmp_path / "changed"
    shutil.copytree(made, folder)
    change(folder)
    with pytest.raises(HarnessError, match=says):
        engine.take(folder, asked_by="desk-1")
    assert (Run.objects.count(), left()) == (0, [])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_bundle_taken_in_by_two_at_once_is_one_run(made):
    with ThreadPoolExecutor(2) as pool:
        taken = list(pool.map(take_in_thread, [made, made]))
    assert taken[0] == taken[1] == Run.objects.get().pk
    assert left() == [str(taken[0])]


def take_in_thread(folder):
    try:
        return engine.take(folder, asked_by="desk-1")[0].pk
    finally:
        connection.close()


def test_folder_that_is_not_there_is_one_clear_line(tmp_path):
    with pytest.raises(CommandError, match="name the folder of a bundle"):
        told(tmp_path / "nothing")
