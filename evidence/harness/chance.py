"""Where reproducible chance comes from."""

from random import Random


def seeded(seed: int | str) -> Random:
    """Return a generator that draws the same for the same seed, on every machine."""
    return Random(seed)  # noqa: S311  # drawing texts, not secrets
