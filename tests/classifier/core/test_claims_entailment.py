"""An entailment model beside the rules: small ones, made here."""

import io
import json

import pytest

from classifier.core import entailment
from classifier.core.claims import check
from classifier.core.commands import main
from classifier.core.entailment import EntailmentError, Opinion
from classifier.core.types import SourceText

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "the",
    "robot",
    "machine",
    "fell",
    "stood",
    "in",
    "snow",
    "rain",
    ".",
    "not",
]
SOURCE = SourceText("paper", "The robot fell down the stairs of the museum in Turku in May.")
RETOLD = "A machine tumbled at a museum."


def save(folder, labels):
    """Save a classifier of two layers with drawn weights, and its tokenizer."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    folder.mkdir(exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    tokenizer = BertTokenizerFast(str(folder / "vocab.txt"))
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        id2label=dict(enumerate(labels)),
        label2id={label: n for n, label in enumerate(labels)},
    )
    model = BertForSequenceClassification(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model, tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "three"
    save(folder, ["contradiction", "neutral", "ENTAILMENT"])
    return folder


def test_labels_are_read_from_the_model_s_own_configuration(folder, tmp_path):
    loaded = entailment.load(str(folder), "cpu")
    assert (loaded.entailing, loaded.contradicting) == (2, 0)
    assert len(loaded.digest) == 64
    save(tmp_path / "two", ["entailment", "not_entailment"])
    loaded = entailment.load(str(tmp_path / "two"), "cpu")
    assert (loaded.entailing, loaded.contradicting) == (0, None)
    [opinion] = loaded.judge([("the robot fell", "the machine fell")])
    assert opinion.contradicted == 0.0


def test_opinions_are_the_model_s_own_probabilities_in_order(folder):
    import torch
    from transformers import BertForSequenceClassification, BertTokenizerFast

    loaded = entailment.load(str(folder), "cpu")
    pairs = [("the robot fell . " * n, "the machine stood in snow") for n in range(1, 40)]
    found = loaded.judge(pairs)
    model = BertForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    for (passage, claim), opinion in list(zip(pairs, found, strict=True))[::13]:
        with torch.inference_mode():
            shares = model(**tokenizer(passage, claim, return_tensors="pt")).logits.softmax(-1)
        assert opinion.entailed == pytest.approx(float(shares[0, 2]), abs=1e-5)
        assert opinion.contradicted == pytest.approx(float(shares[0, 0]), abs=1e-5)
    assert loaded.judge([]) == []


def test_long_passage_is_cut(folder):
    loaded = entailment.load(str(folder), "cpu")
    [opinion] = loaded.judge([("the robot fell . " * 500, "the machine stood")])
    assert 0.0 < opinion.entailed < 1.0


def test_model_that_cannot_be_used_is_told(tmp_path):
    save(tmp_path / "unnamed", ["LABEL_0", "LABEL_1"])
    with pytest.raises(
        EntailmentError, match="LABEL_0, LABEL_1: none of them says entailment"
    ):
        entailment.load(str(tmp_path / "unnamed"), "cpu")
    with pytest.raises(EntailmentError, match="neither a folder nor in this machine's"):
        entailment.load("nobody/no-such-model")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EntailmentError, match="cannot be loaded"):
        entailment.load(str(tmp_path / "empty"))


def hold(encoder, claim, opinion):
    """Return the finding where the model has one opinion of everything."""
    entail = None if opinion is None else lambda pairs: [opinion for _ in pairs]
    [finding] = check([claim], [SOURCE], encode=encoder.encode, entail=entail)
    return finding.verdict, finding.basis


def test_model_decides_where_the_wording_does_not(encoder):
    assert hold(encoder, RETOLD, None)[0] != "supported"
    assert hold(encoder, RETOLD, Opinion(0.9, 0.0)) == ("supported", "entailment")
    assert hold(encoder, RETOLD, Opinion(0.1, 0.1))[0] == "unsupported"
    assert hold(encoder, RETOLD, Opinion(0.1, 0.8))[0] == "unsupported"


@pytest.mark.parametrize(
    "claim",
    [
        "The robot fell down the stairs of the museum in Turku in June.",
        "The robot did not fall down the stairs of the museum in Turku.",
        "The robot fell down the “golden stairs” of the museum in Turku.",
    ],
)
def test_model_does_not_overrule_what_the_source_says_otherwise(encoder, claim):
    without = hold(encoder, claim, None)
    assert without[0] in ("contradicted", "unsupported", "partly")
    assert hold(encoder, claim, Opinion(1.0, 0.0))[0] == without[0]


def test_wording_needs_no_model_but_none_may_hear_a_contradiction(encoder):
    claim = "The robot fell down the stairs of the museum in Turku."
    assert hold(encoder, claim, Opinion(0.0, 0.3)) == ("supported", "wording")
    assert hold(encoder, claim, Opinion(0.0, 0.99)) == ("unsupported", "topic")


@pytest.mark.parametrize("claim", [RETOLD, "The robot fell down the stairs of the museum."])
def test_model_alone_calls_nothing_contradicted(encoder, claim):
    assert hold(encoder, claim, Opinion(0.0, 1.0))[0] == "unsupported"


def test_model_has_no_opinion_of_a_claim_that_is_longer_than_it_can_read(folder):
    loaded = entailment.load(str(folder), "cpu")
    passage, claim = "the robot fell in snow", "the machine stood in rain"
    pairs = [(passage, claim), (passage, f"{claim} " * 200), (passage, "not in snow")]
    first, long, last = loaded.judge(pairs)
    assert (long.entailed, long.contradicted) == (0.0, 0.0)
    [alone, other] = loaded.judge([pairs[0], pairs[2]])
    assert first.entailed == pytest.approx(alone.entailed, abs=1e-5)
    assert last.entailed == pytest.approx(other.entailed, abs=1e-5)


@pytest.mark.parametrize("tokens", range(505, 513))
def test_claim_near_the_longest_is_judged_or_left_out(folder, tokens):
    loaded = entailment.load(str(folder), "cpu")
    [opinion] = loaded.judge([("the robot fell", "snow " * tokens)])
    assert (opinion.entailed > 0.0) == (tokens + 3 < 512)


def test_weights_in_several_files_are_all_hashed(tmp_path):
    model, _ = save(tmp_path / "parts", ["contradiction", "neutral", "entailment"])
    (tmp_path / "parts" / "model.safetensors").unlink()
    model.save_pretrained(tmp_path / "parts", max_shard_size="20KB")
    shards = sorted((tmp_path / "parts").glob("model-*-of-*.safetensors"))
    assert len(shards) > 1
    entailment.examine(str(tmp_path / "parts"))
    before = entailment.load(str(tmp_path / "parts"), "cpu").digest
    assert before == entailment.digest_of(str(tmp_path / "parts"))
    shards[-1].write_bytes(shards[-1].read_bytes() + b" ")
    assert entailment.digest_of(str(tmp_path / "parts")) != before


@pytest.mark.slow
def test_command_asks_the_model_and_says_which_it_was(folder, tmp_path):
    rows = tmp_path / "claims.jsonl"
    rows.write_text(json.dumps({"id": "a", "claim": RETOLD, "evidence": [SOURCE.text]}))
    out = io.StringIO()
    assert main(["claims", "--claims", str(rows), "--entailment", str(folder)], out) == 0
    said = json.loads(out.getvalue())["entailment"]
    assert said["model"] == str(folder)
    assert said["sha256"] == entailment.load(str(folder), "cpu").digest
    assert 0.0 < said["entailed"] + said["contradicted"] < 1.0


@pytest.mark.slow
def test_model_that_has_learned_a_rule_is_believed(tmp_path, encoder):
    """Trained here: a claim follows where it names the weather that the passage names."""
    import numpy as np
    import torch

    model, tokenizer = save(tmp_path / "trained", ["entailment", "contradiction"])
    drawn = np.random.default_rng(0)
    kinds = ("snow", "rain")
    pairs = [(drawn.choice(kinds), drawn.choice(kinds)) for _ in range(256)]
    passages = [f"the robot fell in the {one} ." for one, _ in pairs]
    told = [f"the machine stood in {other} ." for _, other in pairs]
    truth = torch.tensor([int(one != other) for one, other in pairs])
    words = tokenizer(passages, told, padding=True, return_tensors="pt")
    steps = torch.optim.AdamW(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(80):
        steps.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(**words).logits, truth)
        loss.backward()
        steps.step()
    model.save_pretrained(tmp_path / "trained")
    loaded = entailment.load(str(tmp_path / "trained"), "cpu")
    source = SourceText("paper", "The robot fell in the snow.")
    claims = ["The machine stood in snow.", "The machine stood in rain."]
    same, other = check(claims, [source], encode=encoder.encode, entail=loaded.judge)
    assert (same.verdict, other.verdict) == ("supported", "unsupported")
