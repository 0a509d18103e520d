"""Names of developers and deployers as people write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import pairwise

from wires.intake.filing import IntakeError
from wires.intake.wordlist import items

# Spellings that no rule gives. For other names, a record's own text is asked first.
SPELLED = {
    name.lower().replace(" ", "-"): name
    for name in (
        "ABC", "AG", "AI", "Airbnb", "AliExpress", "AWS", "BBC", "BYD", "ByteDance", "ChatGPT", "CNET",
        "CNN", "CSAM", "DALL-E", "DeepMind", "DeepSeek", "DoorDash", "eBay", "EleutherAI", "ElevenLabs",
        "FaceApp", "FBI", "GitHub", "GPT-2", "GPT-3", "GPT-4", "HP", "Hugging Face", "HuggingFace",
        "IBM", "ICE", "iFlytek", "iRobot", "LG", "LinkedIn", "LLC", "LLM", "LLMs", "McDonald's",
        "McKinsey", "MIT", "MSN", "NASA", "NBC", "NEC", "NHS", "NIST", "NSO", "NVIDIA", "NYPD",
        "OpenAI", "PayPal", "PD", "PimEyes", "PwC", "SenseTime", "SoundThinking", "SpaceX", "TikTok",
        "UK", "US", "USA", "WeChat", "WhatsApp", "X (Twitter)", "xAI", "YouTube",
    )
}  # fmt: skip
WORD = re.compile(r"\w+")
OPENED = re.compile(r"[(\[\"“:;!?]")  # a name does not go on over these
APART = 2  # characters between two words of a name
Said = list[tuple[str, tuple[int, int]]]
SMALL = frozenset(
    {"a", "and", "at", "by", "de", "des", "for", "in", "of", "on", "or", "the", "to", "with"}
)
# Companies that a description of an attacked system is likely to name.
COMPANIES = (
    "Amazon", "Anthropic", "Apple", "Atlassian", "AWS", "Clearview AI", "Cylance", "DeepSeek",
    "GitHub", "Google", "Hugging Face", "HuggingFace", "Kaspersky", "Meta", "Microsoft", "Mistral",
    "NVIDIA", "OpenAI", "OpenClaw", "Palo Alto Networks", "ProofPoint", "PyTorch", "Slack",
    "Systran", "VirusTotal", "xAI",
)  # fmt: skip


def cell(value: str, column: str) -> tuple[str, ...]:
    """Return the short names in a cell: a list in JSON, or words with commas between."""
    if not value.startswith("["):
        return items(value)
    try:
        names = json.loads(value)
    except (json.JSONDecodeError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise IntakeError(f"{column} is no list of names: {value[:80]}")
    return items(names)


def readable(slugs: Iterable[str], text: str) -> tuple[str, ...]:
    """Return names for short ones like `keolis-north-america`, spelled as `text` spells them."""
    said = [(found[0].lower(), found.span()) for found in WORD.finditer(text)]
    named = (_readable(slug, text, said) for slug in slugs)
    return tuple({name.lower(): name for name in named if name}.values())


def companies_in(text: str) -> tuple[str, ...]:
    """Return the companies that a description of a system names."""
    return tuple(name for name in COMPANIES if re.search(rf"\b{re.escape(name)}\b", text))


def _readable(slug: str, text: str, said: Said) -> str:
    if slug != slug.lower() or " " in slug:
        return slug  # a name already
    return (
        SPELLED.get(slug)
        or _said(WORD.findall(slug), text, said)
        or " ".join(
            _word(part, first=number == 0)
            for number, part in enumerate(slug.split("-"))
            if part
        )
    )


def _said(words: list[str], text: str, said: Said) -> str:
    """Return these words as they stand in a text next to each other, if one has a capital."""
    for at, (word, (start, end)) in enumerate(said):
        if (
            not words
            or word != words[0]
            or [w for w, _ in said[at : at + len(words)]] != words
        ):
            continue
        spans = [(start, end), *(span for _, span in said[at + 1 : at + len(words)])]
        near = all(after[0] - before[1] <= APART for before, after in pairwise(spans))
        spelled = text[start : spans[-1][1]]
        if near and spelled != spelled.lower() and not OPENED.search(spelled):
            return " ".join(spelled.split())
    return ""


def _word(part: str, *, first: bool) -> str:
    if part in SPELLED:
        return SPELLED[part]
    if part in SMALL and not first:
        return part
    # The first letter may stand after a mark, as in “(twitter)”.
    return re.sub(r"[^\W\d_]", lambda letter: letter[0].upper(), part, count=1)


def count(value: str) -> int | None:
    """Return how many entries a list in a cell has; None where it is no list."""
    try:
        found = json.loads(value)
    except (json.JSONDecodeError, RecursionError):
        return None
    return len(found) if isinstance(found, list) else None
