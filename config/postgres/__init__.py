"""The embedded PostgreSQL: a server of the archive's own, reached by a Unix socket alone."""

from config.postgres.errors import PostgresError
from config.postgres.folders import socket_dir
from config.postgres.server import Server

__all__ = ["PostgresError", "Server", "socket_dir"]
