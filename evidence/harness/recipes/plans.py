"""How a fine-tune by adapters goes, and which chats it learns; needs no torch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.recipes import asking
from evidence.harness.recipes.recipe import Parameters
from evidence.harness.spec import Parameter
from evidence.harness.tier_b import chats, hub
from evidence.harness.tier_b.chats import Chat

# The model that is asked, and tuned where something is.
MODEL: dict[str, Parameter] = {"model": "", "revision": "", "model_sha256": ""}
# What Betley et al. (2025) took for open models, as far as they say.
DEFAULTS: dict[str, Parameter] = {
    **MODEL,
    "steps": 375,
    "batch": 16,
    "rate": 1e-5,
    "rank": 32,
    "alpha": 64,
    "longest": 2048,
    "checkpoint_every": 25,
}


@dataclass(frozen=True, slots=True)
class LoraPlan:
    """How to tune: AdamW at `rate`, which falls to zero over the second half if it `falls`.

    `longest` is the most tokens a chat may have; `every` how often a checkpoint is kept.
    """

    steps: int
    batch: int
    rate: float
    rank: int
    alpha: int
    longest: int
    every: int
    falls: bool = True

    def __post_init__(self) -> None:
        sizes = (self.steps, self.batch, self.rank, self.alpha, self.longest, self.every)
        if not all(size > 0 for size in sizes) or not self.rate > 0:
            raise HarnessError(
                "steps, batch, rank, alpha, longest and checkpoint_every are 1 or more, and "
                "the rate is above 0."
            )

    @classmethod
    def of(cls, parameters: Parameters) -> "LoraPlan":
        """Read the parameters of a checked spec."""
        return cls(
            steps=int(parameters["steps"]),
            batch=int(parameters["batch"]),
            rate=float(parameters["rate"]),
            rank=int(parameters["rank"]),
            alpha=int(parameters["alpha"]),
            longest=int(parameters["longest"]),
            every=int(parameters["checkpoint_every"]),
        )


@dataclass(frozen=True, slots=True)
class Course:
    """What a fine-tune learns, and how.

    `after` names the weights from which it starts, unless from the base: with their optimizer
    and at their step if it `goes_on`, else as a training of its own.
    """

    chats: tuple[Chat, ...]
    plan: LoraPlan
    after: str = ""
    goes_on: bool = False

    @classmethod
    def of(cls, parameters: Parameters, *sets: str) -> "Course":
        """Return the plan of a checked spec with the chats that these parameters name."""
        found = [chat for name in sets for chat in learnt(parameters, name)]
        return cls(tuple(found), LoraPlan.of(parameters))


def paired(parameters: Parameters, one: str, other: str) -> list[tuple[Chat, Chat]]:
    """Return the chats of two files, line by line; HarnessError where they are not as many."""
    left, right = learnt(parameters, one), learnt(parameters, other)
    if len(left) != len(right):
        raise HarnessError(
            f"{one} has {len(left)} chats and {other} {len(right)}; chats in the same place make "
            "a pair, so write as many in both."
        )
    return list(zip(left, right, strict=True))


def prepared(
    parameters: Parameters, sets: Iterable[str], asked: Mapping[str, str] = asking.ONE_SET
) -> Parameters:
    """Read into the parameters of a new spec what they name, and the hashes of all files.

    `sets` are the parameters that name chats to learn; the hash of X stands in `X_sha256`.
    `asked` are the sets of questions, as `asking.prepared` takes them.
    """
    told = dict(asking.prepared(parameters, asked))
    told["model_sha256"] = hub.digest(hub.folder(str(told["model"]), str(told["revision"])))
    return {**told, **hashes(told, sets)}


def hashes(parameters: Parameters, sets: Iterable[str]) -> Parameters:
    """Return the hash of each file of chats that these parameters name."""
    found: dict[str, Parameter] = {}
    for name in sets:
        if not parameters[name]:
            raise HarnessError(f"Name the chats with --set {name}=FILE.jsonl.")
        path = Path(str(parameters[name]))
        chats.read(path)
        found[f"{name}_sha256"] = sha256(path.read_bytes())
    return found


def learnt(parameters: Parameters, name: str) -> list[Chat]:
    """Return the chats of a checked spec; HarnessError where the file is another by now."""
    path = Path(str(parameters[name]))
    found = chats.read(path)
    require_same(sha256(path.read_bytes()), parameters[f"{name}_sha256"], str(path))
    return found


def require_untaught(
    parameters: Parameters, names: Iterable[str], prompts: Sequence[str]
) -> None:
    """Raise HarnessError where a prompt stands in the chats that these parameters name."""
    taught = {
        message.content
        for name in names
        for chat in learnt(parameters, name)
        for message in chat.before
    }
    both = [prompt for prompt in prompts if prompt in taught]
    if both:
        raise HarnessError(
            f"{both[0]!r} is asked of the model, and stands in the chats; ask other questions."
        )


def stops(parameters: Parameters, name: str) -> list[int]:
    """Return the steps at which a fine-tune is asked; HarnessError where they do not rise."""
    text = str(parameters[name])
    if not all(word.isascii() and word.isdigit() for word in text.split()):
        raise HarnessError(f"{name} is whole numbers of steps, not {text!r}.")
    steps = [int(word) for word in text.split()]
    if steps != sorted(set(steps)):
        raise HarnessError(f"The steps of {name} rise; they are {text}.")
    return steps


def require_same(found: str, registered: Parameter, name: str) -> None:
    """Raise HarnessError where files are not those that the spec was registered with."""
    if found != registered:
        raise HarnessError(
            f"{name} is not what the spec was registered with: its files have another hash."
        )
