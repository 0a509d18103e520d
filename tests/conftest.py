"""Settings that make tests quick, and nothing else."""

import pytest
from django.conf import settings


def pytest_configure(config: pytest.Config) -> None:
    # The real hash of a password is slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
