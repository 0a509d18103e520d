"""Where the archive keeps what it writes."""

import hashlib
import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """Return the data folder: `BUTFOR_DATA`, else one that belongs to this checkout alone.

    Root's default lies outside root's home, because the database runs there as another
    user; the hash of the path keeps two checkouts apart.
    """
    if named := os.environ.get("BUTFOR_DATA"):
        return Path(named).expanduser().resolve()
    if os.geteuid() == 0:
        digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
        return Path("/var/lib/butfor") / digest
    return CHECKOUT / "var"
