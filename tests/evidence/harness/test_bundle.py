import resource
import subprocess
import sys

import pytest

from evidence.harness import bundle
from evidence.harness.errors import HarnessError
from evidence.harness.home import CHECKOUT

FILLS_THE_DISK = """
import resource, sys
from pathlib import Path
from evidence.harness import bundle
from evidence.harness.errors import HarnessError
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with bundle.reserved(Path(sys.argv[1])) as folder:
        bundle.write(folder, "small", b"a")
        bundle.write(folder, "large", b"a" * 5000)
except HarnessError as error:
    print(error)
"""


def test_the_folder_appears_whole_at_the_end(tmp_path):
    out = tmp_path / "new" / "bundle"
    with bundle.reserved(out) as folder:
        bundle.write(folder, "a", b"1")
        assert not out.exists()
    assert [path.name for path in out.iterdir()] == ["a"]
    assert [path.name for path in out.parent.iterdir()] == ["bundle"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "out").mkdir()
    with bundle.reserved(tmp_path / "out") as folder:
        bundle.write(folder, "a", b"1")
    assert (tmp_path / "out" / "a").read_bytes() == b"1"


@pytest.mark.parametrize("error", [HarnessError("stop"), KeyboardInterrupt()])
def test_an_error_leaves_nothing_not_even_a_parent(tmp_path, error):
    def write_and_fail():
        with bundle.reserved(tmp_path / "new" / "deep" / "out") as folder:
            bundle.write(folder, "a", b"1")
            raise error

    with pytest.raises(type(error)):
        write_and_fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "keep").write_text("mine")
    with pytest.raises(HarnessError, match="not empty"), bundle.reserved(tmp_path):
        raise AssertionError
    assert (tmp_path / "keep").read_text() == "mine"


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(HarnessError, match="--out"), bundle.reserved(out):
            raise AssertionError
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(
    not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes here"
)
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path):
    command = [sys.executable, "-c", FILLS_THE_DISK, str(tmp_path / "out")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert "could not be written" in done.stdout
    assert done.stdout.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
