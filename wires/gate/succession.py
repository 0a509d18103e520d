"""Which sentence of a new text took the place of which sentence of the old one."""

from collections import defaultdict
from collections.abc import Sequence

from wires.models import Claim

ALIKE = 0.6  # share of both sentences' words that they have in common, from which one is the other reworded


def successors(old: Sequence[Claim], new: Sequence[Claim]) -> dict[int, Claim]:
    """Return the sentence that follows on each old one, by the old one's place.

    The same words come first, each repetition for itself, wherever they moved to. Of the
    rest, a sentence follows on the one that it rewords: the most alike pair first. What
    was taken out has no successor.
    """
    found = _unchanged(old, new)
    taken = {claim.pk for claim in found.values()}
    fresh = [claim for claim in new if claim.pk not in taken]
    pairs = [
        (_likeness(before.text, after.text), before.n, after)
        for before in old
        if before.n not in found
        for after in fresh
    ]
    for likeness, number, after in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        if likeness >= ALIKE and number not in found and after.pk not in taken:
            found[number] = after
            taken.add(after.pk)
    return found


def _unchanged(old: Sequence[Claim], new: Sequence[Claim]) -> dict[int, Claim]:
    places: dict[str, list[Claim]] = defaultdict(list)
    for claim in reversed(new):
        places[claim.text].append(claim)
    return {claim.n: places[claim.text].pop() for claim in old if places[claim.text]}


def _likeness(one: str, other: str) -> float:
    mine, theirs = set(one.lower().split()), set(other.lower().split())
    return len(mine & theirs) / len(mine | theirs)
