"""The real documents, where the shared folder lies beside the checkout."""

import pytest

from config.paths import CHECKOUT

SHARED = CHECKOUT.parent / "shared"
SEEDS = SHARED / "seeds"
NAMES = (
    "000_52049b346f2b46d6.txt",
    "002_84dad310bf6de152.txt",
    "003_be9f955f316718e9.txt",
    "004_0cfa162a0930814a.txt",
)
WIRE, *DOCUMENTS = (SEEDS / name for name in NAMES)

needs_seeds = pytest.mark.skipif(
    not all((SEEDS / name).exists() for name in NAMES),
    reason="the four documents are not beside this checkout (../shared/seeds)",
)
