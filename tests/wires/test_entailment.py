"""The site's claim checker with an entailment model: a small one, made here."""

import json
import subprocess
import sys

import pytest
from django.core.checks import run_checks

from classifier import engine
from config.paths import CHECKOUT
from tests import factories
from tests.classifier.core.test_claims_entailment import save
from wires import claims, lifecycle

LABELS = ["contradiction", "neutral", "entailment"]
RETOLD = "A firm's assistant misled its buyers on repayment."


def save_sure(folder, says):
    """Save a model that says the same of every pair, and return the hash of its weights."""
    import torch

    from classifier.core.entailment import digest_of

    model, _ = save(folder, LABELS)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([9.0 * (label == says) for label in LABELS]))
    model.save_pretrained(folder)
    return digest_of(str(folder))


@pytest.fixture
def entailing(settings, tmp_path):
    digest = save_sure(tmp_path / "sure", "entailment")
    settings.ENTAILMENT = str(tmp_path / "sure")
    engine._entailment_digest.cache_clear()  # noqa: SLF001 - the folder's name may be used again
    engine._entailment.cache_clear()  # noqa: SLF001
    return digest


def make_retold():
    return factories.make_draft(body=f"{RETOLD}[^record]")


def checked(wire):
    claims.check(wire.current_id)
    return wire.current.claims.get(n=1)


@pytest.mark.django_db
def test_model_s_word_is_the_basis_and_its_hash_stands_beside_the_verdict(settings, entailing):
    told = checked(make_retold())
    assert (told.verdict, told.basis) == ("supported", "entailment")
    assert told.checker == f"{engine.CHECKER_VERSION}+{entailing[:24]}"
    settings.ENTAILMENT = ""
    alone = checked(make_retold())
    assert (alone.verdict, alone.checker) == ("unsupported", engine.CHECKER_VERSION)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("keeps", [True, False])
def test_verdict_is_carried_over_only_where_the_same_model_would_give_it(
    settings, entailing, tmp_path, keeps
):
    wire = make_retold()
    checked(wire)
    if not keeps:
        save_sure(tmp_path / "other", "neutral")
        settings.ENTAILMENT = str(tmp_path / "other")
    new = lifecycle.revise(
        wire.pk, by=factories.make_editor(), headline="Another", note="Headline.",
        body=wire.current.body,
    )  # fmt: skip
    assert new.claims.get(n=1).basis == ("entailment" if keeps else "")


def found():
    return [str(one.msg) for one in run_checks() if one.id == "butfor.E010"]


def test_wrong_model_is_a_system_check_that_says_what_is_wrong(settings, tmp_path):
    assert not found()
    settings.ENTAILMENT = str(tmp_path / "nowhere")
    [told] = found()
    assert "nowhere" in told
    assert "neither a folder nor in this machine's model cache" in told
    settings.ENTAILMENT = str(tmp_path)
    assert "No model weights" in found()[0]
    (tmp_path / "model.safetensors").touch()
    assert "config.json cannot be read" in found()[0]
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "spam"}}))
    assert "none of them says entailment" in found()[0]
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "entailment"}}))
    assert not found()


@pytest.mark.slow
def test_looking_at_the_model_loads_no_heavy_library(entailing, settings):
    code = (
        "import sys, django; django.setup(); from classifier import engine\n"
        "engine.examine_entailment(); print(engine.checker())\n"
        "assert not {'torch', 'numpy', 'transformers'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", "ENTAILMENT": settings.ENTAILMENT,
             "SECRET_KEY": "of a test", "PATH": ""},
    )  # fmt: skip
    assert done.stdout.strip().endswith(entailing[:24])
