import pytest

from classifier.core.encoder import Encoder, load


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """Return the real encoder, loaded once."""
    return load(device="cpu")
