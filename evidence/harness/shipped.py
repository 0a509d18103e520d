"""Which weights ship with this code, by their hashes; needs no torch."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).with_name("weights")
SUMS = "SHA256SUMS"
MODELS = ("shared_base", "shared_aligned", "null_base", "null_aligned")
FILES = ("build.json", "tokenizer.json", *(f"{model}.safetensors" for model in MODELS))


@cache
def digests() -> Mapping[str, str]:
    """Return the SHA-256 of every file, in hexadecimal, by its place: `seed0/build.json`."""
    found = {}
    for sums in sorted(ROOT.glob(f"*/{SUMS}")):
        for line in sums.read_text().splitlines():
            digest, name = line.split(maxsplit=1)
            found[f"{sums.parent.name}/{name}"] = digest
    return found


def places(seeds: Iterable[int]) -> frozenset[str]:
    """Return the place of every file that these seeds start from, whether it ships or not."""
    return frozenset(f"seed{seed}/{name}" for seed in seeds for name in FILES)
