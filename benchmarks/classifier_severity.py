"""Grades of harm told from texts: public labels, and the factors of the starter archive.

    python -m benchmarks.classifier_severity [--write]

With `--write` it fits the shipped model of the factors again to the starter archive, and says where
it came from and how it measured out of fold, 5 folds x 3 repeats. Prints JSON. `severity_cset1` and `severity_cset0` are public labels made by the script beside the
shared data, and are left out where that folder is not there. The starter archive's factors were
graded by the desk that wrote the wires: there our model, out of fold, stands beside the rules
(`rule`), which learn nothing and still say what sentence a factor rests on.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from classifier.core import factors as learned
from classifier.core import severity
from classifier.core.encoder import Encoder, load
from classifier.core.grading import Graded, evaluated
from classifier.core.groups import folded, grouped
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


def write(path: Path) -> dict[str, Any]:
    """Fit the model on the whole archive and store it; return how such a model measures."""
    encoder = load(device="cpu").remembering(10_000)
    wires = list(_wires())
    texts = [text for text, _ in wires]
    grades: dict[str, Any] = {
        name: np.array([told[name]["value"] for _, told in wires]) for name in FACTORS
    }
    groups = grouped(texts, encoder.matrix(texts), [None] * len(texts))
    measured = out_of_fold(texts, grades, groups, encoder)

    model = learned.fit(texts, grades, encoder.encode, encoder=encoder.digest, groups=groups)
    read = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    stored = {
        **learned.as_json(model),
        "provenance": {
            "data": "the starter archive: wires in our own words, factors graded by the desk",
            "wires": len(texts),
            "sha256": read,
            "encoder": encoder.name,
            "kappa_out_of_fold": measured,
            "made": datetime.now(UTC).date().isoformat(),
            "by": "python -m benchmarks.classifier_severity --write",
        },
    }
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    return measured


def out_of_fold(
    texts: Sequence[str], grades: dict[str, Any], groups: Any, encoder: Encoder
) -> dict[str, Any]:
    """Return the kappa of each factor with its interval, and the rules' beside it."""
    told: dict[str, list[Any]] = {name: [] for name in FACTORS}
    for seed in range(3):
        part = folded(groups, 5, seed)
        found = {name: np.zeros(len(texts), dtype=np.int64) for name in FACTORS}
        for fold in range(5):
            rest = np.flatnonzero(part != fold)
            model = learned.fit(
                [texts[n] for n in rest.tolist()],
                {name: graded[rest] for name, graded in grades.items()},
                encoder.encode,
                encoder=encoder.digest,
                groups=groups[rest],
            )
            for n in np.flatnonzero(part == fold).tolist():
                for name, grade in model.grades(texts[n], encoder.encode).items():
                    found[name][n] = grade
        for name in FACTORS:
            told[name].append(found[name])
    rules = [severity.factors(split(text)) for text in texts]
    return {
        name: _beside(
            grades[name],
            told[name],
            np.array([getattr(rule, name) for rule in rules]),
            groups,
        )
        for name in FACTORS
    }


def _beside(truth: Any, told: Sequence[Any], rule: Any, groups: Any) -> dict[str, Any]:
    """Return the mean kappa over the repeats beside the rule's, and the gain, pair by pair."""
    members = [np.flatnonzero(groups == name) for name in np.unique(groups)]
    drawn = np.random.default_rng(0)
    samples = [np.arange(len(truth))] + [
        np.concatenate([members[n] for n in drawn.integers(len(members), size=len(members))])
        for _ in range(_RESAMPLES)
    ]

    def kappas(answers: Sequence[Any]) -> Any:
        return np.array(
            [np.mean([quadratic_kappa(truth[s], a[s], 3) for a in answers]) for s in samples]
        )

    ours, ruled = kappas(told), kappas([rule])
    found = {"learned": ours, "rule": ruled, "gain": ours - ruled}
    return {name: _estimate(float(own[0]), own[1:]) for name, own in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="fit the shipped model again")
    if parser.parse_args().write:
        print(json.dumps(write(learned.SHIPPED), indent=1))
        return
    encoder = load()
    print(json.dumps({**dict(public(encoder)), **dict(factors(encoder))}, indent=1))


if __name__ == "__main__":
    main()
