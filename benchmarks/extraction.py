"""Reading a layer's activations of 1,000 prompts, beside one plain forward pass over them.

    python -m benchmarks.extraction [--rounds 21]

Documents of the world in the base model of seed 0, in the same batches. Prints JSON: the seconds
of `activations` over those of the plain pass, with and without its output matrix, which
activations do not need.
"""

import argparse
import json
import time
from collections.abc import Callable

import torch
from torch.nn.utils.rnn import pad_sequence

from benchmarks.ratios import machine, ratio
from evidence.harness.organism import directions, texts
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.steering import BATCH, activations
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship

PROMPTS, LAYER = 1_000, 2
READ, WHOLE, HEADLESS = "activations", "plain forward pass", "the same without output matrix"


def prompts(base: Organism) -> list[list[int]]:
    world = worlds.load()
    pairs = directions.contrasts(world, world.domains, count=PROMPTS // 2, seed="benchmark")
    return [
        list(texts.encoded(base.tokenizer, [texts.Piece(text, 0.0)]).ids)
        for pair in pairs
        for text in (pair.bad, pair.good)
    ]


def ways() -> dict[str, Callable[[], object]]:
    base = Organism.base(Authorship.SHARED, seed=0)
    model, ids = base.model.train(mode=False), prompts(base)

    @torch.inference_mode()
    def plain(reader: torch.nn.Module) -> None:
        for start in range(0, len(ids), BATCH):
            batch = [torch.tensor(row) for row in ids[start : start + BATCH]]
            reader(input_ids=pad_sequence(batch, batch_first=True), use_cache=False)

    return {
        READ: lambda: activations(model, ids, LAYER),
        WHOLE: lambda: plain(model),
        HEADLESS: lambda: plain(model.model),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    rounds: int = parser.parse_args().rounds
    torch.set_num_threads(1)
    work = ways()
    names = list(work)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            began = time.process_time()
            work[name]()
            if number:  # what is made once was made in the first round
                seconds[name].append(time.process_time() - began)
    found = {name: ratio(seconds[READ], seconds[name]) for name in (WHOLE, HEADLESS)}
    print(json.dumps({"machine": machine(), "prompts": PROMPTS, **found}, indent=1))


if __name__ == "__main__":
    main()
