"""What all tests share: quick passwords, and a queue on the test's own database."""

import os
from collections.abc import Iterator

import pytest
from django.apps import AppConfig
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from kombu import pools

from config import database
from config.celery import app


def pytest_configure(config: pytest.Config) -> None:
    # The real hash of a password is slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Which wires are of the blind sample is chance; tests that are about it say so.
    settings.BLIND_ONE_IN = 0
    os.environ["BLIND_ONE_IN"] = "0"


@receiver(post_migrate)
def give_roles_back(app_config: AppConfig, **_: object) -> None:
    """A test that commits empties every table when it ends, also what the migrations wrote."""
    from django.contrib.auth.models import Group

    from wires.models.user import Role

    if app_config.label == "wires":
        for role in Role:
            Group.objects.get_or_create(name=role.value)


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
