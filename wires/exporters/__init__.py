"""The whole public archive in one file, one writer a format, all from the one canonical record.

To add one, copy a sibling, give it `TYPE` and `lines(records)`, and name it here.
"""

from types import ModuleType

from wires.exporters import csv, jsonl

__all__ = ["FORMATS"]

FORMATS: dict[str, ModuleType] = {"jsonl": jsonl, "csv": csv}
