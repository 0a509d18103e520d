"""A copy of a bundle in the hands of a forger, who may hold a key and seal it again."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evidence.harness import bundle, signing
from evidence.harness.canonical import parsed, sha256
from evidence.harness.home import Home
from evidence.harness.ledger import Entry, Kind
from evidence.harness.opened import Opened
from evidence.harness.outcome import decide
from evidence.harness.rollouts import Judgement, Reading, Rollout, packed


@dataclass(slots=True)
class Forgery:
    """A working copy: change its rows, `predicate` or `body`, then `seal`.

    `body` is what will be registered. The ledger of `home` takes the new entries.
    """

    folder: Path
    home: Home
    statement: dict[str, Any]
    rollouts: list[Rollout]
    readings: list[Reading]
    judgements: list[Judgement]
    body: dict[str, Any]

    @classmethod
    def of(cls, folder: Path, copy: Path, home: Home) -> "Forgery":
        """Copy a bundle that holds."""
        shutil.copytree(folder, copy)
        opened = Opened(copy, None)
        body = parsed(opened.read(bundle.REGISTRATION))["body"]
        rows = (list(opened.rollouts), list(opened.readings), list(opened.judgements))
        return cls(copy, home, opened.statement, *rows, body)

    @property
    def predicate(self) -> dict[str, Any]:
        """Return what the manifest says of the run."""
        found: dict[str, Any] = self.statement["predicate"]
        return found

    def recount(self) -> None:
        """Print the numbers and the outcome that the changed rows give."""
        opened = Opened(self.folder, None)
        metrics = opened.recipe.count(opened.spec, self.rollouts, self.readings)
        verdict = decide(opened.recipe.rules(opened.spec), metrics)
        self.predicate["metrics"] = {name: asdict(found) for name, found in metrics.items()}
        self.predicate.update(outcome=verdict.outcome, reason=verdict.reason)

    def write(self, name: str, data: bytes) -> None:
        """Replace a file, and nothing else."""
        (self.folder / name).write_bytes(data)

    def seal(
        self,
        *,
        wall_seconds: float = 0.0,
        written: Callable[[bytes], bytes] = bytes,
        after_rollouts: bytes = b"",
        ended_before: Kind | None = None,
    ) -> None:
        """Hash, sign and enter everything again, so that only the violation is left.

        The result follows its registration at once, so the forged run says that it took
        no time, unless it is told to say otherwise. `written` is what becomes of the
        manifest's text before it is signed; `after_rollouts` follows the packed rollouts;
        `ended_before` is the kind of an entry by which the run had ended already.
        """
        ledger, key = self.home.ledger, self.home.key
        registration = ledger.append(Kind.REGISTRATION, self.body)
        self.write(bundle.REGISTRATION, bundle.pretty(asdict(registration)))
        self.write(bundle.KEY, signing.public_pem(key.public_key()))
        self.write(bundle.ROLLOUTS, packed(self.rollouts) + after_rollouts)
        self.write(bundle.READINGS, packed(self.readings))
        if self.judgements:
            self.write(bundle.JUDGEMENTS, packed(self.judgements))
        self.predicate.update(
            registration={"seq": registration.seq, "sha256": registration.sha256},
            key=signing.fingerprint(key.public_key()),
            wall_seconds=wall_seconds,
        )
        for subject in self.statement["subject"]:
            data = (self.folder / subject["name"]).read_bytes()
            subject["digest"]["sha256"] = sha256(data)
        manifest = written(json.dumps(self.statement, indent=2).encode() + b"\n")
        self.write(bundle.MANIFEST, manifest)
        self.write(bundle.ENVELOPE, bundle.pretty(signing.envelope(key, manifest)))
        result = {
            "registration": registration.seq,
            "spec_sha256": self.predicate["spec_sha256"],
            "manifest_sha256": sha256(manifest),
            "outcome": self.predicate["outcome"],
        }
        if ended_before:
            ledger.append(ended_before, {"registration": registration.seq})
        last = ledger.append(Kind.RESULT, result)
        self.write_segment(ledger.segment(registration.seq, last.seq))

    def write_segment(self, entries: Sequence[Entry]) -> None:
        """Replace the bundle's stretch of the ledger."""
        self.write(bundle.LEDGER, "".join(entry.to_line() for entry in entries).encode())

    def entries(self) -> list[Entry]:
        """Return the bundle's stretch of the ledger as it lies there."""
        return list(Opened(self.folder, None).entries)
