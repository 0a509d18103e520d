"""The task by repeng, which pushes every position that a forward pass has.

So the prompts but for their last token are read before, without a push, in either way.
"""

from collections.abc import Mapping
from typing import Any

import torch
from repeng import ControlModel, ControlVector  # type: ignore[import-not-found]

from benchmarks.peers.task import PLAIN, STEERED, Rows, Task, Way, measure


def ways(task: Task) -> Mapping[str, Way]:
    plain = task.loaded()
    model = ControlModel(task.loaded(), [task.layer])
    vector = ControlVector("llama", {task.layer: task.direction.numpy()})

    def read(model: Any) -> Any:
        with torch.inference_mode():
            return model(input_ids=task.ids[:, :-1], use_cache=True).past_key_values

    def steered() -> Rows:
        model.reset()
        cache = read(model)
        model.set_control(vector)
        return task.generate(model, cache)

    return {PLAIN: lambda: task.generate(plain, read(plain)), STEERED: steered}


if __name__ == "__main__":
    measure(ways, "repeng")
