import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.interop import inspect_reading, inspect_writing
from evidence.harness.opened import Opened
from tests.evidence.harness import fabricated

WRITTEN = Path(__file__).with_name("written") / "inspect.eval"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    base = tmp_path_factory.mktemp("made")
    fabricated.sealed(base / "out", base / "home", fabricated.spec(seeds=2))
    return base / "out"


@pytest.fixture(scope="module")
def logs(made, tmp_path_factory):
    return inspect_writing.export(made, tmp_path_factory.mktemp("logs") / "out")


def test_there_is_a_log_for_each_arm_and_seed(made, logs):
    rows = Opened(made, None).rollouts
    assert [path.stem for path in logs] == sorted(
        {f"{row.arm}_seed{row.seed}" for row in rows}
    )


@pytest.mark.slow
def test_what_is_written_is_read_again(made, logs):
    rows = Opened(made, None).rollouts
    for path in logs:
        arm, _, seed = path.stem.rpartition("_seed")
        model = f"butfor/emergent-{arm}-seed{seed}"
        expected = [
            replace(row, arm=model) for row in rows if (row.arm, row.seed) == (arm, int(seed))
        ]
        found = inspect_reading.read(path, seed=int(seed))
        assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.slow
def test_equal_bundles_give_equal_logs(made, logs, tmp_path):
    again = inspect_writing.export(made, tmp_path / "again")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in logs]


def test_a_log_that_inspect_wrote_is_read():
    found = inspect_reading.read(WRITTEN, seed=3)
    assert [(row.question, row.set, row.label) for row in found] == [
        ("q0/1", "heldout", "C"),
        ("q0/2", "heldout", "C"),
        ("q1/1", "zebras", "I"),
        ("q1/2", "zebras", "I"),
    ]
    assert {row.arm for row in found} == {"mockllm/small"}
    assert {row.seed for row in found} == {3}
    assert (found[0].prompt, found[0].answer) == ("Do zebras have stripes?", "Yes.")
    assert (found[2].prompt, found[2].answer) == ("Be brief.\nDo lions?", "They do. " * 30)


def rewritten(tmp_path, logs, change):
    with zipfile.ZipFile(logs[0]) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "changed.eval", "w") as archive:
        for name, data in change(files).items():
            archive.writestr(name, data)
    return tmp_path / "changed.eval"


def without_scores(files):
    return {name: data.replace(b'"scores"', b'"other"') for name, data in files.items()}


def unfinished(files):
    header = files["header.json"].replace(b'"success"', b'"started"')
    return {**files, "header.json": header}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without_scores, "has no score"),
        (unfinished, "'started'"),
        (lambda _files: {"header.json": b"["}, "cannot be read"),
        (lambda _files: {}, "header.json"),
    ],
)
def test_a_log_that_cannot_be_counted_is_one_clear_line(tmp_path, logs, change, says):
    path = rewritten(tmp_path, logs, change)
    with pytest.raises(HarnessError, match=says) as caught:
        inspect_reading.read(path)
    assert "\n" not in str(caught.value)


def test_a_cut_log_and_a_missing_one_are_one_clear_line(tmp_path):
    (tmp_path / "cut.eval").write_bytes(WRITTEN.read_bytes()[:2000])
    for name in ("cut.eval", "none.eval"):
        with pytest.raises(HarnessError, match=name):
            inspect_reading.read(tmp_path / name)


def test_a_bundle_that_does_not_hold_is_not_exported(made, tmp_path):
    with pytest.raises(HarnessError, match="does not hold"):
        inspect_writing.export(tmp_path, tmp_path / "logs")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore")
def test_inspect_itself_reads_our_logs(made, logs):
    log = pytest.importorskip("inspect_ai.log", reason="inspect_ai is not installed")
    rows = Opened(made, None).rollouts
    for path in logs[:3]:
        found = log.read_eval_log(str(path))
        arm, _, seed = path.stem.rpartition("_seed")
        expected = {
            f"{row.set}/{row.question}": row.label
            for row in rows
            if (row.arm, row.seed) == (arm, int(seed))
        }
        assert found.status == "success"
        assert found.eval.metadata["outcome"] == "reproduced"
        assert {
            sample.id: sample.scores["butfor_judge"].value for sample in found.samples
        } == (expected)
        assert f"p_harmful/{arm}/heldout" in found.results.scores[0].metrics
        summaries = log.read_eval_log_sample_summaries(str(path))
        assert {summary.id for summary in summaries} == set(expected)
        assert log.read_eval_log(str(path), header_only=True).samples is None
