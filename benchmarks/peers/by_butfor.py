"""The task by this harness: its own decoding, plain and steered, and its hook under `generate`."""

from collections.abc import Mapping

from benchmarks.peers.task import PLAIN, STEERED, Rows, Task, Way, measure
from evidence.harness.organism import model as models
from evidence.harness.organism.steering import added, steered

GREEDY, HOOKED = "greedy", "hooked"
# No token ends an answer here.
NEVER = -1


def ways(task: Task) -> Mapping[str, Way]:
    model = task.loaded()
    push = added(task.direction)

    def greedy() -> Rows:
        return models.greedy(model, task.prompts, end=NEVER, limit=task.limit)

    def pushed(way: Way) -> Rows:
        with steered(model, task.layer, push):
            return way()

    return {
        PLAIN: lambda: task.generate(model),
        GREEDY: greedy,
        STEERED: lambda: pushed(greedy),
        HOOKED: lambda: pushed(lambda: task.generate(model)),
    }


if __name__ == "__main__":
    measure(ways, "transformers")
