"""A headline for a wire that was filed without one."""

import re

from classifier import engine

LONGEST = 200


def first_sentence(body: str) -> tuple[str, bool]:
    """Return the first sentence, cut at a word before 200 characters, and that it was made.

    Headings are passed over, but where there is nothing else.
    """
    sentences = sorted(engine.split(body), key=lambda sentence: sentence.kind == "heading")
    plain = sentences[0].text if sentences else " ".join(body.split())
    return cut(plain), True


def cut(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
