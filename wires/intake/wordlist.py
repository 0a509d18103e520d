"""Lists as people write them: “OpenAI, Google and others” is a list, and so is YAML's own."""

import re
from typing import Any


def items(value: Any) -> tuple[str, ...]:
    """Return the entries of a written or a real list, without empty ones and repetitions."""
    parts = re.split(r"[,;]", value) if isinstance(value, str) else value or []
    return tuple(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))
