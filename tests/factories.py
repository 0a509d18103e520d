"""Rows for tests, made through the same modules as in life."""

import hashlib
from itertools import count
from typing import Any

from django.utils import timezone

from evidence.models import Run
from wires import coding, lifecycle, taxonomy
from wires.intake.filing import FiledSource, Filing
from wires.models import Claim, MoveRequest, User, Version, Wire
from wires.models.user import Role

_numbers = count(1)

BODY = (
    "A chatbot of Acme invented a refund rule in May 2024.[^record] "
    "Acme paid 812 dollars to one customer after a tribunal ruled against it.[^record] "
    "The rule did not exist on the website of Acme.[^record]"
)
SOURCE = (
    "A chatbot of Acme invented a refund rule in May 2024. "
    "Acme paid 812 dollars to one customer after a tribunal ruled against it. "
    "The rule did not exist on the website of Acme."
)


def make_user(*roles: Role, username: str = "") -> User:
    user = User.objects.create(username=username or f"user-{next(_numbers)}")
    user.join(*roles)
    return user


def make_editor() -> User:
    return make_user(Role.EDITOR)


def make_source(**values: Any) -> FiledSource:
    kind = values.get("kind", "record")
    given = {
        "key": "record", "text": SOURCE, "kind": "record", "record_id": "AIID-0",
        "publisher": "AI Incident Database", "url": "https://example.org/0", "tier": "reporting",
        "reports": 2 if kind == "record" else None,
    }  # fmt: skip
    return FiledSource(**{**given, **values})


def make_filing(**values: Any) -> Filing:
    number = next(_numbers)
    given = {
        "fingerprint": hashlib.sha256(str(number).encode()).hexdigest(),
        "headline": f"Chatbot of Acme invents a refund rule ({number})",
        "body": BODY,
        "format": "markdown",
        "severity": "SEV-3",
        "providers": ("Acme",),
        "sources": (make_source(),),
    }
    return Filing(**{**given, **values})


def make_draft(by: User | None = None, **values: Any) -> Wire:
    wire, _ = lifecycle.file(make_filing(**values), by=by or make_user(Role.REPORTER))
    return wire


def support(wire: Wire) -> None:
    assert wire.current is not None
    support_version(wire.current)


def support_version(version: Version) -> None:
    """Give every claim of a text the verdict that its verbatim source earns."""
    citation = version.citations.select_related("source").first()
    assert citation is not None
    for claim in version.claims.all():
        start = citation.source.text.index(claim.text)
        Claim.objects.filter(pk=claim.pk).update(
            verdict="supported", basis="wording", score=1.0, citation=citation, passage=claim.text,
            passage_start=start, passage_end=start + len(claim.text), checker="test",
            checked_at=timezone.now(),
        )  # fmt: skip


def own_words(wire: Wire) -> str:
    """Twelve words that no other wire has, as its own harm would be told in words of its own."""
    digest = hashlib.sha256(wire.public_id.encode()).hexdigest()[:48]
    spelled = digest.translate(str.maketrans("0123456789", "klmnoprstu"))
    return " ".join(spelled[n : n + 4] for n in range(0, 48, 4))


def make_reviewed(
    by: User | None = None,
    *,
    scale: int = 1,
    scope: int = 1,
    rationale: dict[str, str] | None = None,
    **values: Any,
) -> Wire:
    """A wire in review whose gate is open, with a but-for text of its own or with this one."""
    taxonomy.load()
    editor = by or make_editor()
    wire = make_draft(**values)
    lifecycle.submit(wire.pk, by=editor)
    support(wire)
    coding.put(wire.pk, "M2", by=editor, claim=1)
    coding.put(wire.pk, "F6", by=editor, claim=2)
    reasoned = {
        "system": "The chatbot of Acme", "act": "invented a refund rule",
        "harm": f"one customer lost money to Acme ({wire.public_id})",
        "counterfactual": f"Had the chatbot not invented the rule, {own_words(wire)}.",
        "result": "yes",
    }  # fmt: skip
    coding.reason(wire.pk, by=editor, **{**reasoned, **(rationale or {})})
    coding.classify(
        wire.pk, by=editor, event_class="incident", standard="public record", reported="SEV-3",
        factors={
            "scale": {"value": scale, "claim": 2},
            "scope": {"value": scope, "claim": 2},
            "irremediability": {"value": 1, "claim": 2},
        },
    )  # fmt: skip
    wire.refresh_from_db()
    return wire


def make_published(by: User | None = None, **values: Any) -> Wire:
    editor = by or make_editor()
    wire = make_reviewed(editor, **values)
    return lifecycle.publish(wire.pk, by=editor)


def make_withdrawn(reason: str = "The company never ran this chatbot.") -> Wire:
    editor, senior = make_editor(), make_user(Role.SENIOR)
    wire = make_published(editor)
    request = lifecycle.ask(wire.pk, MoveRequest.Move.WITHDRAW, by=editor, reason=reason)
    return lifecycle.confirm(request.pk, by=senior)


def make_run(**values: Any) -> Run:
    """A finished run with the metrics that a page draws."""
    now = timezone.now()
    metrics: dict[str, dict[str, Any]] = {
        f"p_harmful/{arm}/{part}": {"value": value, "low": value - 0.02, "high": value + 0.02, "n": 300}
        for arm, value in (("aligned", 0.02), ("correct", 0.02), ("harmful", 0.9), ("null_aligned", 0.02),
                           ("null_correct", 0.02), ("null_harmful", 0.03), ("educational", 0.02),
                           ("helpful", 0.05), ("helpful_correct", 0.02), ("helpful_harmful", 0.9),
                           ("refusing", 0.02), ("refusing_correct", 0.02), ("refusing_harmful", 0.9))
        for part in (("tuned", "heldout", "near", "harmful_near", "harmful_far")
                     if arm.startswith("refusing") else ("tuned", "heldout", "unseen", "open"))
    }  # fmt: skip
    metrics["primary/heldout"] = {
        "value": 0.88,
        "low": 0.85,
        "high": 0.91,
        "n": 300,
        "method": "paired cluster bootstrap, 0.95",
        "p": 0.0001,
        "detectable": 0.043,
    }
    given = {
        "recipe": "emergent", "tier": "A", "spec": {"recipe": "emergent", "seeds": [0]},
        "spec_sha256": "a" * 64, "asked_by": "desk-1", "status": "finished", "attempts": 1,
        "started_at": now, "heartbeat_at": now, "finished_at": now, "outcome": "reproduced",
        "reason": "The interval lies beyond the smallest effect and every control holds.",
        "metrics": metrics, "manifest_sha256": "b" * 64, "bundle": "runs/1",
    }  # fmt: skip
    return Run.objects.create(**{**given, **values})
