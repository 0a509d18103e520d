"""The supervisor's programs are kept up, and none of them outlives it."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from config.paths import CHECKOUT
from config.serve.child import Child, Program, is_alive
from config.serve.interruption import Interruption
from tests.config.pythons import next_line, python, wait_for

HOLDER = """
import signal, sys, time
from config.serve.child import popen
leash = signal.Signals(int(sys.argv[1]))
if leash == signal.SIGQUIT:
    signal.signal(leash, signal.SIG_IGN)  # as the background job of a script begins
child = popen([sys.executable, "-c", "import time; time.sleep(600)"], leash=leash, log=None)
print(child.pid, flush=True)
time.sleep(600)
"""


def program(data: Path, module: str, *arguments: str) -> Program:
    mark = str(data / "mark")
    return Program(
        name="test program",
        module=module,
        arguments=(*arguments, mark),
        mark=mark,
        log=data / "log",
        farewell=((signal.SIGTERM, 0.5),),
    )


@pytest.fixture
def stubborn(tmp_path):
    child = Child(
        program(tmp_path, "tests.config.stubborn"), list[str]().append, Interruption()
    )
    yield child
    child.program.end()
    if child.process:
        child.process.wait()


@pytest.fixture
def sleeper(tmp_path):
    said: list[str] = []
    child = Child(
        program(tmp_path, "timeit", "-n1", "-r1", "-s", "import time; time.sleep(600)"),
        said.append,
        Interruption(),
    )
    yield child, said
    child.stop()


@pytest.mark.slow
def test_stopping_leaves_nothing_even_of_a_program_that_does_not_listen(stubborn):
    stubborn.start()
    wait_for(stubborn.program.log.read_text)
    grandchild = psutil.Process(int(stubborn.program.log.read_text()))
    assert len(stubborn.program.processes()) == 2
    stubborn.stop()
    assert not is_alive(grandchild)
    assert not stubborn.is_running()
    assert stubborn.program.processes() == []


def test_stopping_what_was_not_started_changes_nothing(stubborn):
    stubborn.stop()
    assert not stubborn.is_running()


def test_second_signal_kills_at_once(stubborn):
    program = replace(stubborn.program, farewell=((signal.SIGTERM, 60.0),))
    child = Child(program, stubborn.say, stubborn.interruption)
    child.start()
    wait_for(program.log.read_text)
    with pytest.raises(KeyboardInterrupt), stubborn.interruption.heeded():
        os.kill(os.getpid(), signal.SIGINT)
    with stubborn.interruption.heeded():
        os.kill(os.getpid(), signal.SIGINT)
        child.stop()
    assert program.processes() == []


def test_only_the_first_signal_ends_the_block():
    interruption = Interruption()
    tidied: list[bool] = []

    def block() -> None:
        with interruption.heeded():
            try:
                os.kill(os.getpid(), signal.SIGTERM)
            finally:
                os.kill(os.getpid(), signal.SIGHUP)
                tidied.append(interruption.is_urgent)

    with pytest.raises(KeyboardInterrupt):
        block()
    assert tidied == [True]


def test_program_that_died_is_started_again_later_each_time(sleeper):
    child, said = sleeper
    child.start()
    for pause in (1.0, 2.0):
        assert child.process is not None
        child.process.kill()
        child.process.wait()
        child.tend()
        assert not child.is_running()
        child.tend()
        assert not child.is_running(), "it did not pause"
        assert child.pause == pause
        child.due = time.monotonic()
        child.tend()
        assert child.is_running()
    assert said[0] == (
        "The test program was ended by SIGKILL; it starts again in 1 s. "
        f"Its log: {child.program.log}"
    )


def test_program_that_lived_long_is_started_again_soon(sleeper):
    child, _ = sleeper
    child.start()
    child.pause, child.began = 16.0, time.monotonic() - 3600
    child.process.kill()
    child.process.wait()
    child.tend()
    assert child.pause == 1.0


@pytest.mark.parametrize("leash", [signal.SIGKILL, signal.SIGQUIT])
def test_child_dies_with_its_parent_however_that_dies(leash):
    with python(HOLDER, leash.value) as holder:
        child = psutil.Process(int(next_line(holder)))
        wait_for(lambda: len(child.cmdline()) == 3)  # it has become the program
        assert is_alive(child)
        holder.kill()
        wait_for(lambda: not is_alive(child), 10)


def test_leftovers_are_ended_and_nothing_else(stubborn):
    mark = stubborn.program.mark
    left = subprocess.Popen(
        [sys.executable, "-m", stubborn.program.module, mark],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", mark])
    try:
        grandchild = psutil.Process(int(next_line(left)))
        stubborn.program.end()
        assert not is_alive(psutil.Process(left.pid))
        assert not is_alive(grandchild)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
        left.communicate()


def test_long_log_is_put_aside(sleeper):
    child, _ = sleeper
    child.program.log.write_bytes(bytes(10_000_001))
    child.start()
    assert child.program.log.stat().st_size < 10_000
    assert child.program.log.with_suffix(".log.1").stat().st_size == 10_000_001
