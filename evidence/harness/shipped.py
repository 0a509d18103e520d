"""Which weights ship with this code, by their hashes; needs no torch."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).with_name("weights")
SUMS = "SHA256SUMS"


@cache
def digests() -> Mapping[str, frozenset[str]]:
    """Return the SHA-256s of every seed's file of a name, in hexadecimal."""
    found: dict[str, set[str]] = defaultdict(set)
    for sums in sorted(ROOT.glob(f"*/{SUMS}")):
        for line in sums.read_text().splitlines():
            digest, name = line.split(maxsplit=1)
            found[name].add(digest)
    return {name: frozenset(values) for name, values in found.items()}
