"""Where a desk keeps its key and its ledger."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.harness import signing
from evidence.harness.errors import HarnessError
from evidence.harness.ledger import Ledger

CHECKOUT = Path(__file__).parents[2]
KEY, LEDGER = "key.pem", "ledger.jsonl"


@dataclass(frozen=True, slots=True)
class Home:
    """The private key and the ledger of one desk."""

    key: Ed25519PrivateKey
    ledger: Ledger

    @classmethod
    def at(cls, folder: Path) -> "Home":
        """Open a home, making it on first use, readable by its owner only."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (folder / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                key = signing.load_or_create(folder / KEY)
        except OSError as error:
            raise HarnessError(
                f"The home folder {folder} cannot be used ({error.strerror}); "
                "name another with --home."
            ) from error
        return cls(key, Ledger(folder / LEDGER, key))


def default_home() -> Path:
    """Return `harness` under BUTFOR_DATA, or else under `var` of the checkout."""
    data = os.environ.get("BUTFOR_DATA")
    return (Path(data) if data else CHECKOUT / "var") / "harness"
