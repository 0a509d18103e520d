"""Graded support against a public set of claims, cross-validated through the command line."""

import json
from pathlib import Path

import pytest

from classifier.core.commands import main

CLAIMS = Path(__file__).resolve().parents[4] / "shared" / "data" / "wice" / "claim_dev.jsonl"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CLAIMS.is_file(), reason="the public set of claims is not here"),
]


def answers(path, *arguments):
    with path.open("w", encoding="utf-8") as out:
        assert main(["claims", *map(str, arguments)], out) == 0
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_bars_hold_out_of_fold(tmp_path):
    *found, last = answers(tmp_path / "answers.jsonl", "--claims", CLAIMS)
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
    assert len(found) == len(rows)
    methods = last["methods"]
    assert set(methods) == {"butfor", "cosine", "tfidf", "coverage"}
    ours = methods["butfor"]
    assert ours["auc_not"] >= 0.93
    assert ours["auc_rest"] >= 0.77
    for name in ("cosine", "tfidf", "coverage"):
        assert methods[name]["auc_not"] < ours["auc_not"]
        assert methods[name]["auc_rest"] < ours["auc_rest"]
    wrongly = [
        answer["verdict"]
        for answer, row in zip(found, rows, strict=True)
        if row["label"] == "not_supported" and answer["verdict"] in ("supported", "partly")
    ]
    assert len(wrongly) <= 1


def test_model_fitted_on_an_eighth_tells_another(tmp_path):
    rows = CLAIMS.read_text(encoding="utf-8").splitlines()
    learn, ask = tmp_path / "learn.jsonl", tmp_path / "ask.jsonl"
    learn.write_text("\n".join(rows[::8]), encoding="utf-8")
    ask.write_text("\n".join(rows[1::8]), encoding="utf-8")
    *found, last = answers(tmp_path / "answers.jsonl", "--claims", learn, "--test", ask)
    assert len(found) == len(rows[1::8])
    assert last["methods"]["butfor"]["auc_not"] > 0.85
