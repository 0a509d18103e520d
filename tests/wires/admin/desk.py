"""The desk as people use it: signed in, with a form in hand."""

import html
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse

from classifier import storage
from classifier.models import ClassifierVersion
from tests import factories
from wires.models import Proposal, User, Wire
from wires.models.user import Role

PASSWORD = "a pass phrase of the tests"  # noqa: S105
BACKEND = "django.contrib.auth.backends.ModelBackend"


def make_person(*roles: Role, **values: Any) -> User:
    user = factories.make_user(*roles)
    for name, value in {"is_staff": True, **values}.items():
        setattr(user, name, value)
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in(*roles: Role, user: User | None = None, **values: Any) -> tuple[Client, User]:
    """Return a browser in which a person of these roles has signed in, and the person."""
    person = user or make_person(*roles, **values)
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client, person


def review(wire: Wire) -> str:
    return reverse("admin:wires_wire_review", args=[wire.pk])


def post(client: Client, wire: Wire, name: str, /, **data: Any) -> Any:
    """Send a form of the review page, as of the text that is shown now."""
    newest = wire.versions.latest().number
    return client.post(review(wire), {"_act": name, "_seen": newest, **data})


def page(response: Any) -> str:
    """Return a page as its reader sees it, quotes and all."""
    return html.unescape(response.content.decode())


def make_classifier(name: str = "a", **values: Any) -> ClassifierVersion:
    """A version of the classifier; `name` is a hexadecimal digit that its digest is made of."""
    given = {"encoder": "test", "encoder_digest": "b", "definitions_digest": "c"}
    found, _ = ClassifierVersion.objects.get_or_create(
        digest=name * 64, defaults={**given, **values}
    )
    return found


def make_trained(name: str = "a", **values: Any) -> ClassifierVersion:
    """A version whose folder lies in the data folder; nothing of use was learned."""
    kept = storage.keep(name * 64, lambda folder: _learned(folder, name))
    return make_classifier(name, weights=kept.weights, **values)


def _learned(folder: Path, name: str) -> None:
    (folder / "model.json").write_text(f'"{name}"')


def make_proposal(wire: Wire, **values: Any) -> Proposal:
    """What a classifier might say of a wire's text, without its codes."""
    given = {"version_id": wire.current_id, "abstained": False}
    classifier = values.pop("classifier", None) or make_classifier()
    return Proposal.objects.create(**{**given, "classifier": classifier, **values})
