"""Wires of the shipped archive, coded as it is: texts of our own with codes that people gave."""

from functools import cache
from pathlib import Path
from typing import Any

from classifier.models import ClassifierVersion
from tests import factories
from wires import coding, intake, learning, taxonomy
from wires.demonstration import STARTER
from wires.intake import markdown
from wires.intake.text import read
from wires.models import User, Wire
from wires.models.user import Role


@cache
def stories() -> list[tuple[str, str, tuple[str, ...]]]:
    """Return headline, body and codes of each."""
    return [_story(path) for path in sorted((STARTER / "wires").glob("*.md"))]


def _story(path: Path) -> tuple[str, str, tuple[str, ...]]:
    front, _, _ = markdown.split(read(path))
    filing = intake.read(path)
    return filing.headline, filing.body, tuple(row["code"] for row in front["codes"])


def make_labelled(
    count: int, by: User | None = None, *, start: int = 0, **values: Any
) -> list[Wire]:
    """File so many of them as drafts, with their codes put by an editor."""
    taxonomy.load()
    editor = by or factories.make_editor()
    return [_made(story, editor, values) for story in stories()[start : start + count]]


def _made(
    story: tuple[str, str, tuple[str, ...]], editor: User, values: dict[str, Any]
) -> Wire:
    headline, body, codes = story
    wire = factories.make_draft(editor, headline=headline, body=body, **values)
    for code in codes:
        coding.put(wire.pk, code, by=editor)
    return wire


def activate(version: ClassifierVersion) -> ClassifierVersion:
    senior = factories.make_user(Role.SENIOR)
    return learning.activate(version.pk, by=senior, reason="It ranks better.")
