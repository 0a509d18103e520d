"""Every figure of the classifier in one file, and the table of them in the README.

    python -m benchmarks.classifier [codes] [severity] [claims] [rationale] [speed]

Measures the parts named, or all, and keeps what they say in `benchmarks/classifier.json`, each
with the day and the processor; then writes the README's table anew from that file. The public
labels are made by the script beside the shared data, and are left out where that is not there.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import (
    classifier_claims,
    classifier_codes,
    classifier_rationale,
    classifier_severity,
    classifier_speed,
)
from classifier.core.encoder import load

Told = dict[str, Any]

FOUND = Path(__file__).with_suffix(".json")
README = FOUND.parents[1] / "README.md"
BEGIN, END = "<!-- figures of the classifier -->", "<!-- end of the figures -->"
_HEAD = "| measured on | measure | Butfor | beside it |\n|---|---|---|---|"
_MEASURES = {"micro_f1": "micro-F1", "map": "mAP", "recall_at_3": "recall at 3", "ece": "ECE"}
_SETS: Mapping[str, tuple[str, Sequence[str]]] = {
    "aiid_cset1": ("CSETv1 codes, names alone", ("micro_f1", "map", "ece")),
    "aiid_cset1, our definitions": ("the same, with our definitions", ("micro_f1", "map")),
    "aiid_gmf": ("GMF codes, names alone", ("micro_f1", "map")),
    "aiid_gmf, our definitions": ("the same, with our definitions", ("micro_f1", "map")),
    "aiid_mit": ("MIT risk subdomains", ("micro_f1", "map", "recall_at_3")),
    "aiid_mit, 4 labelled texts a code": ("the same, 4 texts a code", ("recall_at_3",)),
    "aiid_mit, 0 labelled texts a code": ("the same, no texts", ("recall_at_3",)),
    "atlas_tech": ("ATLAS techniques", ("map",)),
    "starter archive, M, leave one out (labels by the desk)": (
        "our M codes, starter archive, labels by the desk", ("recall_at_3",),
    ),
    "starter archive, F, leave one out (labels by the desk)": (
        "our F codes, starter archive, labels by the desk", ("recall_at_3",),
    ),
    "aiid_mit mapped to sets of F (by a mapping)": (
        "our F codes on AIID texts, right by a mapping", ("recall_at_3",),
    ),
}  # fmt: skip
_SIMPLER = {"tfidf", "cosine", "definitions alone"}
_NAMES = {"tfidf": "TF-IDF"}
_GRADES = {"severity_cset1": "grades of harm, CSETv1", "severity_cset0": "the same, CSETv0"}
_CLAIMS = {"auc_not": "supported against not", "auc_rest": "supported against partly and not"}


def codes() -> Told:
    encoder = load(device="cpu")
    encode = classifier_codes.remembering(encoder, None)
    parts = (classifier_codes.public, classifier_codes.starter)
    return {title: told for part in parts for title, told in part(encode, lambda _: True)}


def severity() -> Told:
    encoder = load()
    parts = (classifier_severity.public, classifier_severity.factors)
    return {title: told for part in parts for title, told in part(encoder)}


def speed() -> Told:
    return classifier_speed.measured(7, with_encoder=True)


PARTS: Mapping[str, Callable[[], Told]] = {
    "codes": codes,
    "severity": severity,
    "claims": classifier_claims.measure,
    "rationale": classifier_rationale.figures,
    "speed": speed,
}


def table(found: Told) -> str:
    """Return the README's table; what was not measured has no row."""
    rows = [
        f"| {what} | {measure} | {ours} | {beside} |"
        for what, measure, ours, beside in _rows(found)
    ]
    made = sorted({f"{one['date']}, {one['processor']}" for one in found.values()})
    head = f"Measured by `make bench-classifier` ({'; '.join(made)}); intervals are 95%."
    return "\n".join([head, "", _HEAD, *rows])


Row = tuple[str, str, str, str]


def _rows(found: Told) -> Iterator[Row]:
    told = {name: part["found"] for name, part in found.items()}
    for part, rows in _ROWS.items():
        if part in told:
            yield from rows(told[part])


def _codes(told: Told) -> Iterator[Row]:
    for title, (what, measures) in _SETS.items():
        own = told.get(title, {})
        for name in measures if "methods" in own else ():
            value = {method: one[name]["value"] for method, one in own["methods"].items()}
            best = (min if name == "ece" else max)(
                _SIMPLER & set(value), key=value.__getitem__
            )
            yield (
                f"{what} ({own['n']} texts)", _MEASURES[name],
                _interval(own["methods"]["butfor"][name]),
                f"{_NAMES.get(best, best)} {value[best]:.3f}",
            )  # fmt: skip


def _severity(told: Told) -> Iterator[Row]:
    for title, what in _GRADES.items():
        if "methods" in (own := told.get(title, {})):
            kappas = {name: one["kappa"] for name, one in own["methods"].items()}
            ours = _interval(kappas.pop("butfor"))
            best = max(kappas, key=lambda name: kappas[name]["value"])
            yield what, "quadratic kappa", ours, f"{best} {kappas[best]['value']:.3f}"
    for factor in classifier_severity.FACTORS:
        what = f"starter archive, {factor} (labels by the desk)"
        if what in told:
            kappas = {name: one["kappa"] for name, one in told[what]["methods"].items()}
            beside = f"the written rules {kappas['rule']['value']:.3f}"
            yield what, "quadratic kappa", _interval(kappas["butfor"]), beside


def _claims(told: Told) -> Iterator[Row]:
    for name, measure in _CLAIMS.items():
        low, high = told["butfor"][f"{name}_interval"]
        ours = {"value": told["butfor"][name], "low": low, "high": high}
        beside = f"covered terms {told['coverage'][name]:.3f}"
        yield "claims of WiCE", f"AUC, {measure}", _interval(ours), beside


def _rationale(told: Told) -> Iterator[Row]:
    own = told["held out (odd)"]
    beside = f"the best phrase of each wire {own['ceiling']['all']['value']:.3f}"
    what = f"but-for slots of the desk ({own['wires']} wires held out)"
    yield what, "token F1", _interval(own["f1"]["all"]), beside
    own = told["counterfactual in texts that state none"]
    empty = own["texts"] - len(own["filled"])
    yield f"{own['texts']} texts that state no link", "slot left empty", str(empty), ""


def _speed(told: Told) -> Iterator[Row]:
    for name, beside in (
        ("default", "at its defaults"),
        ("best", "in its best float32 batch"),
    ):
        ours = _interval(told["encoder"][f"ratio_to_{name}"])
        instructions = next(iter(told["encoder"]["features"]), "no wide instructions")
        what = f"texts of 300 tokens, one thread, {instructions}"
        yield what, "speed, as a ratio", ours, f"sentence-transformers {beside}: 1"
    bar = told["bar_ms"]
    worked, waited = (
        _interval({name: spent / bar for name, spent in told[clock]["all"].items()})
        for clock in ("process_ms", "wall_ms")
    )
    what = f"a wire of {told['words']} words against {told['sources']} sources, one core"
    yield what, f"work, as a share of {bar} ms", worked, f"by the clock on the wall {waited}"


_ROWS: Mapping[str, Callable[[Told], Iterator[Row]]] = {
    "codes": _codes,
    "severity": _severity,
    "claims": _claims,
    "rationale": _rationale,
    "speed": _speed,
}


def _interval(one: Mapping[str, float]) -> str:
    return f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f})"


def with_table(readme: str, found: Told) -> str:
    """Return the README with the table between its two marks written anew."""
    inside = f"{BEGIN}\n{table(found)}\n{END}"
    text, times = re.subn(f"{BEGIN}.*{END}", lambda _: inside, readme, flags=re.DOTALL)
    if times != 1:
        raise SystemExit(f"{README} needs the marks {BEGIN} and {END}, once.")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)} (default: all)")
    wanted = parser.parse_args().parts or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    found: Told = json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.exists() else {}
    for part in wanted:
        print(f"{part} ...", flush=True)
        about = classifier_codes.about(load(device="cpu"))
        found[part] = {**about, "found": PARTS[part]()}
        FOUND.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    README.write_text(with_table(README.read_text(encoding="utf-8"), found), encoding="utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
