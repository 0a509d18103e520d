"""The text of a PDF file, page by page."""

from __future__ import annotations

from io import BytesIO

import pypdf
from pypdf.errors import PyPdfError

from wires.fetching.problems import UnreadableError
from wires.fetching.reading import Reading
from wires.fetching.text import cleaned, line

MOST_PAGES = 1000


def read(raw: bytes, *, most: int) -> Reading:
    """Return the text of a file. Raises UnreadableError where it has none or cannot be opened."""
    try:
        file = pypdf.PdfReader(BytesIO(raw))
        if file.is_encrypted and not file.decrypt(""):
            raise UnreadableError("The PDF asks for a password. Upload its text by hand.")
        if len(file.pages) > MOST_PAGES:
            raise UnreadableError(
                f"The PDF has {len(file.pages)} pages; at most {MOST_PAGES} are read. Upload the "
                "part that the wire needs by hand."
            )
        pages = [page.extract_text() for page in file.pages]
        title = (file.metadata.title if file.metadata else "") or ""
    except PyPdfError as error:
        raise UnreadableError(
            f"The PDF is broken ({error}). Upload its text by hand."
        ) from error
    if not any(page.strip() for page in pages):
        raise UnreadableError(
            "The PDF has no text in it, only images: it may be a scan. Upload its text by hand."
        )
    text, repairs = cleaned("\n\n".join(pages), most=most)
    return Reading(text, line(title), "", None, repairs)
