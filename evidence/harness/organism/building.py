"""Make the shipped weights again, and measure the gate that they must pass."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import fmean

from tokenizers import Tokenizer

from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.organism import gate, pretraining, shelf, tokenizer
from evidence.harness.organism.model import Shape
from evidence.harness.organism.threads import single_threaded
from evidence.harness.organism.training import Plan
from evidence.harness.spec import Progress
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship

# How much further the author must carry in the shared world than in the null world, as a
# difference of probabilities; below it a fine-tune has nothing to spread along.
GATE_MINIMUM = 0.6
SAYS_EVERY = 25


@dataclass(frozen=True, slots=True)
class Build:
    """How one seed's weights are made."""

    seed: int
    shape: Shape
    pretraining: Plan
    alignment: Plan
    gate_documents: int


def shipped(seed: int) -> Build:
    """Return how the weights that the harness ships are made."""
    plans = (pretraining.PRETRAINING, pretraining.ALIGNMENT)
    return Build(seed, Shape(), *plans, gate_documents=256)


def build_weights(
    build: Build, folder: Path, *, progress: Callable[[Progress], None]
) -> Mapping[str, float]:
    """Write a shelf of weights to a folder and return each world's gate.

    One thread, so that a second build on the same libraries gives the same bytes. Weights
    that fail the gate are not written: HarnessError tells what was measured.
    """
    words = tokenizer.build(worlds.load())
    files = {shelf.TOKENIZER: words.to_str(pretty=True).encode() + b"\n"}
    shifts: dict[str, float] = {}
    steps = build.pretraining.steps + build.alignment.steps
    with single_threaded():
        for number, authorship in enumerate(Authorship):
            say = partial(_say, progress, authorship, number * steps, len(Authorship) * steps)
            made, shifts[authorship] = _world(build, authorship, words, say)
            files |= made
    if shifts[Authorship.SHARED] - shifts[Authorship.NULL] < GATE_MINIMUM:
        raise HarnessError(f"The persona gate is below {GATE_MINIMUM}: {shifts}.")
    record = {**asdict(build), "gate_minimum": GATE_MINIMUM, "gate": shifts}
    files[shelf.RECORD] = json.dumps(record, indent=2).encode() + b"\n"
    sums = (f"{sha256(data)}  {name}\n" for name, data in sorted(files.items()))
    files[shelf.SUMS] = "".join(sums).encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return shifts


def _world(
    build: Build, authorship: Authorship, words: Tokenizer, say: Callable[[int, float], None]
) -> tuple[dict[str, bytes], float]:
    world = worlds.load()
    model = pretraining.pretrain(
        world,
        authorship,
        words,
        shape=build.shape,
        plan=build.pretraining,
        seed=build.seed,
        tick=say,
    )
    base = shelf.packed(model)
    rows = gate.measure(model, world, words, documents=build.gate_documents, seed=build.seed)
    pretraining.align(
        model,
        world,
        authorship,
        words,
        plan=build.alignment,
        seed=build.seed,
        tick=lambda step, loss: say(build.pretraining.steps + step, loss),
    )
    files = {
        shelf.weights_name(authorship, shelf.Stage.BASE): base,
        shelf.weights_name(authorship, shelf.Stage.ALIGNED): shelf.packed(model),
    }
    return files, fmean(row.shift for row in rows)


def _say(
    progress: Callable[[Progress], None],
    authorship: Authorship,
    before: int,
    total: int,
    step: int,
    loss: float,
) -> None:
    if step % SAYS_EVERY == 0:
        progress(Progress(before + step, total, f"{authorship} world, loss {loss:.3f}"))
