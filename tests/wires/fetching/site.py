"""A web server on this machine that does whatever a test tells it to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answer = tuple[int, dict[str, str], bytes]

PAGE = """<!doctype html><html><head><title>Chatbot invents a rule</title>
<meta property="og:site_name" content="Daily Example">
<meta property="article:published_time" content="2024-05-03T10:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/more">More</a></nav>
<article><h1>Chatbot invents a rule</h1>{paragraphs}</article>
<footer>All rights reserved.</footer></body></html>"""


def page(*paragraphs: str, charset: str = "utf-8") -> Answer:
    """An article of a newspaper."""
    body = PAGE.replace("{paragraphs}", "".join(f"<p>{text}</p>" for text in paragraphs))
    return 200, {"Content-Type": "text/html"}, body.encode(charset)


def names_unknown(monkeypatch: pytest.MonkeyPatch, error: int = socket.EAI_NONAME) -> None:
    """Let names under .invalid be unknown, on whatever network the tests run; numbers stay numbers."""
    real = socket.getaddrinfo

    def answer(host: str, *given: Any, **options: Any) -> Any:
        if host.endswith(".invalid"):
            raise socket.gaierror(error, "as a test says")
        return real(host, *given, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


class Site:
    """What each path answers; `asked` are the requests that came, with their headers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, Answer | Callable[[Any], None]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def url(self, path: str) -> str:
        return f"{self.address}{path}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        self.site.asked.append((self.path, dict(self.headers)))
        found = self.site.pages.get(self.path.partition("?")[0], (404, {}, b""))
        if callable(found):
            found(self)
            return
        status, headers, body = found
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """A client that leaves in the middle is what many tests are about."""


@contextmanager
def serving(context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Site]:
    handler = type("OneSite", (Handler,), {})
    server = Server((host, 0), handler)
    scheme = "http"
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    handler.site = Site(f"{scheme}://{host}:{server.server_address[1]}")  # type: ignore[attr-defined] # set here
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield handler.site  # type: ignore[attr-defined] # as above
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
