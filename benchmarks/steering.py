"""Generation and steering beside plain `generate`, and beside four other tools.

    python -m benchmarks.steering ENVIRONMENTS [--tools repeng nnsight] [--rounds 15]

ENVIRONMENTS is a folder in which each tool gets an environment of its own (once; 1.3 GB each).
Two models: a Llama of random weights, made on the spot, and the shipped chat model of seed 0,
pushed along its author's direction. Same prompts, vector and layer, greedy. Prints JSON: for each
tool the share of prompts that it continues by the same tokens as this harness, and its seconds
over those of transformers' `generate` in the same process.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.peers import environments
from benchmarks.peers.environments import OURS, SAE_LENS
from benchmarks.peers.task import PLAIN, STEERED, Task
from benchmarks.ratios import machine, ratio
from evidence.harness.home import CHECKOUT

TOOLS = tuple(tool for tool in environments.TOOLS if tool != SAE_LENS)
PROMPTS, LENGTH, LIMIT = 12, 24, 16


def llama(folder: Path, rounds: int) -> Task:
    """Make a Llama of 11 million random weights, and a push as long as its layer's output."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from evidence.harness.organism import shelf
    from evidence.harness.organism.steering import activations

    torch.manual_seed(0)
    tokenizer = shelf.shipped(0).tokenizer()
    config = LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=384, intermediate_size=1024,
        num_hidden_layers=6, num_attention_heads=6, num_key_value_heads=6,
        max_position_embeddings=128, tie_word_embeddings=True, initializer_range=0.05,
        bos_token_id=None, eos_token_id=None, pad_token_id=None,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    prompts = torch.randint(8, config.vocab_size, (PROMPTS, LENGTH)).tolist()
    layer = config.num_hidden_layers // 2
    [hidden] = activations(model, prompts[:1], layer)
    drawn = torch.randn(config.hidden_size)
    vector = drawn / drawn.norm() * hidden[-1].norm()
    _saved(model, tokenizer, folder)
    return Task(str(folder), prompts, layer, vector.tolist(), LIMIT, rounds)


def organism(folder: Path, rounds: int) -> Task:
    """Take the chat model of seed 0, the dose of `steer`, and its commonest length of question."""
    from evidence.harness.organism import texts
    from evidence.harness.organism.organism import Organism
    from evidence.harness.organism.pushing import Pushes
    from evidence.harness.recipes import RECIPES
    from evidence.harness.recipes.steer import Settings
    from evidence.harness.world.corpus import Authorship

    recipe = RECIPES["steer"]
    spec = recipe.spec()
    settings = Settings.of(spec)
    author = Pushes.found(Organism.base(Authorship.SHARED, seed=0), spec, 0).author
    aligned = Organism.aligned(Authorship.SHARED, seed=0)
    by_length = defaultdict(list)
    for prompt in sorted(
        {slot.prompt for slot in recipe.slots(spec) if slot.set == "heldout"}
    ):
        piece = texts.Piece(texts.prompt(prompt), 0.0)
        ids = list(texts.encoded(aligned.tokenizer, [piece]).ids)
        by_length[len(ids)].append(ids)
    prompts = max(by_length.values(), key=len)[: 4 * PROMPTS]
    vector = settings.plus_dose * author.sigma * author.direction
    _saved(aligned.model, aligned.tokenizer, folder)
    return Task(str(folder), prompts, author.layer, vector.tolist(), LIMIT, rounds)


TASKS = {"llama": llama, "organism": organism}


def _saved(model: Any, tokenizer: Any, folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    model.save_pretrained(folder)
    words = next(iter(tokenizer.get_vocab()))
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=words, bos_token=words, eos_token=words
    ).save_pretrained(folder)


def done(python: Path, tool: str, task: Path) -> dict[str, Any]:
    """Let a tool do a task in its own environment."""
    command = [str(python), "-m", f"benchmarks.peers.by_{tool}", str(task)]
    quiet = {
        "OMP_NUM_THREADS": "1",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    answered = subprocess.run(
        command, cwd=CHECKOUT, env=os.environ | quiet, stdout=subprocess.PIPE, check=True
    )
    found: dict[str, Any] = json.loads(answered.stdout.splitlines()[-1])
    return found


def beside(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Hold a tool's tokens against ours, and its seconds against its own plain ones."""
    seconds = theirs["seconds"]
    return {
        "versions": theirs["versions"],
        "same_tokens": {
            way: _same(ours["said"][way], theirs["said"][way]) for way in (PLAIN, STEERED)
        },
        "seconds_to_plain_generate": {
            way: ratio(spent, seconds[PLAIN]) for way, spent in seconds.items() if way != PLAIN
        },
    }


def _same(these: list[list[int]], those: list[list[int]]) -> str:
    return f"{sum(a == b for a, b in zip(these, those, strict=True))} of {len(these)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("environments", type=Path)
    parser.add_argument("--tools", nargs="*", choices=TOOLS, default=TOOLS)
    parser.add_argument("--models", nargs="*", choices=TASKS, default=tuple(TASKS))
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    found: dict[str, Any] = {"machine": machine()}
    for name in options.models:
        with tempfile.TemporaryDirectory(prefix="butfor-benchmark-") as place:
            task = TASKS[name](Path(place) / "model", options.rounds)
            path = task.write(Path(place) / "task.json")
            ours = done(Path(sys.executable), OURS, path)
            moved = len(task.prompts) - int(
                _same(ours["said"][PLAIN], ours["said"][STEERED]).split()[0]
            )
            found[name] = {"prompts": len(task.prompts), "changed_by_the_push": moved}
            found[name][OURS] = beside(ours, ours)
            for tool in options.tools:
                python = environments.python(options.environments, tool)
                found[name][tool] = beside(ours, done(python, tool, path))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
