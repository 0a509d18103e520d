"""What was read out of a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of a document, as the vault keeps it. What it does not say stays empty."""

    text: str
    title: str
    publisher: str
    published_on: date | None
    repairs: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        day = self.published_on.isoformat() if self.published_on else None
        return {
            "text": self.text, "title": self.title, "publisher": self.publisher,
            "published_on": day, "repairs": list(self.repairs),
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reading:
        day = data["published_on"]
        return cls(
            text=data["text"], title=data["title"], publisher=data["publisher"],
            published_on=date.fromisoformat(day) if day else None,
            repairs=tuple(data["repairs"]),
        )  # fmt: skip
