"""What ATLAS calls its tactics and techniques, and what the templates in its files stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wires.intake import yamls
from wires.intake.filing import IntakeError
from wires.intake.plain import mapping, rows, words

TEMPLATE = re.compile(r"\{\{\s*([\w-]+)\.(id|name)\s*\}\}")
PARTS = ("tactics", "techniques")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Names by id, and ids by the key that templates use."""

    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def resolved(self, text: str) -> str:
        """Return a text with its templates filled in; an unknown one becomes its key's words."""
        return TEMPLATE.sub(self._filled, text)

    def named(self, value: str) -> str:
        """Return an id with its name, of an id or of a template."""
        number = self.resolved(value)
        name = self.names.get(number)
        return f"{number} {name}" if name else number

    def add(self, data: Mapping[str, Any]) -> None:
        """Take the names from ATLAS.yaml, or from one of the publisher's data files."""
        for part in PARTS:
            for row in map(mapping, rows(data.get(part))):
                self.names[words(row.get("id"))] = words(row.get("name"))

    def learn(self, resolved: Mapping[str, Any], templated: Mapping[str, Any]) -> None:
        """Learn what templates stand for from a case that stands in both places."""
        pairs = (rows(case.get("procedure")) for case in (templated, resolved))
        for step, same in zip(*pairs, strict=False):
            for part in ("tactic", "technique"):
                template = TEMPLATE.fullmatch(words(mapping(step).get(part)))
                if template and template[2] == "id":
                    self.ids.setdefault(template[1], words(mapping(same).get(part)))

    def read(self, path: Path, part: str) -> None:
        """Take names, and keys, which are the anchors of entries, from a file of the publisher's."""
        try:
            text = yamls.text_of(path)
            self.add({part: yamls.load(text, path.name)})
            events = list(yaml.parse(text, yaml.SafeLoader))
        except (IntakeError, yaml.YAMLError):
            return  # without it, the templates become words
        for event, key, value in zip(events, events[1:], events[2:], strict=False):
            anchor = event.anchor if isinstance(event, yaml.MappingStartEvent) else None
            if anchor and getattr(key, "value", "") == "id":
                self.ids.setdefault(anchor, str(getattr(value, "value", "")))

    def _filled(self, template: re.Match[str]) -> str:
        key, part = template[1], template[2]
        number = self.ids.get(key, "")
        return (self.names.get(number, "") if part == "name" else number) or key.replace(
            "_", " "
        )
