"""A run that dies at any moment leaves no half bundle that verifies, and a ledger in order."""

import os
import signal
import subprocess
import sys
import time

import pytest

from evidence.harness import bundle, ledger
from evidence.harness.chance import seeded
from evidence.harness.findings import Status
from evidence.harness.home import CHECKOUT, Home
from evidence.harness.ledger import Kind
from evidence.harness.verification import verify
from tests.evidence.harness import fabricated

KILLS = 20


def sealing(base, spec):
    """Seal bundle after bundle in a process of its own, until somebody kills it."""
    child = os.fork()
    if child:
        return child
    try:
        for number in range(10_000):
            fabricated.sealed(base / f"out{number}", base / "home", spec)
    finally:
        os._exit(1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_run_killed_at_random_moments_leaves_whole_bundles_or_none(tmp_path):
    spec = fabricated.spec(seeds=1)
    moments = seeded(0)
    for kill in range(KILLS):
        base = tmp_path / str(kill)
        base.mkdir()
        child = sealing(base, spec)
        time.sleep(moments.uniform(0.02, 0.6))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        for out in base.glob("out*"):
            assert verify(out).status is Status.HOLDS
        # What was cut off is beside the bundle, under a name of its own; as it is sealed
        # last of all, it holds or it does not, and is never taken for what it is not.
        for left in base.glob(".out*"):
            whole = verify(left).status is Status.HOLDS
            assert whole == (len(list(left.iterdir())) == 7 and bool(entries(base)))
        home = Home.at(base / "home")
        home.ledger.append(Kind.ABANDONED, {"registration": 0, "why": "killed"})
        assert ledger.broken(entries(base), home.key.public_key()) is None
        fabricated.sealed(base / "again", base / "home", spec)
        assert verify(base / "again").status is Status.HOLDS


def killed_in_sealing(base, spec, found, *, step):
    """Seal in a process of its own that ends by SIGKILL just before the nth file, or the name."""
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    steps = 0

    def watch(event, arguments):
        nonlocal steps
        if event in {"open", "os.rename"} and ".partial-" in str(arguments[0]):
            steps += 1
            if steps == step:
                os.kill(os.getpid(), signal.SIGKILL)

    # Python's own account of what a process does; nothing of the harness is replaced.
    sys.addaudithook(watch)
    try:
        fabricated.sealed(base / "out", base / "home", spec, found)
    finally:
        os._exit(0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_run_killed_at_any_step_of_sealing_leaves_no_half_bundle(tmp_path):
    spec = fabricated.spec(seeds=1)
    found = fabricated.evidence(spec)
    files = len(bundle.files("A"))
    for step in range(1, files + 2):
        base = tmp_path / str(step)
        base.mkdir()
        assert killed_in_sealing(base, spec, found, step=step)
        assert not (base / "out").exists()
        [left] = base.glob(".out*")
        assert len(list(left.iterdir())) == step - 1
        # Before its name it is whole: signed, and in the ledger; a file less is none.
        assert (verify(left).status is Status.HOLDS) == (step > files)
    # The last home goes on, and there is no step that was not tried.
    assert not killed_in_sealing(base, spec, found, step=files + 2)
    assert verify(base / "out").status is Status.HOLDS


def entries(base):
    return Home.at(base / "home").ledger.segment(1, 10**6)


@pytest.mark.slow
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path):
    code = (
        "import resource, sys; from pathlib import Path;"
        "from evidence.harness.errors import HarnessError;"
        "from tests.evidence.harness import fabricated;"
        "base = Path(sys.argv[1]); spec = fabricated.spec(seeds=1);"
        "found = fabricated.evidence(spec);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192));\n"
        "try: fabricated.sealed(base / 'new' / 'out', base / 'home', spec, found)\n"
        "except HarnessError as error: print(error)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    assert "could not be written" in done.stdout
    assert "File too large" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    assert [entry.kind for entry in entries(tmp_path)] == ["registration"]
