"""Where the words of a sentence stand in the Markdown that it was read from."""

from bisect import bisect_left

from classifier.core.plaintext import read
from classifier.core.types import Sentence, Span


def located(body: str, sentence: Sentence, span: Span) -> tuple[int, int]:
    """Return the start and end in `body` of a span of one of its sentences.

    `body[start:end]` has the span's words with the marks that stand in and round them.
    Raises ValueError where the sentence is not of this body.
    """
    for text in read(body):
        first = bisect_left(text.starts, sentence.start)
        # The end of a line is a space that begins where the next line does.
        first += text.text[first : first + 1] == " "
        if text.text[first : first + len(sentence.text)] == sentence.text:
            return text.starts[first + span.start], text.ends[first + span.end - 1]
    raise ValueError(f"The body has no sentence {sentence.text!r} at {sentence.start}.")
