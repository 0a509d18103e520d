"""The rows of the archive and the rules that the database keeps. Models know nobody."""

from wires.models.batch import Batch, BatchItem
from wires.models.change import Change, ChangeCounter, Event
from wires.models.claim import Claim, ReverseCoverage
from wires.models.coding import Coding, Rationale
from wires.models.exhibit import Exhibit
from wires.models.notice import Notice, Response
from wires.models.proposal import (
    Activation,
    Embedding,
    Proposal,
    ProposalQuerySet,
    ProposedCode,
)
from wires.models.request import MoveRequest
from wires.models.source import Citation, Fetch, Look, Source
from wires.models.taxonomy import Code, TaxonomyVersion
from wires.models.user import Role, User
from wires.models.wire import Alias, Provider, Version, Wire, WireQuerySet

__all__ = [
    "Activation", "Alias", "Batch", "BatchItem", "Change", "ChangeCounter", "Citation", "Claim", "Code", "Coding", "Embedding", "Event",
    "Exhibit", "Fetch", "Look", "MoveRequest", "Notice", "Proposal", "ProposalQuerySet", "ProposedCode", "Provider", "Rationale",
    "Response", "ReverseCoverage", "Role", "Source", "TaxonomyVersion", "User", "Version", "Wire", "WireQuerySet",
]  # fmt: skip
