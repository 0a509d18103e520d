"""What a request needs to come through the middleware."""

import pytest
from django.conf import settings


@pytest.fixture(autouse=True, scope="session")
def static_root():
    """The server of static files warns of a folder that nobody has collected into."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
