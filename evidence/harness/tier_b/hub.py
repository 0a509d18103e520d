"""Where a model's files lie: a folder, or what was fetched from a hub before. No run fetches.

`fetch` is the only door to a hub, and goes there only because it was asked to.
"""

from pathlib import Path

from evidence.harness.canonical import canonical, sha256
from evidence.harness.errors import HarnessError

WEIGHTS = ".safetensors"
# What decides a model's answers; the readme and other formats of the weights do not.
ENDINGS = {WEIGHTS, ".json", ".model", ".txt", ".jinja"}
PATTERNS = [f"*{ending}" for ending in sorted(ENDINGS)]


def folder(name: str, revision: str = "") -> Path:
    """Return where a model lies; one that is not on this machine raises HarnessError."""
    if not name:
        raise HarnessError("Name a model: a folder, or an id that was fetched before.")
    path = Path(name)
    if path.is_dir():
        return path
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, revision=revision or None, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise HarnessError(
            f"{name} is no folder, and no model that was fetched before. No run downloads: "
            f"`python -m evidence.harness fetch {name}` does."
        ) from error


def fetch(name: str, revision: str = "") -> Path:
    """Download a model from its hub and return its folder; HarnessError where it cannot be."""
    from huggingface_hub import snapshot_download

    try:
        found = snapshot_download(name, revision=revision or None, allow_patterns=PATTERNS)
    except (OSError, ValueError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise HarnessError(f"{name} cannot be fetched: {why}") from error
    return Path(found)


def digest(path: Path) -> str:
    """Return the SHA-256 over a model's files, by their names and hashes."""
    found = {}
    for file in sorted(path.iterdir()):
        if file.suffix in ENDINGS and file.is_file():
            found[file.name] = _sha256(file)
    if not any(name.endswith(WEIGHTS) for name in found):
        raise HarnessError(
            f"{path} has no weights in {WEIGHTS}; others are not loaded, since they may run "
            "code. Save the model again with safetensors."
        )
    return sha256(canonical(found))


def _sha256(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
