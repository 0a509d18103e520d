"""How long the classifier takes for one wire, and how fast the encoder reads.

    python -m benchmarks.classifier_speed [--rounds 7] [--encoder]

One wire of 600 words, put together from the starter archive, with the model loaded and one
thread: its codes, its severity factors, its sentences as claims against 6 sources, and the wires
like it among 120. Prints JSON: milliseconds for each part and for all, as the median of the
rounds with the lowest and the highest, by the process's own time and by the clock. `--encoder`
adds what `python -m classifier.core bench` prints.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

STARTER = Path(__file__).parents[1] / "wires" / "starter"
WORDS, SOURCES, LISTED = 600, 6, 5
BAR_MS = 700


@dataclass(frozen=True, slots=True)
class Filed:
    headline: str
    body: str
    source: str


def filed() -> list[Filed]:
    found = []
    for path in sorted((STARTER / "wires").glob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        told = yaml.safe_load(front)
        found.append(Filed(told["headline"], body, told["sources"][0]["text"]))
    return found


def sizable(wires: Sequence[Filed]) -> Filed:
    """Return one wire of `WORDS` words from many, with the texts of all in its source."""
    words: list[str] = []
    for wire in wires:
        words += [*wire.body.split(" "), "\n\n"]
        if len(words) >= WORDS:
            break
    return Filed(wires[0].headline, " ".join(words[:WORDS]), "")


Work = dict[str, Callable[[], Any]]


def works(wires: Sequence[Filed], rounds: int) -> list[Work]:
    """Return for each round a proposal for another wire, through the classifier's edge.

    The edge remembers what it has just read: no round may read a text of an earlier one.
    """
    from classifier import engine

    rules = yaml.safe_load((STARTER / "taxonomy-2026-11.yaml").read_text(encoding="utf-8"))
    cards = {
        kind: [
            engine.CodeCard(code["code"], code["title"], code["definition"])
            for code in rules["codes"]
            if code["kind"] == kind and code["code"] not in rules["fallback"].values()
        ]
        for kind in ("M", "F")
    }
    corpus = [
        engine.Document(str(n), other.body, engine.embed(other.body))
        for n, other in enumerate(wires)
    ]

    def work(own: Sequence[Filed]) -> Work:
        wire = sizable(own)
        text = f"{wire.headline}\n\n{wire.body}"
        said = [sentence.text for sentence in engine.split(wire.body)]
        sources = [engine.SourceText(f"s{n}", w.source) for n, w in enumerate(own[:SOURCES])]
        return {
            "codes": lambda: [
                engine.propose(text, kind, limit=LISTED) for kind in cards.values()
            ],
            "severity factors": lambda: engine.factors(engine.split(wire.body)),
            "claims": lambda: engine.check(said, sources),
            "similar wires": lambda: engine.similar(text, engine.embed(text), corpus, limit=3),
        }

    apart = len(wires) // (rounds + 1)
    return [work(wires[n * apart :]) for n in range(rounds + 1)]


def timed(first: Work, rest: Sequence[Work]) -> dict[str, Any]:
    clocks = {"process_ms": time.process_time, "wall_ms": time.perf_counter}
    spent: dict[str, dict[str, list[float]]] = {
        clock: {name: [] for name in first} for clock in clocks
    }
    for do in first.values():
        do()  # what is made once a process is made now
    for work in rest:
        for name, do in work.items():
            began = {clock: now() for clock, now in clocks.items()}
            do()
            for clock, now in clocks.items():
                spent[clock][name].append(1000 * (now() - began[clock]))
    for own in spent.values():
        own["all"] = [sum(each) for each in zip(*own.values(), strict=True)]
    return {
        clock: {name: _figure(values) for name, values in own.items()}
        for clock, own in spent.items()
    }


def _figure(values: Sequence[float]) -> dict[str, float]:
    found = {"value": statistics.median(values), "low": min(values), "high": max(values)}
    return {name: round(value, 1) for name, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--encoder", action="store_true", help="time the encoder alone too")
    options = parser.parse_args()
    print(json.dumps(measured(options.rounds, with_encoder=options.encoder), indent=1))


def measured(rounds: int, *, with_encoder: bool) -> dict[str, Any]:
    """Return all figures; they touch no data of a site."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings", "OMP_NUM_THREADS": "1", "LOG_LEVEL": "ERROR",
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="butfor-benchmark-") as data:
        os.environ["BUTFOR_DATA"] = data
        return _measured(rounds, with_encoder=with_encoder)


def _measured(rounds: int, *, with_encoder: bool) -> dict[str, Any]:
    import django

    django.setup()
    wires = filed()
    first, *rest = works(wires, rounds)
    wire = sizable(wires)
    told: dict[str, Any] = {
        "words": len(wire.body.split()),
        "sources": SOURCES,
        "corpus": len(wires),
        "bar_ms": BAR_MS,
        **timed(first, rest),
    }
    if with_encoder:
        from dataclasses import asdict

        from classifier.core import throughput
        from classifier.core.encoder import load

        told["encoder"] = asdict(throughput.measured(load(), texts=None, rounds=5))
    return told


if __name__ == "__main__":
    main()
