import base64
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.harness import signing
from evidence.harness.errors import HarnessError
from tests.evidence.harness.filling import files_of_at_most

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_an_envelope_opens_with_its_key_only():
    sealed = signing.envelope(KEY, b"payload")
    assert signing.opened(KEY.public_key(), sealed) == b"payload"
    with pytest.raises(ValueError, match="another key"):
        signing.opened(Ed25519PrivateKey.generate().public_key(), sealed)


def test_the_signature_is_over_the_pre_authentication_encoding_of_dsse():
    [signature] = signing.envelope(KEY, b"hello world")["signatures"]
    encoded = b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"
    KEY.public_key().verify(base64.b64decode(signature["sig"]), encoded)


@pytest.mark.parametrize(
    "change",
    [
        {"payload": base64.b64encode(b"another").decode()},
        {"payloadType": "text/plain"},
        {"signatures": []},
    ],
)
def test_a_changed_envelope_does_not_open(change):
    with pytest.raises(ValueError):  # noqa: PT011  # from unpacking and from us
        signing.opened(KEY.public_key(), {**signing.envelope(KEY, b"payload"), **change})


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "key.pem"
    made, again = signing.load_or_create(path), signing.load_or_create(path)
    assert signing.public_pem(made.public_key()) == signing.public_pem(again.public_key())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_no_key_is_named(tmp_path):
    path = tmp_path / "key.pem"
    path.write_text("nothing")
    with pytest.raises(HarnessError, match=r"key\.pem"):
        signing.load_or_create(path)


def test_a_full_disk_leaves_no_half_key_under_its_name(tmp_path):
    with files_of_at_most(50), pytest.raises(OSError, match="File too large"):
        signing.load_or_create(tmp_path / "key.pem")
    assert list(tmp_path.iterdir()) == []
    # A kill may leave one beside it, which is no key yet.
    (tmp_path / "key.pem.partial").write_bytes(b"-----BEGIN")
    signing.load_or_create(tmp_path / "key.pem")
    assert [path.name for path in tmp_path.iterdir()] == ["key.pem"]
