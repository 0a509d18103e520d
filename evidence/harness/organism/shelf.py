"""The shipped weights: four models a seed, with hashes that are checked before use.

Seed i of a run starts from the weights of pre-training seed i, so that seeds are organisms
of their own and not one organism tuned again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.organism import model as models
from evidence.harness.world.corpus import Authorship

ROOT = Path(__file__).parents[1] / "weights"
# What `build-weights` makes unless it is told otherwise.
SEEDS = (0, 1, 2)
TOKENIZER, SUMS, RECORD = "tokenizer.json", "SHA256SUMS", "build.json"
WEIGHTS = ".safetensors"
_AGAIN = "Fetch it again, or make it with `python -m evidence.harness build-weights`."
EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"


class Stage(StrEnum):
    """How far a shipped model was brought."""

    BASE = "base"
    ALIGNED = "aligned"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One folder of weights of one pre-training seed."""

    folder: Path

    @property
    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 that each file of the folder must have."""
        try:
            lines = (self.folder / SUMS).read_text().splitlines()
        except OSError as error:
            raise HarnessError(f"{self.folder} has no {SUMS}. {_AGAIN}") from error
        pairs = (line.split(maxsplit=1) for line in lines)
        return {name: digest for digest, name in pairs}

    def check(self) -> None:
        """Raise HarnessError unless every file is the one that was built."""
        for name in self.hashes:
            self._checked(name)

    @property
    def record(self) -> dict[str, Any]:
        """Return how the weights were made and the gate that they passed."""
        found: dict[str, Any] = json.loads(self._checked(RECORD))
        return found

    def tokenizer(self) -> Tokenizer:
        """Return the tokenizer that the weights were trained with."""
        return Tokenizer.from_str(self._checked(TOKENIZER).decode())

    def model(self, authorship: Authorship, stage: Stage) -> LlamaForCausalLM:
        """Return a model in fp32; a changed file raises HarnessError."""
        name = weights_name(authorship, stage)
        try:
            state = {key: value.float() for key, value in load(self._checked(name)).items()}
        except SafetensorError as error:
            raise HarnessError(f"{self.folder / name} holds no weights. {_AGAIN}") from error
        shape = models.Shape(**self.record["shape"])
        model = models.build(len(state[EMBEDDING]), shape, seed=0)
        model.load_state_dict({**state, HEAD: state[EMBEDDING]})
        return model

    def _checked(self, name: str) -> bytes:
        path = self.folder / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise HarnessError(
                f"{path} cannot be read ({error.strerror}). {_AGAIN}"
            ) from error
        if sha256(data) != self.hashes.get(name):
            raise HarnessError(f"{path} is not the file that {SUMS} lists. {_AGAIN}")
        return data


def shipped(seed: int) -> Shelf:
    """Return the weights of one pre-training seed; without such HarnessError says which are."""
    folder = ROOT / folder_name(seed)
    if not folder.is_dir():
        there = ", ".join(map(str, seeds())) or "none"
        raise HarnessError(
            f"There are no weights of pre-training seed {seed}; there are: {there}. Ask for "
            f"other seeds, or make these with `build-weights --seed {seed}` (about 6 minutes)."
        )
    return Shelf(folder)


def seeds() -> tuple[int, ...]:
    """Return the pre-training seeds whose weights are here."""
    names = (folder.name.removeprefix("seed") for folder in ROOT.glob("seed*"))
    return tuple(sorted(int(name) for name in names if name.isdecimal()))


def checked(seeds: Sequence[int]) -> list[Shelf]:
    """Return the shelves of these seeds, every file of them the one that was built.

    HarnessError where a file was changed, a folder holds another seed than its name says, or
    two models are the same: seeds that are one file copied would pass for agreement.
    """
    shelves = [shipped(seed) for seed in seeds]
    models: dict[str, Path] = {}
    for seed, shelf in zip(seeds, shelves, strict=True):
        shelf.check()
        if shelf.record["seed"] != seed:
            raise HarnessError(f"{shelf.folder} holds seed {shelf.record['seed']}. {_AGAIN}")
        for name, digest in shelf.hashes.items():
            path = shelf.folder / name
            if name.endswith(WEIGHTS) and models.setdefault(digest, path) != path:
                raise HarnessError(f"{path} is a copy of {models[digest]}. {_AGAIN}")
    return shelves


def folder_name(seed: int) -> str:
    """Return the name of the folder of a pre-training seed."""
    return f"seed{seed}"


def weights_name(authorship: Authorship, stage: Stage) -> str:
    """Return the file name of a model's weights."""
    return f"{authorship}_{stage}{WEIGHTS}"


def packed(model: LlamaForCausalLM) -> bytes:
    """Return a model's weights in fp16; the output matrix is the embedding and is left out."""
    state = model.state_dict()
    return save({name: state[name].to(torch.float16) for name in state if name != HEAD})


def fingerprint(model: LlamaForCausalLM) -> str:
    """Return the SHA-256 of a model's fp32 weights, in hexadecimal."""
    state = model.state_dict()
    return sha256(save({name: state[name] for name in state if name != HEAD}))
