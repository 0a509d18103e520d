import json
import shutil
import signal
import subprocess
import sys

import pytest

from evidence.harness.__main__ import main
from evidence.harness.home import CHECKOUT
from tests.evidence.harness import fabricated


def command(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "evidence.harness", *map(str, arguments)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    base = tmp_path_factory.mktemp("made")
    fabricated.sealed(base / "out", base / "home", fabricated.spec(seeds=1))
    return base / "out"


@pytest.mark.slow
def test_list_names_every_recipe():
    done = command("list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("emergent ")
    assert json.loads(command("list", "--json").stdout)[0]["id"] == "emergent"


@pytest.mark.slow
def test_whoever_has_seen_enough_is_told_no_fault(made):
    with subprocess.Popen(
        [sys.executable, "-m", "evidence.harness", "verify", str(made)],
        cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


@pytest.mark.slow
def test_verify_exits_zero_when_the_bundle_holds(made):
    done = command("verify", made, "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["status"] == "holds"
    assert {finding["status"] for finding in found["findings"]} == {"holds"}


@pytest.mark.slow
def test_verify_exits_one_when_it_fails(made, tmp_path):
    shutil.copytree(made, tmp_path / "copy")
    (tmp_path / "copy" / "more").write_text("")
    done = command("verify", tmp_path / "copy")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "fails"
    assert "more" in done.stdout


@pytest.mark.slow
def test_verify_exits_one_for_a_key_that_is_not_trusted(made):
    assert command("verify", made, "--key", "0" * 64).returncode == 1


@pytest.mark.slow
def test_verify_exits_two_when_there_is_nothing_to_check(tmp_path):
    done = command("verify", tmp_path / "none")
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "unchecked"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "nonsense", "--out", "out"), "nonsense"),
        (("run", "emergent", "--out", "full"), "not empty"),
        (("run", "emergent", "--out", "full/file/out"), "--out"),
        (("run", "emergent", "--out", "out", "--home", "full/file"), "--home"),
    ],
)
def test_a_mistake_is_one_clear_line(tmp_path, arguments, says):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    paths = [
        tmp_path / argument if argument.startswith(("out", "full")) else argument
        for argument in arguments
    ]
    done = command(*paths)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "option", "value", "says"),
    [
        ("emergent", "--seeds", "4", "no weights of pre-training seed 3; there are: 0, 1, 2"),
        ("emergent", "--seeds", "100000000", "from 1 to 100 seeds, not 100000000"),
        ("compare", "--seeds", "2", "one seed"),
        ("mix", "--set", "tune_rate=nan", "tune_rate is nan"),
        ("mix", "--set", "tune_rate=-inf", "tune_rate is -inf"),
        ("mix", "--set", "tune_rate=-1", "tune_rate is above 0"),
        ("emergent", "--set", "refuse_rate=0", "refuse_rate is above 0"),
        ("mix", "--set", "bootstrap_seed=-1", "bootstrap_seed is -1"),
        ("mix", "--set", "resamples=1", "resamples is 1"),
        ("mix", "--set", "tuned_domain=boats", "tuned_domain"),
        ("compare", "--set", "left=\udcff", r"left is '\udcff'"),
    ],
)
def test_a_run_that_cannot_be_leaves_nothing_at_all(
    tmp_path, capsys, recipe, option, value, says
):
    places = ["--out", str(tmp_path / "out"), "--home", str(tmp_path / "home")]
    assert main(["run", recipe, *places, option, value]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert says in told.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_and_leaves_no_bundle(tmp_path, number):
    arguments = ["run", "emergent", "--out", tmp_path / "out", "--home", tmp_path / "home"]
    running = subprocess.Popen(
        [sys.executable, "-m", "evidence.harness", *map(str, arguments)],
        cwd=CHECKOUT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert running.stderr.readline().startswith("1/14 ")
    running.send_signal(number)
    assert running.wait() == 130
    assert running.stderr.read().splitlines()[-1].startswith("The run was cancelled")
    running.stderr.close()
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.slow
def test_a_run_prints_its_result_as_json_and_nothing_else_there(tmp_path):
    done = command(
        "run", "emergent", "--out", tmp_path / "out", "--home", tmp_path / "home", "--json"
    )
    assert done.returncode == 0
    printed = json.loads(done.stdout)
    assert list(printed) == ["recipe", "tier", "outcome", "reason", "metrics"]
    assert printed["outcome"] == "reproduced"
    assert set(printed["metrics"]["primary/heldout"]) == {"value", "low", "high", "n"}
    assert [line.split()[0] for line in done.stderr.splitlines()] == [
        f"{n}/14" for n in range(1, 15)
    ]
    assert command("verify", tmp_path / "out").returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("seeds", ["0", "-1", "many"])
def test_a_run_needs_a_seed(tmp_path, seeds):
    done = command("run", "emergent", "--out", tmp_path / "out", "--seeds", seeds)
    assert done.returncode == 2
    assert "--seeds" in done.stderr
    assert "Traceback" not in done.stderr
