"""Plant violations in copies of a bundle and see whether `verify` finds every one."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.harness import signing
from evidence.harness.errors import HarnessError
from evidence.harness.findings import Finding, Status, Verification, concluded
from evidence.harness.forgery import Forgery
from evidence.harness.home import KEY, LEDGER, Home
from evidence.harness.ledger import Ledger
from evidence.harness.opened import Opened
from evidence.harness.verification import verify
from evidence.harness.violations import VIOLATIONS, Violation

NO_KEY, NEW_KEY, OWN_KEY = "no key", "a new key", "the run's own key"


def falsify(
    folder: Path, *, home: Path, violations: Sequence[Violation] = VIOLATIONS
) -> Verification:
    """Plant every violation; a finding fails where the check that must find one does not.

    Sealed violations are tried with a new key, and also with the run's own where `home`
    holds it. Copies and their ledgers lie in a temporary folder: neither the bundle nor
    the home is changed. A bundle that does not hold cannot be falsified: its own findings
    are returned.
    """
    found = verify(folder)
    if found.status is not Status.HOLDS:
        return found
    trusted = signing.fingerprint(Opened(folder, None).key)
    keys = {NEW_KEY: Ed25519PrivateKey.generate()} | _own(home, trusted)
    planted = []
    for violation in violations:
        held = keys if violation.sealed else {NO_KEY: keys[NEW_KEY]}
        for words, key in held.items():
            finding = _planted(folder, violation, words, key, trusted)
            planted.append(finding)
    return concluded(planted)


def _own(home: Path, fingerprint: str) -> dict[str, Ed25519PrivateKey]:
    if not (home / KEY).is_file():
        return {}
    key = Home.at(home).key
    return {OWN_KEY: key} if signing.fingerprint(key.public_key()) == fingerprint else {}


def _planted(
    folder: Path, violation: Violation, words: str, key: Ed25519PrivateKey, trusted: str
) -> Finding:
    name = f"{violation.id}, {words}"
    try:
        with tempfile.TemporaryDirectory(prefix="falsify-") as place:
            forger = Home(key, Ledger(Path(place) / LEDGER, key))
            forged = Forgery.of(folder, Path(place) / "copy", forger)
            try:
                violation.plant(forged)
            except LookupError as error:
                return Finding(name, Status.HOLDS, f"not planted: {error}")
            # A reader who knows the key sees any other at once; the rest must do without.
            known = trusted if violation.check == "key" else None
            return _found(name, violation, verify(forged.folder, trusted_key=known))
    except OSError as error:
        raise HarnessError(
            f"A copy of the bundle could not be written ({error.strerror}); "
            "make room in the temporary folder, or name another in TMPDIR."
        ) from error


def _found(name: str, violation: Violation, found: Verification) -> Finding:
    by = [finding for finding in found.findings if finding.check == violation.check]
    if by and by[0].status is not Status.HOLDS:
        return Finding(name, Status.HOLDS, f"caught by {violation.check}: {by[0].detail}")
    return Finding(name, Status.FAILS, f"not caught by {violation.check}: {violation.says}")
