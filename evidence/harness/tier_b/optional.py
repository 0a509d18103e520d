"""Libraries that only tier B needs, and only a part of it."""

from importlib import import_module
from types import ModuleType

from evidence.harness.errors import HarnessError


def library(name: str, why: str) -> ModuleType:
    """Return a library; where it is not installed, HarnessError says how it is."""
    try:
        return import_module(name)
    except ImportError as error:
        raise HarnessError(
            f"{why} needs {name}, which is not installed; `make setup` installs it."
        ) from error
