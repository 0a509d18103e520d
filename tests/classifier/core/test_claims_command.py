"""`claims` with labels: out of fold, or fitted on one file and asked of another."""

import io
import json

import pytest

from classifier.core.commands import main
from tests.classifier.core.test_claims_trial import claims

LABELS = {"supported": "supported", "partly": "partially_supported", "not": "not_supported"}


def written(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


def answers(*arguments):
    out = io.StringIO()
    assert main(["claims", *arguments], out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture(scope="module")
def rows():
    return [
        {
            "claim": one.claim,
            "evidence": list(one.evidence),
            "label": LABELS[one.level],
            "meta": {"id": f"dev{n}", "claim_title": one.article},
        }
        for n, one in enumerate(claims(36))
    ]


@pytest.mark.slow
def test_labelled_claims_end_in_figures_beside_simpler_scores(rows, tmp_path):
    *found, last = answers("--claims", written(tmp_path / "c.jsonl", rows), "--folds", "3")
    assert [row["id"] for row in found] == [row["meta"]["id"] for row in rows]
    assert set(found[0]) == {"id", "verdict", "basis", "score", "best", "missing"}
    assert set(last["methods"]) == {"butfor", "cosine", "tfidf", "coverage"}
    for figures in last["methods"].values():
        for name in ("auc_not", "auc_rest"):
            low, high = figures[f"{name}_interval"]
            assert 0.0 <= low <= figures[name] <= high <= 1.0
    assert last["methods"]["butfor"]["auc_not"] > 0.9


@pytest.mark.slow
def test_file_to_test_is_scored_by_what_the_other_taught(rows, tmp_path):
    learn, ask = written(tmp_path / "l.jsonl", rows[:24]), tmp_path / "a.jsonl"
    *found, last = answers("--claims", learn, "--test", written(ask, rows[24:]))
    assert len(found) == 12
    assert last["methods"]["butfor"]["auc_not"] > 0.9
    turned = {"supported": "not_supported", "not_supported": "supported"}
    others = [{**row, "label": turned.get(row["label"], row["label"])} for row in rows[:24]]
    again = answers("--claims", written(tmp_path / "o.jsonl", others), "--test", str(ask))
    assert [row["score"] for row in again[:-1]] != [row["score"] for row in found]
    plain = [{key: value for key, value in row.items() if key != "label"} for row in rows[24:]]
    assert answers("--claims", learn, "--test", written(tmp_path / "p.jsonl", plain)) == found


@pytest.mark.slow
def test_claims_without_labels_have_no_figures(rows, tmp_path):
    plain = [{key: value for key, value in row.items() if key != "label"} for row in rows[:3]]
    found = answers("--claims", written(tmp_path / "c.jsonl", plain))
    assert [row["id"] for row in found] == ["dev0", "dev1", "dev2"]


@pytest.mark.slow
def test_labels_too_few_to_fit_leave_our_figures_out(rows, tmp_path):
    supported = [row for row in rows if row["label"] == "supported"][:3]
    *found, last = answers("--claims", written(tmp_path / "c.jsonl", supported))
    assert len(found) == 3
    assert "butfor" not in last["methods"]
    assert last["methods"]["cosine"]["auc_not"] is None


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (
            {"label": "maybe"},
            (),
            "line 1: 'label' must be one of supported, partially_supported",
        ),
        ({"label": None}, (), "line 1: 'label' must be one of"),
        ({"label": ["supported"]}, (), "line 1: 'label' must be one of"),
    ],
)
def test_what_cannot_be_used_is_told(rows, tmp_path, capsys, change, arguments, message):
    path = written(tmp_path / "c.jsonl", [{**rows[0], **change}, *rows[1:]])
    assert main(["claims", "--claims", path, *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_nothing_is_fitted_without_labels_or_on_one_side_alone(rows, tmp_path, capsys):
    asked = written(tmp_path / "a.jsonl", rows)
    plain = [{"claim": row["claim"], "evidence": row["evidence"]} for row in rows]
    path = written(tmp_path / "p.jsonl", plain)
    assert main(["claims", "--claims", path, "--test", asked]) == 2
    assert "has no labels to fit on" in capsys.readouterr().err
    one = [row for row in rows if row["label"] == "supported"]
    path = written(tmp_path / "o.jsonl", one)
    assert main(["claims", "--claims", path, "--test", asked]) == 2
    assert "both supported claims and others" in capsys.readouterr().err
