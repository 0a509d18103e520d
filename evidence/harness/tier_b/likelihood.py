"""How much likelier an adapter makes answers than its base does."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b import lessons
from evidence.harness.tier_b.chats import Chat
from evidence.harness.tier_b.lessons import Lesson
from evidence.harness.tier_b.model import TextModel


@torch.inference_mode()
def gains(adapted: TextModel, chats: Sequence[Chat], longest: int) -> list[float]:
    """Return for each chat the rise of its answer's log-probability, in nats a token.

    The model is under an adapter; what it rises from is the same model with it turned off.
    HarnessError where either is not finite.
    """
    wrapped: Any = adapted.model
    found = []
    for chat in chats:
        lesson = lessons.told(adapted, chat, longest)
        now = _mean(adapted, lesson)
        with wrapped.disable_adapter():
            found.append(now - _mean(adapted, lesson))
    return found


def _mean(text: TextModel, lesson: Lesson) -> float:
    ids = torch.tensor([lesson.ids], device=text.device)
    logits: Tensor = text.model(input_ids=ids[:, :-1], use_cache=False).logits
    told = (
        logits[0, lesson.start - 1 :].float().log_softmax(-1)
    )  # (tokens of the answer, words)
    found = float(told.gather(1, ids[0, lesson.start :, None]).mean())
    if not math.isfinite(found):
        raise HarnessError("The model gives a learnt answer a probability that is no number.")
    return found
