"""Which PostgreSQL the archive uses: `DATABASE_URL`, else the embedded server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config.paths import data_dir
from config.postgres import PostgresError, Server

DatabaseUnavailableError = PostgresError


def is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


def url() -> str:
    return os.environ.get("DATABASE_URL") or Server(data_dir()).url


def settings(database_url: str) -> dict[str, Any]:
    """Translate a libpq address into Django's terms; what Django has no word for is an option."""
    parts = conninfo_to_dict(database_url)
    named = {
        "NAME": "dbname",
        "USER": "user",
        "PASSWORD": "password",
        "HOST": "host",
        "PORT": "port",
    }
    answer: dict[str, Any] = {
        key: str(parts.pop(name, "") or "") for key, name in named.items()
    }
    answer["ENGINE"] = "django.db.backends.postgresql"
    answer["CONN_MAX_AGE"] = 60
    answer["CONN_HEALTH_CHECKS"] = True
    answer["OPTIONS"] = parts
    return answer


def as_words(database_url: str) -> str:
    """Return the address as `host=… dbname=…`, for clients that read URLs in a way of their own."""
    parts: dict[str, Any] = dict(conninfo_to_dict(database_url))
    return make_conninfo(**parts)


@contextmanager
def running(*, needed: bool) -> Iterator[None]:
    """Keep the embedded server up for the length of a command; the last user stops it."""
    if not needed or not is_embedded():
        yield
        return
    with Server(data_dir()).in_use():
        yield
