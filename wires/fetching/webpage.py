"""The main text of a web page, and what the page says of itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import trafilatura

from wires.fetching.problems import UnreadableError
from wires.fetching.reading import Reading
from wires.fetching.text import cleaned, decoded, line

# The day it was published, not the day it was last touched, and only where the page says it:
# a date found anywhere in the text may be of anything.
DATES = {"original_date": True, "extensive_search": False}


def read(raw: bytes, *, charset: str, url: str, most: int) -> Reading:
    """Return the main text of a page. Raises UnreadableError where there is none."""
    page, decoding = decoded(raw, charset)
    found = trafilatura.bare_extraction(
        page, url=url or None, with_metadata=True, include_comments=False,
        include_images=False, date_extraction_params=DATES,
    )  # fmt: skip
    if found is None or isinstance(found, dict) or not (found.text or "").strip():
        raise UnreadableError(
            "No main text was found in the page: it may be put together by a script, or stand "
            "behind a question. Upload its text by hand."
        )
    text, mending = cleaned(found.text or "", most=most)
    return Reading(
        text=text,
        title=line(found.title),
        publisher=line(found.sitename or found.hostname),
        published_on=_day(found.date),
        repairs=(*decoding, *mending),
    )


def _day(words: Any) -> date | None:
    try:
        return date.fromisoformat(str(words)[:10]) if words else None
    except ValueError:
        return None
