"""A counterfactual drafted by an instruction model, where one is given: never asked for unasked.

The model is a causal language model in a folder, or one behind an address that speaks as
OpenAI's chat completions do. This is the one module of the library that may use the network, and
only for such an address. What comes back is a draft of the model's, checked and finished by others.
"""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any
from unicodedata import category
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from classifier.core.types import RationaleDraft

LONGEST = 600
"""Characters of a draft that are kept."""

_TOKENS = 120
_TEXT = 6000  # characters of the wire that the model is shown
_ANSWER = 200_000  # bytes of an answer that are read
_CHUNK = 8192
_PROMPT = """Below is a report of an incident, and what an AI system did in it.

Report: {text}

System: {system}
Act: {act}
Harm: {harm}

In one sentence of at most forty words, say what would have happened had the system not done
this. Use no name and no number that the report does not have. Answer with the sentence alone."""


class InstructionError(Exception):
    """The model cannot be used or gave no draft; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Drafter:
    """A model that answers a prompt. `digest` is the SHA-256 of its weights, where it is here."""

    name: str
    digest: str
    answer: Callable[[str], str]


def is_address(where: str) -> bool:
    return where.startswith(("http://", "https://"))


def address_problem(address: str, key: str) -> str:
    """Return why no model is asked at an address with this key; empty where nothing is wrong.

    The address is shown beside every draft, so no password may stand in it.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # a port that is none raises
    except ValueError as error:
        return f"It is no address: {error}."
    if not is_address(address) or not host:
        return "It is no address: that begins with http:// or https:// and names a host."
    if "@" in parts.netloc:
        return "It has a user or a password in it, which would be shown: leave them out."
    if not (key.isascii() and key.isprintable()):
        return "The key has characters that no header holds."
    if key and parts.scheme == "http" and not _is_loopback(host):
        return f"The key would go to {host} in the clear: use https://, or give no key."
    return ""


def at_address(address: str, *, model: str, key: str, seconds: float) -> Drafter:
    """Return a model behind `address`/chat/completions; `key` is sent where it is not empty.

    An answer that is not whole after `seconds` is given up. Raises InstructionError for an
    address with an `address_problem`.
    """
    if problem := address_problem(address, key):
        raise InstructionError(problem)

    def answer(prompt: str) -> str:
        return _posted(address.rstrip("/"), model, key, prompt, seconds)

    return Drafter(f"{model} at {address}", "", answer)


def in_folder(folder: Path, *, device: str, seconds: float) -> Drafter:
    """Load a causal language model with its tokenizer. Raises InstructionError."""
    import torch

    auto: Any = import_module("transformers")
    try:
        tokenizer = auto.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = auto.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise InstructionError(f"The model in {folder} cannot be loaded: {error}") from error
    where = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    model = model.to(where).eval()

    def answer(prompt: str) -> str:
        return _generated(model, tokenizer, prompt, seconds)

    return Drafter(folder.name, _digest(folder), answer)


def drafted(draft: RationaleDraft, text: str, drafter: Drafter) -> str | None:
    """Return the model's sentence for the slots of a wire's text; None where a slot is empty.

    Raises InstructionError where it gives none.
    """
    if not (draft.system and draft.act and draft.harm):
        return None
    prompt = _PROMPT.format(
        text=text[:_TEXT], system=draft.system.text, act=draft.act.text, harm=draft.harm.text
    )
    said = in_a_line(drafter.answer(prompt)).strip('"“” ')
    if not said:
        raise InstructionError(f"{drafter.name} gave an empty answer.")
    return said[:LONGEST]


def in_a_line(said: str) -> str:
    """Return what another says with single spaces, and without what no text of ours may hold.

    That is control characters and halves of surrogate pairs: no database stores them all.
    """
    kept = (one for one in said if one.isspace() or category(one) not in ("Cc", "Cs"))
    return " ".join("".join(kept).split())


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _posted(address: str, model: str, key: str, prompt: str, seconds: float) -> str:
    body = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": _TOKENS,
        "temperature": 0,
    }
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    until = monotonic() + seconds
    request = Request(f"{address}/chat/completions", json.dumps(body).encode(), headers)  # noqa: S310 - looked at before

    def ask() -> bytes:
        try:
            with _opener().open(request, timeout=seconds) as answer:
                return _read(answer, until, seconds)
        except HTTPError as error:
            with error:
                raise InstructionError(
                    f"The address answers {error.code} {error.reason}."
                ) from error

    return _content(_within(seconds, ask))


def _opener() -> OpenerDirector:
    """Return what follows no redirect: the key and the text are for the address that was named."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler, HTTPHandler, HTTPSHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor,
    ):  # fmt: skip
        opener.add_handler(handler())
    return opener


def _within(seconds: float, ask: Callable[[], bytes]) -> bytes:
    """Ask, and wait no longer than that; what is late is left behind in its thread.

    A socket's own limit begins anew with each byte, and knows nothing of the look-up of a name.
    """
    answer: Future[bytes] = Future()

    def do() -> None:
        try:
            answer.set_result(ask())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            answer.set_exception(error)

    Thread(target=do, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError as error:
        raise InstructionError(_late(seconds)) from error


def _late(seconds: float) -> str:
    return f"The answer was not there within {seconds:g} seconds."


def _read(answer: Any, until: float, seconds: float) -> bytes:
    """Read an answer to its end; one that comes too slowly or is too long is given up."""
    found = b""
    while part := answer.read1(_CHUNK):
        found += part
        if monotonic() > until:
            raise InstructionError(_late(seconds))
        if len(found) > _ANSWER:
            raise InstructionError(f"The answer is longer than {_ANSWER} bytes.")
    return found


def _content(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["choices"][0]["message"]["content"] or "")
    except (ValueError, LookupError, TypeError) as error:
        raise InstructionError("The answer is not that of a chat completion.") from error


def _generated(model: Any, tokenizer: Any, prompt: str, seconds: float) -> str:
    import torch

    if tokenizer.chat_template:
        turns = [{"role": "user", "content": prompt}]
        prompt = tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=True
        )
    words = tokenizer(prompt, return_tensors="pt").to(model.device)
    began = monotonic()
    with torch.inference_mode():
        found = model.generate(
            **words,
            max_new_tokens=_TOKENS,
            max_time=seconds,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id,
        )
    if monotonic() - began > seconds:
        raise InstructionError(_late(seconds))
    return str(
        tokenizer.decode(found[0, words["input_ids"].shape[1] :], skip_special_tokens=True)
    )


def _digest(folder: Path) -> str:
    """Return the hash of all weights of a model, which may lie in several files."""
    whole = hashlib.sha256()
    found = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    for path in found:
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
        whole.update(f"{path.name}\n{digest}\n".encode())
    return whole.hexdigest()
