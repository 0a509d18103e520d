"""Search over what is public: one folded text a wire, written with its public record."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector

CONFIG = "english"
DOCUMENT = SearchVector("search_text", config=CONFIG)


def fold(text: str) -> str:
    """Return text without accents and case, so that “Zürich” is found as “zurich” and so on."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return unicodedata.normalize("NFC", bare).casefold()


def text_of(record: Mapping[str, Any]) -> str:
    """Return what a search reads of a record: ids, headline, body, providers, codes."""
    parts = [record["id"], *record["aliases"], record["headline"], record["body"],
             *record["providers"], *(code["code"] for code in record["codes"])]  # fmt: skip
    return fold("\n".join(parts))


def query(words: str) -> SearchQuery:
    """Return a search as people type it: words, “quoted phrases”, or, and -without."""
    return SearchQuery(fold(words).replace("“", '"').replace("”", '"'),
                       config=CONFIG, search_type="websearch")  # fmt: skip
