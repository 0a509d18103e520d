"""What all tests share: quick passwords, and a queue on the test's own database."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from kombu import pools

from config import database
from config.celery import app


def pytest_configure(config: pytest.Config) -> None:
    # The real hash of a password is slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def database_url() -> str:
    """Return the address of the database that Django made for this test process."""
    name = connection.settings_dict["NAME"]
    return settings.DATABASE_URL.replace("///butfor?", f"///{name}?", 1)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Let tasks go to the queue of the test database, not to that of the site."""
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS}
    options["conn_string"] = database.as_words(database_url())
    app.conf.broker_transport_options = options
    yield
    # An open connection would keep the database from being dropped.
    app.close()
    pools.reset()
