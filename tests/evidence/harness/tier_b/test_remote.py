import contextlib
import socket
import threading

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b.remote import KEY, RemoteJudge
from tests.evidence.harness.tier_b import small


def quick(name, seconds=5.0):
    found = RemoteJudge.named(name)
    return RemoteJudge(found.address, found.model, seconds, pause=0.001)


def test_each_prompt_is_asked_greedily_with_the_key_of_the_environment(monkeypatch):
    monkeypatch.setenv(KEY, "secret")
    with small.judge(lambda prompt: prompt.upper()) as (name, asked):
        assert quick(name).replies(["a", "b"]) == ["A", "B"]
    assert [row["model"] for row in asked] == ["rules", "rules"]
    assert {row["temperature"] for row in asked} == {0}
    assert {row["authorization"] for row in asked} == {"Bearer secret"}
    assert "secret" not in name


def test_a_judge_that_is_busy_for_a_moment_is_asked_again():
    said = iter([(503, {}), (429, {}), "7"])
    with small.judge(lambda _prompt: next(said)) as (name, asked):
        assert quick(name).replies(["a"]) == ["7"]
        assert len(asked) == 3


@pytest.mark.parametrize(
    ("reply", "says", "times"),
    [
        ((401, {}), "401", 1),
        ((500, {}), "500", 3),
        ((200, {"choices": []}), "interface", 1),
        ((200, []), "interface", 1),
    ],
)
def test_a_judge_that_cannot_be_asked_is_one_clear_line(reply, says, times):
    with small.judge(lambda _prompt: reply) as (name, asked):
        with pytest.raises(HarnessError, match=says) as caught:
            quick(name).replies(["a"])
        assert len(asked) == times
    assert "\n" not in str(caught.value)


def test_a_judge_that_does_not_answer_or_is_not_there_is_one_clear_line():
    wait = threading.Event()
    with small.judge(wait=wait) as (name, _):
        with pytest.raises(HarnessError, match="timed out"):
            quick(name, seconds=0.05).replies(["a"])
        wait.set()
    with pytest.raises(HarnessError, match="cannot be asked"):
        quick(name).replies(["a"])


@pytest.mark.parametrize(
    "said",
    [
        b"this is no HTTP",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000,
    ],
)
def test_an_address_that_speaks_nonsense_is_one_clear_line(said):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            place, _ = server.accept()
            with place, contextlib.suppress(OSError):
                place.recv(2**16)
                place.sendall(said)
                # What is left unread would have the connection reset, and the answer lost.
                place.shutdown(socket.SHUT_WR)
                while place.recv(2**16):
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(HarnessError, match="not as the interface has it") as caught:
            quick(f"http://127.0.0.1:{server.getsockname()[1]}/v1#m").replies(["a"])
        thread.join()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["ftp://host/v1#m", "http://host/v1", "file:///etc/passwd#m"])
def test_what_names_no_judge_is_refused(name):
    with pytest.raises(HarnessError, match="no judge"):
        RemoteJudge.named(name)
