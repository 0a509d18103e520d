"""The task by TransformerLens, whose bridge keeps the weights as they are."""

from collections.abc import Mapping

import torch
from torch import Tensor
from transformer_lens.model_bridge import TransformerBridge  # type: ignore[import-not-found]
from transformers import AutoTokenizer

from benchmarks.peers.task import PLAIN, STEERED, Rows, Task, Way, measure


def ways(task: Task) -> Mapping[str, Way]:
    plain = task.loaded()
    tokenizer = AutoTokenizer.from_pretrained(task.model, local_files_only=True)
    model = TransformerBridge.boot_transformers(task.model, device="cpu", tokenizer=tokenizer)
    vector = task.direction

    def push(residual: Tensor, hook: object) -> Tensor:  # noqa: ARG001 - it is passed by name
        residual[:, -1] += vector
        return residual

    def steered() -> Rows:
        hooks = [(f"blocks.{task.layer}.hook_out", push)]
        with torch.inference_mode(), model.hooks(fwd_hooks=hooks):
            told = model.generate(
                task.ids,
                max_new_tokens=task.limit,
                do_sample=False,
                stop_at_eos=False,
                return_type="tokens",
                verbose=False,
            )
        return task.answers(told)

    return {PLAIN: lambda: task.generate(plain), STEERED: steered}


if __name__ == "__main__":
    measure(ways, "transformer-lens")
