import json

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.interop import avid
from evidence.harness.opened import Opened
from tests.evidence.harness import fabricated
from tests.seeds import SHARED

REPORTS = SHARED / "data" / "avid" / "reports"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    base = tmp_path_factory.mktemp("made")
    fabricated.sealed(base / "out", base / "home", fabricated.spec(seeds=1))
    return base / "out"


@pytest.fixture(scope="module")
def report(made, tmp_path_factory):
    [path] = avid.export(made, tmp_path_factory.mktemp("avid") / "report.json")
    return path


def test_the_metrics_that_decide_are_read_again_as_printed(made, report):
    opened = Opened(made, None)
    rules = opened.recipe.rules(opened.spec)
    found = avid.read(report)
    assert set(found) == {rules.primary, *rules.still, *rules.alive}
    for name, metric in found.items():
        printed = opened.metrics[name]
        assert (metric.value, metric.low, metric.high, metric.n, metric.method) == (
            printed.value, printed.low, printed.high, printed.n, printed.method,
        )  # fmt: skip


def test_a_report_of_ours_affects_no_product(report):
    data = json.loads(report.read_text())
    assert data["affects"]["developer"] == data["affects"]["deployer"] == []
    assert "impact" not in data
    assert data["description"]["value"].startswith("Outcome: reproduced.")


@pytest.mark.skipif(not REPORTS.is_dir(), reason="AVID's reports are not in ../shared/data")
def test_reports_of_others_are_read_and_ours_has_their_fields(report):
    others = [json.loads(path.read_text()) for path in sorted(REPORTS.glob("*.json"))]
    fields = set.intersection(*(set(other) for other in others))
    assert fields <= set(json.loads(report.read_text())) | {"impact"}
    for path in sorted(REPORTS.glob("*.json")):
        assert avid.read(path) == {}


@pytest.mark.filterwarnings("ignore")
def test_avids_own_model_takes_it(report):
    library = pytest.importorskip(
        "avidtools.datamodels.report", reason="avidtools is not installed"
    )
    found = library.Report(**json.loads(report.read_text()))
    assert found.metrics[0].name == "primary/heldout"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"data_type": "CVE"}', '{"data_type":'])
def test_what_is_no_report_is_one_clear_line(tmp_path, text):
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(HarnessError, match="no AVID report"):
        avid.read(tmp_path / "other.json")
