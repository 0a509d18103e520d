"""What every test of the desk needs."""

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def static_folder():
    """The folder that collected static files would be in; its absence is a warning."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
