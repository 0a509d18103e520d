"""The harness's edge: a queued row in, a finished, failed or cancelled row out.

It knows no wire. The harness itself is imported where a run is executed, so web processes
load neither torch nor numpy.
"""

from evidence.engine.executing import ATTEMPTS, execute, requeue_stale
from evidence.engine.places import bundle_dir, home_dir
from evidence.engine.queueing import ask_cancel, queue, recipes
from evidence.engine.shipped import KEY, SHIPPED, shipped_digest
from evidence.engine.taking import take

__all__ = [
    "ATTEMPTS", "KEY", "SHIPPED", "ask_cancel", "bundle_dir", "execute", "home_dir", "queue",
    "recipes", "requeue_stale", "shipped_digest", "take",
]  # fmt: skip
