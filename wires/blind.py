"""The blind sample: one proposal in so many is hidden until the editor has decided without it.

What an editor sees first pulls the decision its way, so agreement is told apart for the wires on
which nothing was seen. Which wires these are follows from the site's secret: nobody can tell
beforehand, and it never changes for a wire.
"""

from django.conf import settings
from django.utils.crypto import salted_hmac

from wires.models import Code, Coding, Proposal, Wire

WHY = (
    "This wire is of the sample that measures how well the classifier agrees with editors who have "
    "not seen what it says. Put all its codes, at least one M and one F code (M0 and F0 say that "
    "nothing is established); the proposal is shown when an editor says that they are put, or when "
    "the wire has left the queue. What is put later does not count."
)


def drawn(public_id: str) -> bool:
    """Say whether a wire is of the sample."""
    if not settings.BLIND_ONE_IN:
        return False
    digest = salted_hmac("wires.blind", public_id, algorithm="sha256").digest()
    return int.from_bytes(digest) % settings.BLIND_ONE_IN == 0


def drawn_for(wire: Wire) -> bool:
    """Say whether a wire's next proposal is blind: as the one before, so that the secret may change.

    Codes that a batch put have shown what the classifier says: such a wire is not of the sample.
    """
    before = Proposal.objects.filter(version__wire=wire).values_list("is_blind", flat=True)
    known = before.order_by("pk").first()
    if known is not None:
        return known
    return (
        drawn(wire.public_id) and not wire.codings.filter(origin=Coding.Origin.BULK).exists()
    )


def unseen(wire: Wire) -> list[str] | None:
    """Return the codes that an editor decided on without the proposal; None while it is hidden."""
    before = Proposal.objects.filter(version__wire=wire, unseen__isnull=False)
    known: list[str] | None = before.order_by("pk").values_list("unseen", flat=True).first()
    if known is not None or wire.is_in_queue:
        return known
    return _by_hand(wire)


def reveal(wire: Wire) -> list[str]:
    """Show what is hidden of a wire, and note the codes that stand by an editor's hand by then.

    Returns them; none where nothing was hidden, or where an M or an F code is still to be put.
    """
    codes = _by_hand(wire)
    hidden = Proposal.objects.filter(version__wire=wire, is_blind=True, unseen__isnull=True)
    return codes if codes and hidden.update(unseen=codes) else []


def _by_hand(wire: Wire) -> list[str] | None:
    rows = wire.codings.exclude(origin=Coding.Origin.BULK).select_related("code")
    if {row.kind for row in rows} != set(Code.Kind.values):
        return None
    return sorted(row.code.code for row in rows)
