"""Grades of harm told from texts: public labels, and the factors of the starter archive.

    python -m benchmarks.classifier_severity

Prints JSON. `severity_cset1` and `severity_cset0` are public labels made by the script beside the
shared data, and are left out where that folder is not there. The starter archive's factors were
graded by the desk that wrote the wires: there our model, out of fold, stands beside the rules by
which the site proposes factors (`rule`), which learn nothing.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from classifier.core import severity
from classifier.core.encoder import Encoder, load
from classifier.core.grading import Graded, evaluated
from classifier.core.ordinal import quadratic_kappa
from classifier.core.sentences import split
from tests.seeds import SHARED

ARCHIVE = Path(__file__).parents[1] / "wires" / "starter" / "wires"
FACTORS = ("scale", "scope", "irremediability")
_RESAMPLES = 2000


def public(encoder: Encoder) -> Iterator[tuple[str, dict[str, Any]]]:
    maker = SHARED / "data" / "make_labels.py"
    if not maker.exists():
        yield "public labels", {"left out": f"{maker} is not here"}
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, maker, folder], check=True, stdout=subprocess.DEVNULL)
        for name in ("severity_cset1", "severity_cset0"):
            lines = (Path(folder) / f"{name}.texts.jsonl").read_text(encoding="utf-8")
            rows = [json.loads(line) for line in lines.splitlines()]
            texts = [Graded(row["text"], row["level"], None) for row in rows]
            yield name, asdict(evaluated(texts, encoder.matrix))


def factors(encoder: Encoder) -> Iterator[tuple[str, dict[str, Any]]]:
    wires = list(_wires())
    for factor in FACTORS:
        texts = [Graded(text, told[factor]["value"], None) for text, told in wires]
        rule = [getattr(severity.factors(split(text)), factor) for text, _ in wires]
        found = asdict(evaluated(texts, encoder.matrix))
        found["methods"]["rule"] = _agreement([text.level for text in texts], rule)
        yield f"starter archive, {factor} (labels by the desk)", found


def _wires() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(ARCHIVE.glob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        yield " ".join(s.text for s in split(body)), yaml.safe_load(front)["factors"]


def _agreement(truth: Sequence[int], told: Sequence[int]) -> dict[str, Any]:
    right, mine = np.array(truth), np.array(told)
    most = int(max(right.max(), mine.max()))
    drawn = np.random.default_rng(0)
    samples = drawn.integers(len(right), size=(_RESAMPLES, len(right)))
    kappas = [quadratic_kappa(right[s], mine[s], most) for s in samples]
    hits = [float((right[s] == mine[s]).mean()) for s in samples]
    return {
        "kappa": _estimate(quadratic_kappa(right, mine, most), kappas),
        "accuracy": _estimate(float((right == mine).mean()), hits),
    }


def _estimate(value: float, resampled: Sequence[float]) -> dict[str, float]:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return {
        "value": round(value, 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


def main() -> None:
    encoder = load()
    print(json.dumps({**dict(public(encoder)), **dict(factors(encoder))}, indent=1))


if __name__ == "__main__":
    main()
