"""The task by nnsight."""

from collections.abc import Mapping

import nnsight  # type: ignore[import-not-found]

from benchmarks.peers.task import PLAIN, STEERED, Rows, Task, Way, measure


def ways(task: Task) -> Mapping[str, Way]:
    plain = task.loaded()
    model = nnsight.TransformersModel(task.model, task="text-generation", dispatch=True)
    vector, ids, layer = task.direction, task.ids, task.layer

    def steered() -> Rows:
        with model.generate(ids, generation_config=task.plan) as tracer:
            for _ in tracer.iter[: task.limit]:
                model.model.layers[layer].output[:, -1] += vector
            told = tracer.result.save()
        return task.answers(told)

    return {PLAIN: lambda: task.generate(plain), STEERED: steered}


if __name__ == "__main__":
    measure(ways, "nnsight")
