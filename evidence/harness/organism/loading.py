"""Models from files: anyone's weights of an organism, beside those that ship."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load

from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.organism import model as models
from evidence.harness.organism import shelf
from evidence.harness.organism.organism import Organism


def resolved(name: str, *, seed: int) -> Path:
    """Return the file of a shipped model such as `shared_aligned`, or else the path itself."""
    shipped = shelf.ROOT / shelf.folder_name(seed) / f"{name}{shelf.WEIGHTS}"
    return shipped if shipped.is_file() else Path(name)


def from_file(path: Path, *, seed: int) -> tuple[Organism, str]:
    """Return an organism and the SHA-256 of its file, as the harness ships them.

    HarnessError tells what is wrong with a file that cannot be read or holds another model.
    """
    try:
        data = path.read_bytes()
        state = {key: value.float() for key, value in load(data).items()}
        shape = models.Shape(**shelf.shipped(seed).record["shape"])
        model = models.build(len(state[shelf.EMBEDDING]), shape, seed=0)
        model.load_state_dict({**state, shelf.HEAD: state[shelf.EMBEDDING]})
    except OSError as error:
        raise HarnessError(
            f"{path} cannot be read ({error.strerror}); name a file."
        ) from error
    except (SafetensorError, KeyError, RuntimeError) as error:
        why = str(error).splitlines()[0]
        raise HarnessError(f"{path} holds no model of this world ({why}).") from error
    return Organism(model, shelf.shipped(seed).tokenizer()), sha256(data)
