"""Documents off a real server: what comes, and what stops it."""

import gzip
import socket
import ssl
import threading
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.wires.fetching.allowed import AGENT, limits
from tests.wires.fetching.site import names_unknown, page, serving
from wires.fetching.address import system_resolver
from wires.fetching.download import Download, download
from wires.fetching.problems import (
    GoneError,
    NoHostError,
    RefusedAddressError,
    UnreachableError,
    UnreadableError,
)

TEXT = {"Content-Type": "text/plain; charset=utf-8"}


def get(url, *, resolve=system_resolver, **values) -> Download:
    return download(url, limits=limits(**values), agent=AGENT, resolve=resolve)


def redirect(to, status=302):
    return status, {"Location": to}, b""


def test_document_comes_as_it_was_sent(site):
    site.pages["/a"] = (200, TEXT, b"One line.")
    found = get(site.url("/a?b=1"))
    assert found == Download(site.url("/a?b=1"), "text/plain", "utf-8", b"One line.")
    [(path, headers)] = site.asked
    assert path == "/a?b=1"
    assert headers["User-Agent"] == AGENT
    assert headers["Host"] == site.address.removeprefix("http://")
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_packed_document_is_unpacked_also_in_two_members(site):
    body = gzip.compress(b"One ") + gzip.compress(b"line.")
    site.pages["/a"] = (200, {**TEXT, "Content-Encoding": "gzip"}, body)
    assert get(site.url("/a")).body == b"One line."


def test_chunks_are_joined(site):
    def chunked(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"4\r\nOne \r\n5\r\nline.\r\n0\r\n\r\n")

    site.pages["/a"] = chunked
    assert get(site.url("/a")).body == b"One line."


def test_environment_names_no_proxy_that_is_used(site, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.pages["/a"] = (200, TEXT, b"One line.")
    assert get(site.url("/a")).body == b"One line."


def test_this_machine_is_out_of_reach_unless_it_is_named(site):
    with pytest.raises(RefusedAddressError, match=r"127\.0\.0\.1, which is not on the public"):
        get(site.url("/a"), networks=())
    assert site.asked == []


def test_permanent_redirect_gives_the_address_and_a_temporary_one_does_not(site):
    site.pages["/old"] = redirect("/new", 301)
    site.pages["/new"] = redirect(site.url("/today"), 307)
    site.pages["/today"] = redirect("/now", 308)
    site.pages["/now"] = (200, TEXT, b"One line.")
    found = get(site.url("/old"))
    assert (found.url, found.body) == (site.url("/new"), b"One line.")


@pytest.mark.parametrize(
    "to",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "file:///etc/passwd",
    ],
)
def test_redirect_to_the_inside_is_refused(site, to):
    site.pages["/a"] = redirect(to)
    with pytest.raises(RefusedAddressError):
        get(site.url("/a"))


def test_redirect_by_name_to_the_inside_is_refused(site):
    port = site.address.rpartition(":")[2]
    names = {"outside.example": ["127.0.0.1"], "inside.example": ["192.168.0.1"]}
    site.pages["/a"] = redirect(f"http://inside.example:{port}/b")
    with pytest.raises(RefusedAddressError, match=r"inside\.example.*192\.168\.0\.1"):
        get(f"http://outside.example:{port}/a", resolve=lambda host, _: names[host])


def test_name_that_changes_its_mind_is_asked_once(site):
    """The number that was checked is the one that is connected to; a second answer never counts."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["10.0.0.1"]])
    asked = []

    def resolve(host, port):
        asked.append(host)
        return next(answers)

    site.pages["/a"] = (200, TEXT, b"One line.")
    port = site.address.rpartition(":")[2]
    found = get(f"http://rebinding.example:{port}/a", resolve=resolve)
    assert (found.body, asked) == (b"One line.", ["rebinding.example"])
    assert site.asked[0][1]["Host"] == f"rebinding.example:{port}"


def test_name_is_asked_anew_and_checked_anew_at_each_redirect(site):
    port = site.address.rpartition(":")[2]
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    site.pages["/a"] = redirect("/b")
    with pytest.raises(RefusedAddressError, match=r"10\.0\.0\.1"):
        get(f"http://rebinding.example:{port}/a", resolve=lambda *_: next(answers))
    assert [path for path, _ in site.asked] == ["/a"]


def test_redirects_end(site):
    site.pages["/a"], site.pages["/b"] = redirect("/b"), redirect("/a")
    with pytest.raises(UnreachableError, match="round in a circle"):
        get(site.url("/a"))
    for n in range(9):
        site.pages[f"/{n}"] = redirect(f"/{n + 1}")
    with pytest.raises(UnreachableError, match="more than 3 times"):
        get(site.url("/0"))
    site.pages["/nowhere"] = (302, {}, b"")
    with pytest.raises(UnreachableError, match="does not say where"):
        get(site.url("/nowhere"))


@pytest.mark.parametrize(
    ("status", "problem", "words"),
    [
        (404, GoneError, "no such document"), (410, GoneError, "no such document"),
        (401, UnreachableError, "not handed out"), (403, UnreachableError, "not handed out"),
        (429, UnreachableError, "Try again later"), (500, UnreachableError, "Try again later"),
        (503, UnreachableError, "Try again later"), (206, UnreachableError, "answers 206"),
    ],
)  # fmt: skip
def test_answer_is_told_in_words(site, status, problem, words):
    site.pages["/a"] = (status, TEXT, b"Sorry.")
    with pytest.raises(problem, match=words) as caught:
        get(site.url("/a"))
    assert caught.value.status == status


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "image/png"}, {"Content-Type": "application/json"},
     {"Content-Type": "application/octet-stream"}, {}],
)  # fmt: skip
def test_other_kinds_are_not_read(site, headers):
    site.pages["/a"] = (200, headers, b"\x89PNG")
    with pytest.raises(UnreadableError, match="Upload its text by hand"):
        get(site.url("/a"))


@pytest.mark.parametrize(
    ("headers", "body", "kind"),
    [
        ({}, b"\n<!DOCTYPE html><p>x", "text/html"), ({}, b"<html><p>x", "text/html"),
        ({"Content-Type": "application/octet-stream"}, b"%PDF-1.7 ...", "application/pdf"),
        ({"Content-Type": "text/html"}, b"%PDF-1.7 ...", "application/pdf"),
        ({"Content-Type": "text/plain"}, b"<html> is a tag", "text/plain"),
    ],
)  # fmt: skip
def test_kind_is_told_by_the_first_bytes_where_nobody_says_it(site, headers, body, kind):
    site.pages["/a"] = (200, headers, body)
    assert get(site.url("/a")).media_type == kind


def test_size_is_limited_as_announced_as_sent_and_as_unpacked(site):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x" * 10_000)

    bomb = gzip.compress(bytes(50_000_000))
    assert len(bomb) < 200_000
    site.pages["/announced"] = (200, {**TEXT, "Content-Length": "200001"}, b"")
    site.pages["/sent"] = endless
    site.pages["/bomb"] = (200, {**TEXT, "Content-Encoding": "gzip"}, bomb)
    for path in ("/announced", "/sent", "/bomb"):
        with pytest.raises(UnreadableError, match="larger than"):
            get(site.url(path))


def test_bomb_is_not_unpacked_beyond_the_limit(site, monkeypatch):
    grown = []
    whole = zlib.decompressobj

    class Watched:
        def __init__(self, *given):
            self.inner = whole(*given)

        def decompress(self, data, most):
            piece = self.inner.decompress(data, most)
            grown.append(len(piece))
            return piece

        def __getattr__(self, name):
            return getattr(self.inner, name)

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    site.pages["/bomb"] = (
        200,
        {**TEXT, "Content-Encoding": "gzip"},
        gzip.compress(bytes(50_000_000)),
    )
    with pytest.raises(UnreadableError):
        get(site.url("/bomb"))
    assert sum(grown) <= 2_000_002


@pytest.mark.parametrize(
    ("encoding", "body", "words"),
    [
        ("gzip", gzip.compress(b"One line." * 99, mtime=0)[:-9], "broke off"),
        ("gzip", b"not packed at all", "packing is broken"),
        ("br", b"\x0b\x02\x80abc\x03", "was not asked for"),
        ("gzip, gzip", b"", "was not asked for"),
    ],
    ids=["broken off", "broken", "strange", "twice"],
)
def test_packing_that_is_broken_or_strange_is_told(site, encoding, body, words):
    site.pages["/a"] = (200, {**TEXT, "Content-Encoding": encoding}, body)
    with pytest.raises(UnreadableError, match=words):
        get(site.url("/a"))


def test_document_that_breaks_off_is_not_taken_for_whole(site):
    def cut(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"One line.")
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True

    site.pages["/a"] = cut
    with pytest.raises(UnreachableError, match="broke off"):
        get(site.url("/a"))


def slowly(handler, pieces):
    for piece in pieces:
        handler.wfile.write(piece)
        handler.wfile.flush()
        time.sleep(0.05)


def drip_body(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/plain")
    handler.end_headers()
    slowly(handler, [b"x"] * 60)


def drip_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
    slowly(handler, [b"X-Drip: 1\r\n"] * 60)


def say_nothing(handler):
    time.sleep(3)


@pytest.mark.slow
@pytest.mark.parametrize("way", [drip_body, drip_headers, say_nothing])
def test_slow_drip_ends_at_the_limit(site, way):
    """Each byte comes well within a socket's own limit; all of them together do not."""
    site.pages["/a"] = way
    began = time.monotonic()
    with pytest.raises(UnreachableError, match=r"took longer than 0\.4 s"):
        get(site.url("/a"), seconds=0.4)
    assert time.monotonic() - began < 2.5  # they would say nothing for three


@pytest.mark.slow
def test_limit_holds_over_all_redirects_together(site):
    def wait(handler):
        time.sleep(0.25)
        handler.send_response(302)
        handler.send_header("Location", f"{handler.path}x")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    for path in ("/a", "/ax", "/axx", "/axxx"):
        site.pages[path] = wait
    with pytest.raises(UnreachableError, match="took longer"):
        get(site.url("/a"), seconds=0.6)


@pytest.mark.slow
def test_silent_handshake_ends_at_the_limit():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(UnreachableError, match="took longer"):
            get(f"https://127.0.0.1:{port}/", seconds=0.4)


def test_nobody_there_is_told(monkeypatch):
    names_unknown(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(UnreachableError, match="does not answer"):
        get(f"http://127.0.0.1:{port}/")
    with pytest.raises(NoHostError, match="no host named"):
        get("http://nothing.invalid/")


@pytest.mark.slow
def test_name_that_is_looked_up_for_ever_ends_at_the_limit(site):
    asked = threading.Event()

    def never(_host, _port):
        asked.wait(30)
        return []

    with pytest.raises(UnreachableError, match=r"could not be looked up within 0\.3 s"):
        get("http://slow.example/", resolve=never, connect_seconds=0.3)
    asked.set()


@pytest.mark.parametrize(
    ("digits", "is_read"), [("0" * 5000 + "9", True), ("9" * 5000, False)]
)
def test_length_of_many_digits_is_a_length(site, digits, is_read):
    site.pages["/a"] = (200, {**TEXT, "Content-Length": digits}, b"One line.")
    if is_read:
        assert get(site.url("/a")).body == b"One line."
    else:
        with pytest.raises(UnreadableError, match="larger than"):
            get(site.url("/a"))


def test_nonsense_in_place_of_http_is_told(site):
    def nonsense(handler):
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")
        handler.close_connection = True

    site.pages["/a"] = nonsense
    with pytest.raises(UnreachableError, match="broke off"):
        get(site.url("/a"))


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """A key and a certificate for `secure.example`, and the file that says to trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "secure.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("secure.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("certificate") / "site.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def test_secure_site_is_held_to_its_name_and_not_to_its_number(certified, monkeypatch):
    context, path = certified
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with serving(context) as site:
        port = site.address.rpartition(":")[2]
        site.pages["/a"] = (200, TEXT, b"One line.")
        here = {"resolve": lambda *_: ["127.0.0.1"]}
        found = get(f"https://secure.example:{port}/a", **here)
        assert found.body == b"One line."
        assert site.asked[0][1]["Host"] == f"secure.example:{port}"
        with pytest.raises(UnreachableError, match=r"of other\.example is not valid"):
            get(f"https://other.example:{port}/a", **here)
        with pytest.raises(UnreachableError, match="certificate"):
            get(f"https://127.0.0.1:{port}/a")
        site.pages["/down"] = redirect("http://secure.example/a")
        with pytest.raises(RefusedAddressError, match="anybody on the way"):
            get(f"https://secure.example:{port}/down", **here)


def test_certificate_that_nobody_trusts_is_refused(certified):
    with serving(certified[0]) as site:
        port = site.address.rpartition(":")[2]
        with pytest.raises(UnreachableError, match="is not valid"):
            get(f"https://secure.example:{port}/a", resolve=lambda *_: ["127.0.0.1"])


def test_page_of_the_site_is_a_page(site):
    site.pages["/a"] = page("One paragraph.")
    assert get(site.url("/a")).media_type == "text/html"
