"""The runs that ship with the code: what they found is told in the README beside it."""

from functools import cache
from pathlib import Path

from evidence.harness import bundle
from evidence.harness.canonical import sha256

SHIPPED = Path(__file__).parents[1] / "runs"
# The fingerprints that sign them; `verify --key` takes the same words. Each key has one ledger.
FIRST_KEY = "b9471e0ed32a2df28a985cd3703ba8069a397c431912b7f3eb3a84ad4d4da7a0"
SECOND_KEY = "67785ba3ca5218c1d1b83b043de7d7b3edd2bf214b0bea9cc2c390a3e5688000"
BY_SECOND = {"early", "emergent", "numbers"}
KEYS = frozenset({FIRST_KEY, SECOND_KEY})


def shipped_key(name: str) -> str:
    """Return the fingerprint of the key that signed a shipped run."""
    return SECOND_KEY if name in BY_SECOND else FIRST_KEY


@cache
def shipped_digest(name: str) -> str:
    """Return the SHA-256 of a shipped run's manifest, by which a row is known to be it."""
    return sha256((SHIPPED / name / bundle.MANIFEST).read_bytes())
