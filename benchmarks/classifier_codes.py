"""Codes ranked by what was learned: public labels, few and no labels, and the starter archive.

    python -m benchmarks.classifier_codes [--only WORD ...] [--out FOLDER] [--cache FILE]

Writes `codes.json` and `codes.md`. The public labels are made by the script beside the shared
data, and are left out where that folder is not there. Each step of the method stands as a row of
its own, each measured on the same folds; the definitions in `benchmarks/definitions/` are ours,
and the rows that use them say so.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from classifier.core.coderanker import Views
from classifier.core.codereading import definitions
from classifier.core.codes import fit, shelf
from classifier.core.codetrial import METHODS, Method, evaluate, ours
from classifier.core.encoder import Encoder, load
from classifier.core.jackknife import interval, left_out
from classifier.core.types import CodeCard, CodedText, Encode, Vector
from tests.seeds import SHARED

HERE = Path(__file__).parent
STARTER = HERE.parent / "wires" / "starter"
PUBLIC = ("aiid_cset1", "aiid_gmf", "aiid_mit", "atlas_tech")
FIGURES = ("micro_f1", "map", "recall_at_3", "ece")
STEPS: Mapping[str, Method] = {
    "embedding alone": ours(Views(wordings=(), default=(1.0,))),
    "and topics of words": ours(Views(wordings=("words",), default=(1.0,))),
    "and topics of letters": ours(Views(default=(1.0,))),
    "and nearest sentence, shared words": ours(Views(default=(1.0, 1.0, 2.0))),
    "all, pulled towards zero instead": ours(Views(pull=0.0)),
    **METHODS,
}
PLAIN = {name: METHODS[name] for name in ("butfor", "tfidf", "cosine")}
Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Labels:
    """A set of labelled texts with the cards of its codes."""

    texts: Sequence[CodedText]
    cards: Sequence[CodeCard]


def public(encode: Encode, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Told]]:
    maker = SHARED / "data" / "make_labels.py"
    if not maker.exists():
        yield "public labels", {"left out": f"{maker} is not here"}
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, maker, folder], check=True, stdout=subprocess.DEVNULL)
        sets = {name: _labels(Path(folder), name) for name in PUBLIC}
    for name, labels in sets.items():
        if wanted(name):
            yield name, measured(labels, encode, STEPS)
        written = HERE / "definitions" / f"{name}.jsonl"
        if written.exists() and wanted(f"{name} own"):
            own = Labels(labels.texts, _cards(written, {card.code for card in labels.cards}))
            yield f"{name}, our definitions", measured(own, encode, PLAIN)
    for shots in (0, 4, 16):
        if wanted(f"shots {shots}"):
            yield (
                f"aiid_mit, {shots} labelled texts a code",
                measured(sets["aiid_mit"], encode, PLAIN, shots=shots),
            )
    if wanted("mapped"):
        yield "aiid_mit mapped to sets of F (by a mapping)", mapped(sets["aiid_mit"], encode)


def starter(encode: Encode, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Told]]:
    """Measure on the archive's first wires, leaving out one, or those that tell the same, at a time."""
    for kind in "MF":
        if wanted(f"starter {kind}"):
            labels = _archive(kind)
            groups = shelf(labels.texts, labels.cards, encode).groups
            yield (
                f"starter archive, {kind}, leave one out (labels by the desk)",
                measured(labels, encode, PLAIN, folds=len(np.unique(groups)), repeats=1),
            )


def measured(
    labels: Labels,
    encode: Encode,
    methods: Mapping[str, Method],
    *,
    folds: int = 5,
    repeats: int = 3,
    shots: int | None = None,
) -> Told:
    return asdict(
        evaluate(
            labels.texts, labels.cards, encode, folds=folds, repeats=repeats, shots=shots,
            methods=methods, tell=_tell,
        )
    )  # fmt: skip


def mapped(labels: Labels, encode: Encode) -> Told:
    """Rank F codes for texts with a risk of MIT's; right is a code that the taxonomy maps it to.

    Learned from the starter archive, without the incidents that its wires are about.
    """
    known, rights = _archive("F"), _mapping("F", "MIT")
    held = _aliases()
    texts = [text for text in labels.texts if f"AIID-{text.id}" not in held]
    asked = [(text, rights.get((text.codes or ("",))[0][:3], set())) for text in texts]
    asked = [(text, right) for text, right in asked if right]
    model = fit(known.texts, known.cards, encode)
    untaught = fit((), known.cards, encode)
    hits = {}
    for name, one in (("butfor", model), ("definitions alone", untaught)):
        proposals = one.propose([text.text for text, _ in asked])
        hits[name] = [
            bool({score.code for score in said.codes[:3]} & right)
            for said, (_, right) in zip(proposals, asked, strict=True)
        ]
    hits["tfidf"] = _tfidf_hits(known, asked, encode)
    return {
        "n": len(asked),
        "codes": len(known.cards),
        "methods": {name: {"recall_at_3": _interval(one)} for name, one in hits.items()},
    }


def table(title: str, told: Told) -> str:
    """Return one set as Markdown."""
    if "left out" in told:
        return f"## {title}\n\nLeft out: {told['left out']}."
    methods = told["methods"]
    names = [name for name in FIGURES if name in next(iter(methods.values()))]
    lines = [
        f"## {title}",
        "",
        f"{told['n']} texts, {told['codes']} codes.",
        "",
        f"| | {' | '.join(names)} |",
        f"|---|{'---|' * len(names)}",
    ]
    for method, figures in methods.items():
        cells = ("{value:.3f} ({low:.3f} to {high:.3f})".format(**figures[n]) for n in names)
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", help="sets to measure, by part of their name")
    parser.add_argument("--out", type=Path, default=Path("var/benchmarks"))
    parser.add_argument("--cache", type=Path, help="keep embeddings here, as npz")
    options = parser.parse_args()

    def wanted(name: str) -> bool:
        return not options.only or any(word in name for word in options.only)

    encoder = load(device="cpu")
    encode = remembering(encoder, options.cache)
    options.out.mkdir(parents=True, exist_ok=True)
    found: Told = {"made": about(encoder)}
    for part in (public, starter):
        for title, told in part(encode, wanted):
            found[title] = told
            print(table(title, told), flush=True)
            (options.out / "codes.json").write_text(json.dumps(found, indent=1))
            sets = [table(name, one) for name, one in found.items() if name != "made"]
            head = "\n".join(f"- {name}: {value}" for name, value in found["made"].items())
            (options.out / "codes.md").write_text("\n\n".join(["# Codes", head, *sets]) + "\n")


def about(encoder: Encoder) -> dict[str, str]:
    processor = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip()
        for line in (processor.read_text().splitlines() if processor.exists() else [])
        if line.startswith("model name")
    ]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": names[0] if names else platform.processor(),
        "python": platform.python_version(),
        "encoder": f"{encoder.name} ({encoder.digest[:12]}, {encoder.precision})",
    }


def _labels(folder: Path, name: str) -> Labels:
    cards = _cards(folder / f"{name}.codes.jsonl")
    lines = (folder / f"{name}.texts.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return Labels(
        [CodedText(row["id"], row["text"], tuple(row["codes"])) for row in rows], cards
    )


def _cards(path: Path, kept: set[str] | None = None) -> list[CodeCard]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        CodeCard(row["code"], row["title"], row["definition"])
        for row in rows
        if kept is None or row["code"] in kept
    ]


def _archive(kind: str) -> Labels:
    taxonomy = _taxonomy()
    cards = [
        CodeCard(code["code"], code["title"], code["definition"])
        for code in taxonomy["codes"]
        if code["kind"] == kind and code["code"] != taxonomy["fallback"][kind]
    ]
    known = {card.code for card in cards}
    texts = []
    for name, head, body in _wires():
        codes = tuple(row["code"] for row in head["codes"] if row["code"] in known)
        if codes:
            texts.append(CodedText(name, f"{head['headline']}\n\n{body.strip()}", codes))
    return Labels(texts, cards)


def _aliases() -> set[str]:
    return {alias for _, head, _ in _wires() for alias in head.get("aliases") or ()}


def _mapping(kind: str, scheme: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code in _taxonomy()["codes"]:
        for row in code["mappings"]:
            if code["kind"] == kind and row["scheme"] == scheme:
                found.setdefault(str(row["id"]), set()).add(code["code"])
    return found


def _wires() -> Iterator[tuple[str, Told, str]]:
    for path in sorted((STARTER / "wires").glob("*.md")):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        yield path.stem, yaml.safe_load(head), body


def _taxonomy() -> Told:
    [path] = STARTER.glob("taxonomy-*.yaml")
    found: Told = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def _tfidf_hits(
    known: Labels, asked: Sequence[tuple[CodedText, set[str]]], encode: Encode
) -> list[bool]:
    new = [CodedText(text.id, text.text) for text, _ in asked]
    cards = definitions(known.cards, encode)
    seen = shelf(known.texts, known.cards, encode)
    said = METHODS["tfidf"](seen, shelf(new, known.cards, encode), cards, 0).shares
    best = np.argsort(-said, axis=1, kind="stable")[:, :3]
    return [
        bool({known.cards[code].code for code in row} & right)
        for row, (_, right) in zip(best, asked, strict=True)
    ]


def _interval(hits: Sequence[bool]) -> dict[str, float]:
    weights = left_out(np.arange(len(hits)))
    return asdict(interval(weights @ np.array(hits, dtype=float) / weights.sum(axis=1)))


def remembering(encoder: Encoder, cache: Path | None) -> Encode:
    """Encode each text once, however many sets and folds it is in."""
    known: dict[str, Vector] = {}
    if cache and cache.exists():
        with np.load(cache) as stored:
            if str(stored["encoder"]) == encoder.digest:
                texts, rows = stored["texts"].tolist(), stored["rows"].tolist()
                known.update(zip(texts, map(tuple, rows), strict=True))

    def remembered(texts: Sequence[str]) -> list[Vector]:
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        if fresh:
            known.update(zip(fresh, encoder.encode(fresh), strict=True))
            if cache:
                np.savez(
                    cache,
                    encoder=encoder.digest,
                    texts=np.array(list(known)),
                    rows=np.array(list(known.values())),
                )
        return [known[text] for text in texts]

    return remembered


def _tell(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
