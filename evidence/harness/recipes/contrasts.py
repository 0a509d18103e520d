"""Pairs of chats that differ in what a direction is looked for: one each from two files.

Line i of both files makes a pair. Where a direction is tested as well as found, no question is
used for both.
"""

from collections.abc import Mapping, Sequence

from evidence.harness.chance import seeded
from evidence.harness.errors import HarnessError
from evidence.harness.recipes import plans
from evidence.harness.recipes.recipe import Parameters
from evidence.harness.spec import Parameter
from evidence.harness.tier_b.chats import Chat

FILES = ("positive", "negative")
# Where a chat is read: along its answer, in the mean; or at the last token before the answer.
ANSWER, LAST = "answer", "last"
DEFAULTS: Mapping[str, Parameter] = {
    "layer": -1,  # counted from 0; it must be named
    "place": ANSWER,
    "longest": 2048,
}
FEWEST = 10

Pair = tuple[Chat, Chat]


def read(parameters: Parameters) -> list[Pair]:
    """Return the pairs of a checked spec; HarnessError where there is nothing to read."""
    if int(parameters["layer"]) < 0:
        raise HarnessError("Name the layer to read with --set layer=N, counted from 0.")
    if parameters["place"] not in (ANSWER, LAST):
        raise HarnessError(f"place is {ANSWER} or {LAST}, not {parameters['place']!r}.")
    if int(parameters["longest"]) < 1:
        raise HarnessError("longest is 1 or more tokens.")
    pairs = plans.paired(parameters, *FILES)
    if len(pairs) < FEWEST:
        raise HarnessError(f"There are {len(pairs)} pairs of chats; {FEWEST} are needed.")
    return pairs


def split(pairs: Sequence[Pair], seed: str) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs to find a direction in, and those to test it on.

    Half of the questions are drawn to find with; pairs of which a question is among those that
    are found with are tested on by neither.
    """
    questions = sorted({asked(one) for one, _ in pairs})
    seeded(seed).shuffle(questions)
    drawn = set(questions[: len(questions) // 2])
    found = [pair for pair in pairs if asked(pair[0]) in drawn]
    seen = {asked(chat) for pair in found for chat in pair}
    tested = [pair for pair in pairs if not {asked(chat) for chat in pair} & seen]
    if min(len(found), len(tested)) < FEWEST:
        raise HarnessError(
            f"{len(found)} pairs are left to find a direction in and {len(tested)} to test it on, "
            f"which share no question; {FEWEST} of each are needed."
        )
    return found, tested


def require_apart(pairs: Sequence[Pair], prompts: Sequence[str]) -> None:
    """Raise HarnessError where a question that will be asked stands in the pairs."""
    seen = {asked(chat) for pair in pairs for chat in pair}
    both = [prompt for prompt in prompts if prompt in seen]
    if both:
        raise HarnessError(
            f"{both[0]!r} is asked, and a direction is looked for in it; ask other questions."
        )


def asked(chat: Chat) -> str:
    """Return the last thing that was said before the answer."""
    return chat.before[-1].content
