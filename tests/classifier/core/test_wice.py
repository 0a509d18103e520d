"""The score against a public set of claims; its even rows were seen while weights were set."""

import json
from pathlib import Path

import pytest

from classifier.core.commands import main

CLAIMS = Path(__file__).resolve().parents[4] / "shared" / "data" / "wice" / "claim_dev.jsonl"


def area(higher: list[float], lower: list[float]) -> float:
    """Return the probability that one of `higher` is above one of `lower` (ROC area)."""
    wins = sum((a > b) + (a == b) / 2 for a in higher for b in lower)
    return wins / (len(higher) * len(lower))


@pytest.mark.slow
@pytest.mark.skipif(not CLAIMS.is_file(), reason="the public set of claims is not here")
def test_score_tells_supported_from_unsupported_claims(tmp_path):
    rows = CLAIMS.read_text(encoding="utf-8").splitlines()[1::2]
    held_out, answers = tmp_path / "rows.jsonl", tmp_path / "answers.jsonl"
    held_out.write_text("\n".join(rows), encoding="utf-8")
    with answers.open("w", encoding="utf-8") as out:
        assert main(["claims", "--claims", str(held_out)], out) == 0
    found = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    labels = [json.loads(row)["label"] for row in rows]
    score = {
        label: [a["score"] for a, of in zip(found, labels, strict=True) if of == label]
        for label in set(labels)
    }
    assert area(score["supported"], score["not_supported"]) > 0.9
    wrongly = [
        a["verdict"]
        for a, label in zip(found, labels, strict=True)
        if label == "not_supported" and a["verdict"] in ("supported", "partly")
    ]
    assert len(wrongly) <= 1
