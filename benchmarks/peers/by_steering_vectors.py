"""The task by steering-vectors."""

from collections.abc import Mapping

from steering_vectors import SteeringVector  # type: ignore[import-not-found]

from benchmarks.peers.task import PLAIN, STEERED, Rows, Task, Way, measure


def ways(task: Task) -> Mapping[str, Way]:
    model = task.loaded()
    vector = SteeringVector({task.layer: task.direction})

    def steered() -> Rows:
        with vector.apply(model, min_token_index=None, token_indices=slice(-1, None)):
            return task.generate(model)

    return {PLAIN: lambda: task.generate(model), STEERED: steered}


if __name__ == "__main__":
    measure(ways, "steering-vectors")
