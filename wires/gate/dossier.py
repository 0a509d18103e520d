"""One version of a wire with everything that the rules ask about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wires.gate.succession import successors
from wires.models import Claim, Code, Rationale, Source, Version, Wire
from wires.models.source import folded_group


@dataclass(frozen=True, slots=True)
class Coded:
    """A code on the wire, and the place of the sentence that it rests on in this version."""

    code: Code
    rank: int
    sentence: int | None

    @property
    def is_core(self) -> bool:
        return self.code.kind == Code.Kind.MECHANISM and self.rank == 1


class Dossier:
    """The rows that the rules read, each loaded once.

    Codes and factors rest on sentences of the text that stands. Of a version that waits they
    are shown as they will be once it is put in place: on the sentences that follow on those.
    """

    def __init__(self, wire: Wire, version: Version) -> None:
        self.wire = wire
        self.version = version

    @property
    def is_waiting(self) -> bool:
        return self.wire.current_id is not None and self.version.pk != self.wire.current_id

    @cached_property
    def sources(self) -> list[tuple[str, Source]]:
        """Each source under the key that the version cites it by, without its text."""
        found = self.version.citations.select_related("source").defer("source__text")
        return [(citation.key, citation.source) for citation in found]

    @cached_property
    def texts(self) -> list[str]:
        """The sources' texts; loaded only by a rule that has to read them."""
        return list(self.version.citations.values_list("source__text", flat=True))

    @cached_property
    def claims(self) -> list[Claim]:
        return list(self.version.claims.all())

    @cached_property
    def checkable(self) -> list[Claim]:
        return [claim for claim in self.claims if claim.dismissed_at is None]

    @cached_property
    def successors(self) -> Mapping[int, Claim]:
        """What follows on each sentence of the text that stands; of use while this one waits."""
        standing = Claim.objects.filter(version=self.wire.current_id)
        return successors(list(standing), self.claims)

    @cached_property
    def codings(self) -> list[Coded]:
        rows = self.wire.codings.select_related("code", "claim")
        return [
            Coded(row.code, row.rank, self._place(row.claim.n if row.claim else None))
            for row in rows
        ]

    @cached_property
    def factors(self) -> dict[str, dict[str, Any]]:
        return {
            name: {**factor, "claim": self._place(factor.get("claim"))}
            for name, factor in sorted(self.wire.factors.items())
        }

    @cached_property
    def rationale(self) -> Rationale | None:
        return Rationale.objects.filter(wire=self.wire).first()

    @cached_property
    def providers(self) -> list[str]:
        return [provider.name for provider in self.wire.providers.all()]

    @property
    def independent(self) -> set[str]:
        return {
            folded_group(source.group)
            for _, source in self.sources
            if source.group and source.kind != Source.Text.RECORD
        }

    def stands(self, number: int | None) -> bool:
        """Say whether a sentence is a claim whose wording was found, at least in part."""
        return any(claim.n == number and claim.is_standing for claim in self.checkable)

    @cached_property
    def reproduced(self) -> list[int]:
        """The sentences of the current text that a Tier B run on this wire supports."""
        shown = self.wire.exhibits.filter(
            run__tier="B", reading="supports", claim__version=self.wire.current_id
        )
        places = map(self._place, shown.values_list("claim__n", flat=True))
        return [number for number in places if number is not None]

    @property
    def core_stands(self) -> bool:
        """Say whether the claim under the primary M code holds; before a code, the first one.

        A title marked as not a claim is no first one.
        """
        primary = next((coded for coded in self.codings if coded.is_core), None)
        if primary and primary.code.is_empty:
            return True
        first = self.checkable[0].n if self.checkable else None
        return self.stands((primary and primary.sentence) or first)

    def _place(self, number: int | None) -> int | None:
        if number is None or not self.is_waiting:
            return number
        follower = self.successors.get(number)
        return follower.n if follower else None
