import pytest


@pytest.fixture(scope="session")
def live_server(django_db_setup, live_server):
    """Start the server after the database is there, so that it ends before the database goes."""
    return live_server
