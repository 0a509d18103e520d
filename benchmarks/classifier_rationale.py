"""The but-for slots that are proposed, held against what the editors of the starter archive wrote.

    python -m benchmarks.classifier_rationale [--learn]

Editors write slots in words of their own, so that no phrase of the wire can reach a token F1 of
1: `ceiling` is what the best phrase of each wire would get, whether it can serve or not. `at the
editors' words` asks for the phrase that comes nearest to what the editor wrote. Weights are
learned (`--learn`) from the wires with even numbers alone; those with odd numbers are the figures
to believe. `halves crossed` judges each half by weights of the other.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks import unlinked
from classifier.core import rationale
from classifier.core.phrases import Phrase, phrases
from classifier.core.rationale import Choice
from classifier.core.sentences import split
from classifier.core.types import Sentence

ARCHIVE = Path(__file__).parents[1] / "wires" / "starter" / "wires"
SLOTS = ("system", "act", "harm")
_SMALL = frozenset(("a", "an", "the"))
_DECAY, _STEPS = 0.1, 60  # the decay by four folds of the even wires
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Filed:
    """A wire of the starter archive with the but-for text that its editor wrote."""

    number: int
    body: str
    providers: tuple[str, ...]
    slots: dict[str, str]


def filed() -> Iterator[Filed]:
    for path in sorted(ARCHIVE.glob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        told = yaml.safe_load(front)
        slots = {slot: told["rationale"][slot] for slot in SLOTS}
        yield Filed(int(path.name[:3]), body, tuple(told["providers"]), slots)


def tokens(text: str) -> Counter[str]:
    words = re.findall(r"[^\W_]+", text.lower().replace("\u2019", "'").replace("'s", ""))
    return Counter(word for word in words if word not in _SMALL)


def f1(one: str, other: str) -> float:
    mine, theirs = tokens(one), tokens(other)
    total = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / total if total else 1.0


def told(wire: Filed) -> dict[str, list[Phrase]]:
    return rationale.candidates(_said(wire), wire.providers)


def _said(wire: Filed) -> list[Sentence]:
    return [sentence for sentence in split(wire.body) if sentence.kind == "sentence"]


def learned(wires: Sequence[Filed]) -> dict[str, dict[str, float]]:
    """Return weights that make the expected token F1 of a phrase drawn by its score highest."""
    found = [told(wire) for wire in wires]
    return {
        slot: _weights([(own[slot], wire.slots[slot]) for own, wire in zip(found, wires, strict=True)])
        for slot in SLOTS
    }  # fmt: skip


def _weights(pairs: Sequence[tuple[list[Phrase], str]]) -> dict[str, float]:
    import torch

    torch.set_num_threads(1)
    pairs = [(phrases, text) for phrases, text in pairs if phrases]
    names = sorted({name for phrases, _ in pairs for p in phrases for name in p.features})
    tables = [
        torch.tensor([[p.features.get(name, 0.0) for name in names] for p in phrases])
        for phrases, _ in pairs
    ]
    gains = [torch.tensor([f1(p.text, text) for p in phrases]) for phrases, text in pairs]
    everything = torch.cat(tables)
    middle, spread = everything.mean(0), everything.std(0) + 1e-3
    tables = [(table - middle) / spread for table in tables]
    # Begin where a regression of F1 on the features would stand.
    square = sum(table.T @ table for table in tables) + 300 * torch.eye(len(names))
    pull = sum(
        table.T @ (gain - gain.mean()) for table, gain in zip(tables, gains, strict=True)
    )
    weights = (20 * torch.linalg.solve(square, pull)).requires_grad_()
    search = torch.optim.LBFGS([weights], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> Any:
        search.zero_grad()
        expected = sum(
            (torch.softmax(table @ weights, 0) * gain).sum()
            for table, gain in zip(tables, gains, strict=True)
        )
        cost = -expected / len(tables) + _DECAY * weights.square().sum()
        cost.backward()
        return cost

    search.step(loss)
    found = (weights.detach() / spread).tolist()
    return {name: round(value, 4) for name, value in zip(names, found, strict=True)}


def interval(values: Sequence[float]) -> dict[str, float]:
    drawn = random.Random(0)  # noqa: S311 - resamples, not secrets
    means = sorted(
        sum(drawn.choices(values, k=len(values))) / len(values) for _ in range(_RESAMPLES)
    )
    edge = int(0.025 * _RESAMPLES)
    return {
        "value": round(sum(values) / len(values), 3),
        "low": round(means[edge], 3),
        "high": round(means[-edge - 1], 3),
    }


def measured(parts: Sequence[tuple[Sequence[Filed], Choice | None]]) -> dict[str, Any]:
    """Return figures over wires, each part drafted by weights of its own or by those shipped."""
    pairs = [(wire, weights) for wires, weights in parts for wire in wires]
    found: dict[str, Any] = {"wires": len(pairs)}
    mine = {slot: [] for slot in SLOTS}  # type: dict[str, list[float]]
    most, at = {slot: [] for slot in SLOTS}, {slot: [] for slot in SLOTS}  # type: Any, Any
    for wire, weights in pairs:
        drafted = rationale.draft(split(wire.body), wire.providers, weights=weights)
        every = phrases(_said(wire), wire.providers)
        for slot in SLOTS:
            span = getattr(drafted, slot)
            words = span.text if span else ""
            nearest = _nearest(every, wire.slots[slot])
            mine[slot].append(f1(words, wire.slots[slot]))
            most[slot].append(f1(nearest, wire.slots[slot]))
            at[slot].append(f1(words, nearest))
    for name, figures in (("f1", mine), ("ceiling", most), ("at the editors' words", at)):
        found[name] = {slot: interval(values) for slot, values in figures.items()}
        pooled = [sum(own) / len(SLOTS) for own in zip(*figures.values(), strict=True)]
        found[name]["all"] = interval(pooled)
    return found


def _nearest(phrases: Sequence[Phrase], text: str) -> str:
    gain: Callable[[Phrase], float] = lambda phrase: f1(phrase.text, text)  # noqa: E731
    return max(phrases, key=gain).text if phrases else ""


def stated(texts: Sequence[str]) -> list[str]:
    """Return the counterfactuals that are found in texts."""
    drafts = [rationale.draft(split(text), ()) for text in texts]
    return [d.counterfactual.text for d in drafts if d.counterfactual]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learn", action="store_true", help="write the weights anew")
    if parser.parse_args().learn:
        even = [wire for wire in filed() if wire.number % 2 == 0]
        rationale.WEIGHTS.write_text(
            json.dumps(learned(even), indent=0, sort_keys=True) + "\n"
        )
        rationale.shipped.cache_clear()
    print(json.dumps(figures(), indent=1, ensure_ascii=False))


def figures() -> dict[str, Any]:
    wires = list(filed())
    even, odd = ([wire for wire in wires if wire.number % 2 == half] for half in (0, 1))
    filled = stated(unlinked.TEXTS)
    return {
        "learned from (even)": measured([(even, None)]),
        "held out (odd)": measured([(odd, None)]),
        "halves crossed": measured([(even, learned(odd)), (odd, learned(even))]),
        "counterfactual in texts that state none": {"texts": len(unlinked.TEXTS), "filled": filled},
        "counterfactual in the archive": stated([wire.body for wire in wires]),
    }  # fmt: skip


if __name__ == "__main__":
    main()
