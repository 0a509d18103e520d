"""A counterfactual put together from the filled slots, for an editor to finish or to throw away."""

from dataclasses import dataclass

from classifier.core.types import RationaleDraft


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence that nobody has said: the wire's words in a fixed form, and never a finding."""

    text: str


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
    return Template(f"{cause}, it would not have come to this: {harm}.")
