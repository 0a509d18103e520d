"""The vault: the only writer of sources, of fetches, and of what looks at addresses found.

It queues nothing: who asks for a fetch, or cites a document in a text, queues what follows.
"""

from wires.vault.citing import cite
from wires.vault.documents import (
    Description,
    Document,
    describe,
    original,
    stored,
    stored_all,
    upload,
)
from wires.vault.fetches import ask_fetch, fetch, fetches_left, retry
from wires.vault.looks import can_be_looked_at, look, looks_due

__all__ = [
    "Description", "Document", "ask_fetch", "can_be_looked_at", "cite", "describe", "fetch",
    "fetches_left", "look", "looks_due", "original", "retry", "stored", "stored_all", "upload",
]  # fmt: skip
