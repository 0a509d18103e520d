"""The claim checker's graded support: trained on a public set of claims, measured beside simpler scores.

`python -m benchmarks.classifier_claims` prints the cross-validated figures as Markdown;
with `--write` it fits the shipped weights again and says where they came from.
"""

import argparse
import hashlib
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from classifier.core import support, trial
from classifier.core.claims import Study, study
from classifier.core.commands import main as command
from classifier.core.encoder import load
from classifier.core.signals import NAMES
from classifier.core.support import Level
from classifier.core.types import SourceText

CLAIMS = Path(__file__).resolve().parents[2] / "shared" / "data" / "wice" / "claim_dev.jsonl"
LEVELS: dict[str, Level] = {
    "supported": "supported",
    "partially_supported": "partly",
    "not_supported": "not",
}
METHODS = ("butfor", "coverage", "tfidf", "cosine")


def measure() -> dict:
    """Return what the subcommand says of the set, folds and all."""
    out = io.StringIO()
    if command(["claims", "--claims", str(CLAIMS), "--device", "cpu"], out):
        raise SystemExit(2)
    methods: dict = json.loads(out.getvalue().splitlines()[-1])["methods"]
    return methods


def table(methods: dict) -> str:
    """Return the figures as a Markdown table."""
    lines = ["| method | supported against not | against partly and not |", "|---|---|---|"]
    for method in METHODS:
        found = methods[method]
        cells = (
            "{:.3f} ({:.3f} to {:.3f})".format(found[name], *found[f"{name}_interval"])
            for name in ("auc_not", "auc_rest")
        )
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def write(path: Path) -> None:
    """Fit the model on the whole set and store its weights with where they came from."""
    encoder = load(device="cpu")
    rows = [json.loads(line) for line in CLAIMS.read_text(encoding="utf-8").splitlines()]
    studies: list[Study] = []
    for row in rows:
        source = SourceText("evidence", "\n\n".join(row["evidence"]))
        studies += study([row["claim"]], [source], encode=encoder.encode)
    fitted = trial.trained(studies, [LEVELS[row["label"]] for row in rows])
    stored = {
        "weights": dict(
            zip(NAMES, (round(weight, 6) for weight in fitted.weights), strict=True)
        ),
        "thresholds": {
            "partly": round(fitted.partly, 6),
            "supported": round(fitted.supported, 6),
        },
        "provenance": {
            "data": "WiCE, claims, development split",
            "claims": len(rows),
            "sha256": hashlib.sha256(CLAIMS.read_bytes()).hexdigest(),
            "licence": "annotations ODC-BY 1.0; texts CC BY-SA and Common Crawl terms. "
            "No word of them is in the weights.",
            "encoder": encoder.name,
            "encoder_sha256": encoder.digest,
            "made": datetime.now(UTC).date().isoformat(),
            "by": "python -m benchmarks.classifier_claims --write",
        },
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="fit the shipped weights again")
    options = parser.parse_args()
    if not CLAIMS.is_file():
        sys.exit(f"The public set of claims is not here ({CLAIMS}).")
    if options.write:
        write(support.SHIPPED)
        print(f"Written: {support.SHIPPED}")
    else:
        print(table(measure()))


if __name__ == "__main__":
    main()
