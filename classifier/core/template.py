"""A counterfactual put together from the filled slots, for an editor to finish or to throw away."""

import re
from dataclasses import dataclass

from classifier.core.types import RationaleDraft

GAP = "[write here what would have happened instead]"
"""What an editor has to write over."""

_OUTCOME = "it would not have come to this:"
_LEAD = "Without it,"
_TAIL = re.compile(r"(?:^|\s)Without it\b(.*)", re.DOTALL)
_HOLE = re.compile(
    r"\[\s*(?:write\b|[^\w\]]*\])"
)  # what is left of the gap, or dots in its place
_WORD = re.compile(r"\w")
_END = re.compile(r"[.!?][”\"']?\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence that nobody has said: the wire's words in a fixed form, and never a finding."""

    text: str

    @property
    def form(self) -> str:
        """The sentence, and after it the gap that an editor fills."""
        return f"{self.text} {_LEAD} {GAP}."


def counterfactual(draft: RationaleDraft) -> Template | None:
    """Return the form with the wire's system, act and harm in it, or None where one is empty."""
    if not (draft.system and draft.act and draft.harm):
        return None
    system, act, harm = (
        span.text.strip().rstrip(".") for span in (draft.system, draft.act, draft.harm)
    )
    # An act that names its doer is a sentence; one that does not goes with the system.
    cause = (
        f"Had it not been that {act}" if system in act else f"But for {system}, which {act}"
    )
    return Template(f"{cause}, {_OUTCOME} {harm}.")


def is_unfinished(text: str, harm: str) -> bool:
    """Tell whether a counterfactual still has some of the gap, or is the form and no more."""
    if GAP.strip("[]") in text or _HOLE.search(text):
        return True
    if tail := _TAIL.search(text):
        said = tail[1]
        if "[" in said or not _WORD.search(said):
            return True
    _, outcome, rest = text.partition(_OUTCOME)
    alone = not _END.search(rest.strip())
    return bool(outcome) and (alone or _bare(rest) == _bare(harm))


def _bare(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()
