"""Which addresses are fetched, and which numbers of a host are gone to."""

import socket
from ipaddress import ip_address, ip_network

import pytest

from tests.wires.fetching.site import names_unknown
from wires.fetching.address import is_public, joined, numbers, parsed, system_resolver
from wires.fetching.problems import NoHostError, RefusedAddressError, UnreachableError


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTP://Example.ORG.:80/a?b=c#d", "http://example.org/a?b=c"),
        ("https://example.org:8443/ü?q=ö", "https://example.org:8443/%C3%BC?q=%C3%B6"),
        ("https://bücher.example/%C3%BC", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700::1]:8080/x", "http://[2606:4700::1]:8080/x"),
        ("https://my_site.example.org/", "https://my_site.example.org/"),
    ],
)
def test_address_is_read(url, spelled):
    assert parsed(url).url == spelled


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "example.org", "",
        "http://", "http:///path", "https://user@example.org/", "https://a:b@example.org/",
        "https://@example.org/", "http://example.org\\@127.0.0.1/", "http://exa mple.org/",
        "http://example.org/\r\nHost:x", "http://example.org:22/", "http://example.org:0/",
        "http://example.org:99999/", "http://2130706433/", "http://127.1/", "http://0177.0.0.1/",
        "http://0x7f.0.0.1/", "http://0x7f000001/", "http://example.1/", "http://1.2.3.4.5/",
        "http://[fe80::1%25eth0]/", "http://[v1.x]/", "http://-a.example/", "http://a..example/",
        "http://[::1/", "http://ex%00ample.org/", f"http://example.org/{'a' * 1000}",
        f"http://{'a' * 64}.example/",
    ],
)  # fmt: skip
def test_address_that_hides_something_is_refused(url):
    with pytest.raises(RefusedAddressError):
        parsed(url)


@pytest.mark.parametrize(
    "number",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8",
        "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
        "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
        "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1",
        "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_number_inside_is_never_gone_to(number):
    assert not is_public(ip_address(number))
    for found in ([number], ["8.8.8.8", number]):
        with pytest.raises(RefusedAddressError, match="not on the public internet"):
            numbers(parsed("https://example.org/"), networks=(), resolve=lambda *_, f=found: f)


@pytest.mark.parametrize(
    "number",
    ["8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2606:4700::1", "2a00::1"],
)
def test_number_outside_is_gone_to(number):
    found = numbers(
        parsed("https://example.org/"), networks=(), resolve=lambda *_: [number, number]
    )
    assert found == [ip_address(number)]


def test_named_network_is_allowed_and_no_other():
    home = (ip_network("10.1.0.0/16"),)
    where = parsed("https://example.org/")
    assert numbers(where, networks=home, resolve=lambda *_: ["10.1.2.3"])
    with pytest.raises(RefusedAddressError):
        numbers(where, networks=home, resolve=lambda *_: ["10.2.0.1"])
    with pytest.raises(RefusedAddressError):
        numbers(where, networks=home, resolve=lambda *_: ["::ffff:10.1.2.3"])


def test_link_local_number_with_its_zone_is_refused():
    with pytest.raises(RefusedAddressError):
        numbers(
            parsed("https://example.org/"), networks=(), resolve=lambda *_: ["fe80::1%eth0"]
        )


@pytest.mark.parametrize(
    ("location", "to"),
    [
        ("/b", "https://example.org/b"),
        ("../c d", "https://example.org/c%20d"),
        ("//other.example/x", "https://other.example/x"),
        ("https://other.example/ü", "https://other.example/%C3%BC"),
        ("?q=1", "https://example.org/a/b?q=1"),
    ],
)
def test_redirect_is_read_from_where_it_stands(location, to):
    assert joined(parsed("https://example.org/a/b"), location).url == to


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "http://u:p@example.org/", "gopher://x", "http://[::1", "//[x]/"],
)
def test_redirect_is_checked_as_any_address(location):
    with pytest.raises(RefusedAddressError):
        joined(parsed("https://example.org/"), location)


@pytest.mark.parametrize(
    ("error", "problem", "words"),
    [
        (socket.EAI_NONAME, NoHostError, r"There is no host named nothing\.invalid"),
        (socket.EAI_NODATA, NoHostError, r"There is no host named nothing\.invalid"),
        (socket.EAI_AGAIN, UnreachableError, "could not be looked up.* Try again later"),
    ],
)
def test_name_without_a_number_is_told(monkeypatch, error, problem, words):
    names_unknown(monkeypatch, error)
    with pytest.raises(problem, match=words):
        system_resolver("nothing.invalid", 80)


def test_name_that_no_resolver_can_spell_is_refused():
    with pytest.raises(RefusedAddressError, match="is not the name of a host"):
        system_resolver(f"{'a' * 64}.example", 80)


def test_machine_knows_itself():
    assert "127.0.0.1" in system_resolver("127.0.0.1", 80)
