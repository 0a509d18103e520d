"""Which code, which libraries and which lock file a run used."""

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

from evidence.harness.canonical import sha256
from evidence.harness.home import CHECKOUT

LIBRARIES = (
    "accelerate",
    "numpy",
    "peft",
    "safetensors",
    "scipy",
    "tokenizers",
    "torch",
    "transformers",
    "zstandard",
)
PACKAGE = "butfor"
CPU = Path("/proc/cpuinfo")


def code_version() -> dict[str, Any]:
    """Return the commit and whether the tree differs from it; outside git, the package's version."""
    commit, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    if commit is None or status is None:
        return {"version": _version(PACKAGE)}
    return {"commit": commit, "dirty": bool(status)}


def lock_sha256() -> str | None:
    """Return the SHA-256 of the checkout's lock file, in hexadecimal, where there is one."""
    path = CHECKOUT / "requirements.lock"
    return sha256(path.read_bytes()) if path.is_file() else None


def libraries() -> dict[str, str | None]:
    """Return the versions of Python and of every library that enters a number."""
    return {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES}


def machine() -> dict[str, str]:
    """Return what of this machine decides how sums are rounded: its kind, and its processor."""
    try:
        lines = CPU.read_text().splitlines()
    except OSError:
        lines = []
    said = dict(_pair(line) for line in reversed(lines) if ":" in line)
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": said.get("model name", platform.processor()),
        "flags_sha256": sha256(said.get("flags", "").encode()),
        "capability": os.environ.get("ATEN_CPU_CAPABILITY", ""),
    }


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    program = shutil.which("git")
    if program is None or not (CHECKOUT / ".git").exists():
        return None
    done = subprocess.run(  # noqa: S603  # fixed arguments, no shell
        [program, "-C", str(CHECKOUT), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None
