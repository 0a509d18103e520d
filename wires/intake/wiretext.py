"""The wire's own text format: a header with severity, provider and source count, the body,
why it is an incident, and a footer with codes and providers.
"""

from __future__ import annotations

import re

from wires.intake.filing import Filing, IntakeError
from wires.intake.headline import first_sentence
from wires.intake.text import Text
from wires.intake.vocabulary import code, severity
from wires.intake.wordlist import items

HEADER = re.compile(r"^\s*(?P<severity>SEV-?\d*)\s*(?P<providers>.*)$")
SOURCES = re.compile(r"^\s*(?P<count>\d+)\s+sources?\b\s*(?P<standard>.*)$", re.IGNORECASE)
WHY = re.compile(r"^\s*why this is an ai incident\s*$", re.IGNORECASE)
CODES = re.compile(r"^\s*codes?\b[:\s]*(?P<codes>.*)$", re.IGNORECASE)
PROVIDERS = re.compile(r"^\s*providers?\b[:\s]*(?P<providers>.*)$", re.IGNORECASE)
NAVIGATION = re.compile(r"^\s*←.*$")


def recognises(text: Text) -> bool:
    """Say whether a file looks like this format: a severity stands in its first lines."""
    return any(line.lstrip().startswith("SEV") for line in text.content.split("\n")[:10])


def read(text: Text) -> Filing:
    """Read one wire. Raises IntakeError naming the line."""
    lines = text.content.split("\n")
    start, level, header_providers = _header(text, lines)
    why = next((n for n, line in enumerate(lines) if WHY.match(line)), len(lines))
    count, standard, start = _sources(lines, start)
    body = "\n".join(lines[start:why]).strip()
    if not body:
        raise IntakeError(f"{text.name}, line {start + 1}: the wire has no body.")
    codes, providers, rationale = _footer(text, lines, why)
    headline, made = first_sentence(body)
    return Filing(
        fingerprint=text.sha256,
        headline=headline,
        headline_was_made=made,
        body=body,
        format="wiretext",
        severity=level,
        codes=codes,
        providers=providers or header_providers,
        source_count=count,
        standard=standard,  # the filer's word; the desk chooses its own
        rationale=rationale,
        repairs=text.repairs,
    )


def _header(text: Text, lines: list[str]) -> tuple[int, str, tuple[str, ...]]:
    for number, line in enumerate(lines):
        if not line.strip() or NAVIGATION.match(line):
            continue
        match = HEADER.match(line)
        if not match:
            break
        where = f"{text.name}, line {number + 1}"
        return number + 1, severity(match["severity"], where), items(match["providers"])
    raise IntakeError(
        f"{text.name}, line {number + 1}: a wire text begins with its severity, like “SEV-3OpenAI”."
    )


def _sources(lines: list[str], start: int) -> tuple[int | None, str, int]:
    for number in range(start, len(lines)):
        if lines[number].strip():
            match = SOURCES.match(lines[number])
            if match:
                return int(match["count"]), match["standard"].strip(), number + 1
            break
    return None, "", start


def _footer(
    text: Text, lines: list[str], why: int
) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    codes: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    rationale = []
    for number, line in enumerate(lines[why + 1 :], start=why + 2):
        if match := CODES.match(line):
            codes = tuple(
                code(item, f"{text.name}, line {number}") for item in items(match["codes"])
            )
        elif match := PROVIDERS.match(line):
            providers = items(match["providers"])
        else:
            rationale.append(line)
    return codes, providers, "\n".join(rationale).strip()
