"""A counterfactual drafted by an instruction model: over a real socket, and by a tiny model here."""

import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.checks import run_checks

from classifier import engine
from tests import factories
from tests.wires.admin.desk import page, review, signed_in
from wires import proposing, taxonomy
from wires.models import Proposal
from wires.models.user import Role

pytestmark = pytest.mark.django_db
GOOD = "Had the chatbot of Acme not invented a refund rule, Acme would have paid nobody."


def completion(text):
    return json.dumps({"choices": [{"message": {"content": text}}]}).encode()


@contextmanager
def served(answer=b"", *, status=200, drips=False, drips_headers=False, location=""):
    """A server that answers every request so; it yields its address and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, self.headers["Authorization"], json.loads(body)))
            try:
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                for number in range(100 if drips_headers else 0):
                    self.flush_headers()
                    self.send_header(f"X-{number}", "0")
                    time.sleep(0.2)
                self.end_headers()
                for _ in range(100 if drips else 0):
                    self.wfile.write(b" ")
                    time.sleep(0.2)
                self.wfile.write(answer)
            except OSError:
                pass  # it has hung up

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def fresh(settings):
    taxonomy.load()
    engine._drafter.cache_clear()  # noqa: SLF001 - ports and folders may be used again
    settings.DRAFTER_MODEL, settings.DRAFTER_KEY = "small-instruct", "a key of the tests"


def proposed(**values):
    wire = factories.make_draft(**values)
    proposing.propose(wire.current_id)
    return wire, Proposal.objects.get(version=wire.current).rationale


def test_none_is_asked_unasked(settings):
    with served(completion(GOOD)) as (_, asked):
        _, told = proposed()
    assert "model" not in told
    assert asked == []


@pytest.mark.slow
def test_draft_is_kept_with_its_model_and_shown_as_its_draft(settings):
    with served(completion(f"  {GOOD}\n")) as (settings.DRAFTER, asked):
        wire, told = proposed()
    assert told["model"] == {
        "text": GOOD, "model": f"small-instruct at {settings.DRAFTER}", "sha256": "",
        "problem": "", "objections": [],
    }  # fmt: skip
    [(path, key, body)] = asked
    assert (path, key) == ("/v1/chat/completions", "Bearer a key of the tests")
    assert body["model"] == "small-instruct"
    assert told["act"] in body["messages"][0]["content"]
    client, _ = signed_in(Role.EDITOR)
    response = client.get(review(wire))
    answer = page(response)
    assert GOOD in answer
    assert "nobody has said it, and it is not in the form" in answer
    drafted = response.context["sheet"].reason["counterfactual"].value()
    assert drafted == told["template"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "objection"),
    [
        ("Acme of Oslo would have paid 37 dollars.", "No source has Oslo, 37 dollars."),
        (
            "Acme paid 912 dollars to one customer after a tribunal ruled.",
            "otherwise (number)",
        ),
        ("Nobody would have been harmed by it.", "It names nothing of this wire."),
    ],
)
def test_the_checks_of_the_desk_are_run_on_it(settings, said, objection):
    with served(completion(said)) as (settings.DRAFTER, _):
        wire, told = proposed()
    assert any(objection in words for words in told["model"]["objections"])
    client, _ = signed_in(Role.EDITOR)
    assert objection in page(client.get(review(wire)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("said", "sources", "objection"),
    [
        (GOOD, (), "There is no source to hold it against."),
        ("It was so.", None, "It says too little to be held against a source."),
    ],
)
def test_draft_that_was_held_against_nothing_is_not_called_sound(
    settings, said, sources, objection
):
    with served(completion(said)) as (settings.DRAFTER, _):
        wire, told = proposed(**({} if sources is None else {"sources": sources}))
    assert objection in told["model"]["objections"]
    client, _ = signed_in(Role.EDITOR)
    shown = page(client.get(review(wire)))
    assert objection in shown
    assert "The checks found no name" not in shown


@pytest.mark.slow
def test_boilerplate_is_told_of_a_draft_too(settings):
    text = (
        "Had the chatbot of {} not answered so, no customer would have lost any money at all."
    )
    for name in ("Umbra", "Zenith", "Solo"):
        factories.make_reviewed(
            providers=(name,), rationale={"counterfactual": text.format(name)}
        )
    with served(completion(text.format("Acme"))) as (settings.DRAFTER, _):
        _, told = proposed()
    assert any("stands on 3 other wires" in words for words in told["model"]["objections"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 503}, "503"),
        ({"answer": b"not JSON"}, "not that of a chat completion"),
        ({"answer": completion("  ")}, "empty answer"),
        ({"answer": b"x" * 300_000}, "longer than"),
        ({"answer": completion(GOOD), "drips": True}, "within 1 seconds"),
        ({"answer": completion(GOOD), "drips_headers": True}, "within 1 seconds"),
    ],
)
def test_failure_leaves_the_template_and_says_why(settings, answer, words):
    settings.DRAFTER_SECONDS = 1
    began = time.monotonic()
    with served(**answer) as (settings.DRAFTER, _):
        wire, told = proposed()
    assert time.monotonic() - began < 15
    assert (told["model"]["text"], told["model"]["objections"]) == ("", [])
    assert words in told["model"]["problem"]
    assert told["template"]
    client, _ = signed_in(Role.EDITOR)
    assert "gave no draft, so the template stands alone" in page(client.get(review(wire)))


@pytest.mark.slow
@pytest.mark.parametrize("status", [302, 307])
def test_neither_key_nor_text_follows_a_redirect(settings, status):
    with (
        served(completion(GOOD)) as (other, asked),
        served(status=status, location=f"{other}/chat/completions") as (settings.DRAFTER, _),
    ):
        _, told = proposed()
    assert asked == []
    assert f"answers {status}" in told["model"]["problem"]


@pytest.mark.slow
def test_what_no_database_stores_is_left_out_of_a_draft(settings):
    with served(completion("a\u0000b \ud800 c\x1b[31m\u009b d\nAcme.")) as (
        settings.DRAFTER,
        _,
    ):
        _, told = proposed()
    assert told["model"]["text"] == "ab c[31m d Acme."
    assert told["model"]["problem"] == ""


@pytest.mark.slow
def test_proposal_is_stored_without_a_draft_that_cannot_be_checked(settings, monkeypatch):
    def broken(*_):
        raise ValueError("no\x00 such sentence")

    monkeypatch.setattr(engine, "names_nothing_of", broken)
    with served(completion(GOOD)) as (settings.DRAFTER, _):
        _, told = proposed()
    assert (told["model"]["text"], told["model"]["objections"]) == ("", [])
    assert told["model"]["problem"] == "ValueError: no such sentence"
    assert told["template"]


@pytest.mark.slow
def test_nobody_listening_is_said(settings):
    with served() as (address, _):
        settings.DRAFTER = address
    assert "refused" in proposed()[1]["model"]["problem"]


def test_no_slots_no_question(settings):
    with served(completion(GOOD)) as (settings.DRAFTER, asked):
        _, told = proposed(body="The weather in Oslo was fine.[^record]")
    assert "model" not in told
    assert asked == []


@pytest.mark.slow
def test_model_in_a_folder_drafts_with_its_hash(settings, tmp_path):
    save_causal(tmp_path)
    settings.DRAFTER, settings.DRAFTER_MODEL = str(tmp_path), ""
    _, told = proposed()
    assert told["model"]["problem"] == ""
    assert (told["model"]["model"], len(told["model"]["sha256"])) == (tmp_path.name, 64)
    *whole, _ = told["model"]["text"].split()  # the last one may be cut
    assert set(whole) <= {"Acme", "paid", "nobody"}


def save_causal(folder):
    """Save a language model of one layer with drawn weights that knows three words."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    words = {"[UNK]": 0, "Acme": 1, "paid": 2, "nobody": 3}
    whole = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    whole.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=whole, unk_token="[UNK]")
    config = GPT2Config(
        vocab_size=4, n_positions=4096, n_embd=16, n_layer=1, n_head=2,
        bos_token_id=None, eos_token_id=None, pad_token_id=0,
    )  # fmt: skip
    model = GPT2LMHeadModel(config)
    with torch.no_grad():
        model.transformer.wte.weight[0].zero_()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"DRAFTER": "/nowhere/at/all"}, "neither a folder with a model nor an http address"),
        ({"DRAFTER": "http://127.0.0.1:1/v1", "DRAFTER_MODEL": ""}, "does not name the model"),
        ({"DRAFTER_SECONDS": 0}, "must be positive"),
        ({"DRAFTER": ""}, ""),
        ({"DRAFTER": "http://127.0.0.1:1/v1"}, ""),
        ({"DRAFTER": "http://localhost:1/v1"}, ""),
        ({"DRAFTER": "http://[::1]:1/v1"}, ""),
        ({"DRAFTER": "https://models.example/v1"}, ""),
        ({"DRAFTER": "http://models.example/v1", "DRAFTER_KEY": ""}, ""),
        ({"DRAFTER": "http://models.example/v1"}, "to models.example in the clear"),
        ({"DRAFTER": "http://localhost.example/v1"}, "in the clear"),
        ({"DRAFTER": "https://me:hush@models.example/v1"}, "a user or a password"),
        ({"DRAFTER": "https://[models/v1"}, "no address"),
        ({"DRAFTER": "https://"}, "no address"),
        ({"DRAFTER": "http://localhost:99999/v1"}, "no address"),
        ({"DRAFTER_KEY": "hush\n", "DRAFTER": "http://127.0.0.1:1/v1"}, "no header holds"),
    ],
)
def test_settings_by_which_none_could_be_asked_are_told(settings, values, words):
    for name, value in values.items():
        setattr(settings, name, value)
    told = [one.msg for one in run_checks() if one.id == "butfor.E011"]
    assert bool(told) is bool(words)
    assert words in " ".join(told)
    assert "hush" not in " ".join(told)
    if settings.DRAFTER.startswith("http") and words and settings.DRAFTER_MODEL:
        # Nor is it asked where nobody ran the checks.
        assert words in proposed()[1]["model"]["problem"]
