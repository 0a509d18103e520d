"""What every tool is given, and how it reports. Runs in the environments of all of them.

A task is a model in a folder, prompts of one length as token ids, and a vector that is added to
the output of one layer at the last position: at the end of the prompt, then at each new token.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, GenerationConfig

Rows = list[list[int]]
Way = Callable[[], Rows]
PLAIN, STEERED = "plain", "steered"


@dataclass(frozen=True, slots=True)
class Task:
    """`layer` counts decoder layers from 0; `limit` is how many tokens each answer has."""

    model: str
    prompts: Rows
    layer: int
    vector: list[float]
    limit: int
    rounds: int

    @classmethod
    def read(cls, path: Path) -> "Task":
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path

    @property
    def direction(self) -> Tensor:
        return torch.tensor(self.vector)

    @property
    def ids(self) -> Tensor:
        return torch.tensor(self.prompts)

    def loaded(self) -> Any:
        torch.set_num_threads(1)
        model = AutoModelForCausalLM.from_pretrained(self.model, local_files_only=True)
        return model.train(mode=False)

    def generate(self, model: Any, cache: Any = None) -> Rows:
        """Answer every prompt by transformers' own `generate`; a cache may hold its beginning."""
        ids = self.ids
        with torch.inference_mode():
            told = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                generation_config=self.plan,
                past_key_values=cache,
            )
        return self.answers(told)

    @property
    def plan(self) -> GenerationConfig:
        """Greedy, and all answers equally long."""
        return GenerationConfig(
            max_new_tokens=self.limit, do_sample=False, eos_token_id=None, pad_token_id=0
        )

    def answers(self, told: Tensor) -> Rows:
        """Return what follows the prompts in (prompts, tokens)."""
        rows: Rows = told[:, len(self.prompts[0]) :].tolist()
        return rows


def measure(work: Callable[[Task], Mapping[str, Way]], package: str) -> None:
    """Print as JSON what each way of the work said, and its seconds in each of many rounds.

    Seconds are the process's own, on one thread. Ways take turns, and another one begins each
    round, so that what the machine does beside them falls on all alike.
    """
    task = Task.read(Path(sys.argv[1]))
    ways = work(task)
    said = {name: way() for name, way in ways.items()}  # what is made once is made now
    names = list(ways)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(task.rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            began = time.process_time()
            rows = ways[name]()
            seconds[name].append(time.process_time() - began)
            if rows != said[name]:
                raise SystemExit(f"{package} says another thing the second time")
    versions = {name: metadata.version(name) for name in (package, "transformers", "torch")}
    sys.stdout.write(json.dumps({"versions": versions, "said": said, "seconds": seconds}))
