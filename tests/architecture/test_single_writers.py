"""A state is written in one module. The tree is read as syntax, so no caller can hide."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.paths import CHECKOUT

WRITERS = {
    "state": {"wires/lifecycle.py"},
    "record": {"wires/changelog.py"},
    "closed_rules": {"wires/desk.py"},
    "search_text": {"wires/changelog.py"},
    "seq": {"wires/changelog.py"},
    "verdict": {"wires/claims.py"},
    "override_note": {"wires/claims.py"},
    "severity_verified": {"wires/coding.py"},
    "event_class": {"wires/coding.py"},
    "reading": {"wires/exhibits.py"},
    "outcome": {"evidence/engine/reading.py"},
    "merged_into": {"wires/lifecycle.py"},
    "dismissal_note": {"wires/claims.py"},
    "fate": {"wires/vault/looks.py"},
    "active": {"wires/learning.py"},
    "activated_by": {"wires/learning.py"},
    "unseen": {"wires/blind.py"},
    "progress": {"wires/batches.py", "wires/vault/fetches.py"},
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("wires", "classifier", "evidence", "config"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            name = path.relative_to(CHECKOUT).as_posix()
            if "/migrations/" not in name and "/harness/" not in name and "/core/" not in name:
                yield name, ast.parse(path.read_text(), filename=name)


def writes(tree: ast.Module) -> Iterator[str]:
    """Yield each field that is assigned on an object or named in `.update(...)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                parts = target.elts if isinstance(target, ast.Tuple) else [target]
                yield from (part.attr for part in parts if isinstance(part, ast.Attribute))
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("update", "update_or_create", "bulk_update")
        ):
            yield from (word.arg for word in node.keywords if word.arg)


@pytest.mark.slow
@pytest.mark.parametrize("field", WRITERS)
def test_field_has_one_writer(field):
    found = {name for name, tree in sources() if field in set(writes(tree))}
    assert found <= WRITERS[field]


def test_the_walk_sees_a_writer():
    assert "state" in set(writes(ast.parse(Path(CHECKOUT / "wires/lifecycle.py").read_text())))


@pytest.mark.slow
def test_no_boolean_state_hides_in_a_query():
    """`state=` is asked in the models and the lifecycle; everybody else says `public()`."""
    allowed = {"wires/lifecycle.py"}
    found = {
        name
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("filter", "exclude", "get")
        and any(word.arg in ("state", "state__in") for word in node.keywords)
    }
    assert {name for name in found if not name.startswith("wires/models/")} <= allowed
