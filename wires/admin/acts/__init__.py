"""Every act of the desk on one wire, by the name that its form posts."""

from wires.admin.acts import (
    bulk,
    claims,
    decisions,
    evidence,
    grades,
    merges,
    moves,
    responses,
    sources,
)
from wires.admin.acts.act import Act

__all__ = ["ACTS", "Act"]

ACTS: dict[str, type[Act]] = {
    act.name: act
    for module in (
        moves,
        claims,
        decisions,
        bulk,
        evidence,
        sources,
        merges,
        grades,
        responses,
    )
    for act in vars(module).values()
    if isinstance(act, type) and issubclass(act, Act) and "name" in vars(act)
}
