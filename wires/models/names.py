"""How a wire is called in an address: by its own id, or by one that another database gave."""

PUBLIC_ID = r"AIW-[0-9]{4}-[0-9]{4,12}"
NAME = r"[A-Za-z0-9][^/\x00-\x1f\x7f]{0,79}"
