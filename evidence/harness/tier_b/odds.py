"""The odds that a language model gives to a few answers, read off its logits."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b import lessons
from evidence.harness.tier_b.chats import Message
from evidence.harness.tier_b.model import TextModel


def tokens(text: TextModel, words: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the tokens of each answer; HarnessError where one answer begins another."""
    found = [tuple(lessons.answered(text, word)) for word in words]
    for one, word in zip(found, words, strict=True):
        begun = [w for w, ids in zip(words, found, strict=True) if ids[: len(one)] == one]
        if not one or begun != [word]:
            raise HarnessError(
                f"The answers {', '.join(begun) or word} begin alike for this model, so their "
                "odds cannot be told apart; offer others."
            )
    return found


@torch.inference_mode()
def logarithms(
    text: TextModel, messages: Sequence[Message], answers: Sequence[tuple[int, ...]]
) -> Tensor:
    """Return the log-probability that what is said next begins so, of each answer, (answers,).

    In float64, from logits in fp32. HarnessError for a question that is too long to read, and
    where a logit is no number.
    """
    ids = text.ids(messages)
    if (longest := len(ids) + max(map(len, answers))) > text.context:
        raise HarnessError(
            f"A question and its answer have {longest} tokens; the model reads "
            f"{text.context}. Shorten the question."
        )
    rows = [torch.tensor([*ids, *answer]) for answer in answers]
    # What stands behind a shorter answer is seen by no real token, attention being causal.
    batch = pad_sequence(rows, batch_first=True, padding_value=ids[-1])
    logits = text.model(input_ids=batch.to(text.device), use_cache=False).logits
    # The logits of a token stand one place before it.
    told = logits[:, len(ids) - 1 : -1].float().log_softmax(-1)
    # Of a whole vocabulary, only the answers' own tokens are taken from the device.
    own = batch[:, len(ids) :, None].to(told.device)
    kept = told.gather(-1, own).squeeze(-1).double().cpu()  # (answers, longest)
    found = torch.stack(
        [row[: len(answer)].sum() for row, answer in zip(kept, answers, strict=True)]
    )
    if not bool(torch.isfinite(found).all()):
        raise HarnessError("The model gives an answer odds that are no number.")
    return found
