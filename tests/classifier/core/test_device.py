import pytest
import torch

from classifier.core import device
from classifier.core.encoder import EncoderError

no_card = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA card")


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "CPU", "cpu:0", ""])
def test_a_device_of_no_known_name_is_refused(name):
    with pytest.raises(EncoderError, match="give auto, cpu, cuda, cuda:N or mps"):
        device.choose(name)


@no_card
@pytest.mark.parametrize("name", ["cuda", "cuda:1"])
def test_a_card_that_is_not_here_is_refused(name):
    with pytest.raises(EncoderError, match=f"'{name}' is not here: this machine shows 0"):
        device.choose(name)


def test_the_processor_is_always_here():
    assert device.choose("cpu") == "cpu"
    assert device.free_memory("cpu") is None
    assert device.bfloat16_peak("cpu") is None
    assert device.describe("cpu") == device.processor() != ""


@no_card
def test_auto_is_what_the_machine_has():
    assert device.choose("auto") == ("mps" if torch.backends.mps.is_available() else "cpu")


def test_bfloat16_is_used_where_the_processor_has_it():
    known = torch.cpu.get_capabilities()
    has = bool(known.get("amx_bf16") or known.get("avx512_bf16"))
    assert device.has_bfloat16("cpu") is has
    assert bool({"amx_bf16", "avx512_bf16"} & set(device.features())) is has
