"""The runs that ship with the code: what they found is told in RECIPES.md beside it."""

from functools import cache
from pathlib import Path

from evidence.harness import bundle
from evidence.harness.canonical import sha256

SHIPPED = Path(__file__).parents[1] / "runs"
# All of them are signed with one key, in one ledger; `verify --key` takes the same words.
KEY = "b9471e0ed32a2df28a985cd3703ba8069a397c431912b7f3eb3a84ad4d4da7a0"


@cache
def shipped_digest(name: str) -> str:
    """Return the SHA-256 of a shipped run's manifest, by which a row is known to be it."""
    return sha256((SHIPPED / name / bundle.MANIFEST).read_bytes())
