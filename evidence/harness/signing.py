"""Ed25519 keys and DSSE envelopes (secure-systems-lab/dsse, protocol version 1)."""

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError

PAYLOAD_TYPE = "application/vnd.in-toto+json"


def load_or_create(path: Path) -> Ed25519PrivateKey:
    """Return the private key at this path, making it (mode 0600) on first use.

    The caller keeps other processes away meanwhile.
    """
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        # A disk that is full, or a kill, must not leave half a key under its name.
        aside = path.with_name(f"{path.name}.partial")
        aside.unlink(missing_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(pem)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise HarnessError(
            f"{path} holds no private key; move it away to make one."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise HarnessError(f"{path} holds another kind of key than ed25519; move it away.")
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Return a public key as PEM."""
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def read_public(pem: bytes) -> Ed25519PublicKey:
    """Return the public key in a PEM; anything else raises ValueError."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("not an ed25519 key")  # noqa: TRY004  # the content is wrong
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of the raw public key, in hexadecimal: the key's id."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return sha256(raw)


def is_signed(key: Ed25519PublicKey, message: bytes, signature: str) -> bool:
    """Return whether this base64 signature of the message was made with the key."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def sign(key: Ed25519PrivateKey, message: bytes) -> str:
    """Return the base64 signature of a message."""
    return base64.b64encode(key.sign(message)).decode()


def envelope(key: Ed25519PrivateKey, payload: bytes) -> dict[str, Any]:
    """Return a DSSE envelope around an in-toto statement."""
    signature = sign(key, _pre_authentication(payload))
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode(),
        "signatures": [{"keyid": fingerprint(key.public_key()), "sig": signature}],
    }


def opened(key: Ed25519PublicKey, sealed: Mapping[str, Any]) -> bytes:
    """Return the payload of an envelope signed with this key; else raise ValueError."""
    payload = base64.b64decode(sealed["payload"], validate=True)
    [signature] = sealed["signatures"]
    if sealed["payloadType"] != PAYLOAD_TYPE or signature["keyid"] != fingerprint(key):
        raise ValueError("the envelope is for another kind of payload or another key")
    if not is_signed(key, _pre_authentication(payload), signature["sig"]):
        raise ValueError("the signature does not belong to this payload and key")
    return payload


def _pre_authentication(payload: bytes) -> bytes:
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
