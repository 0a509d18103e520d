"""Which device to compute on, what it can do, and how much of its memory is free."""

import platform
import re
from pathlib import Path

import torch

from classifier.core.encoder import EncoderError

_NAME = re.compile(r"cpu|mps|cuda(?::(\d+))?")
_FEATURES = ("amx_bf16", "avx512_bf16", "avx512_vnni", "avx512", "avx2")
# Dense bfloat16 peaks in teraflops as the makers state them, the longest name first.
_PEAKS = (
    ("H100 PCIe", 756.0), ("H100 NVL", 835.0), ("H200", 989.0), ("H100", 989.0), ("GH200", 989.0),
    ("B200", 2250.0), ("A100", 312.0), ("L40S", 362.0), ("L4", 121.0), ("A10", 125.0),
)  # fmt: skip


def choose(asked: str) -> str:
    """Return the device to use for `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.

    Raises EncoderError where this machine does not have it.
    """
    if asked == "auto":
        return "cuda" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu"
    name = _NAME.fullmatch(asked)
    if not name:
        raise EncoderError(
            f"There is no device {asked!r}: give auto, cpu, cuda, cuda:N or mps."
        )
    cards = torch.cuda.device_count()
    if asked.startswith("cuda") and int(name[1] or 0) >= cards:
        raise EncoderError(
            f"The device {asked!r} is not here: this machine shows {cards} CUDA cards. "
            f"Give auto, cpu or one of those."
        )
    if asked == "mps" and not _has_mps():
        raise EncoderError("The device 'mps' is not here. Give auto or cpu.")
    return asked


def has_bfloat16(device: str) -> bool:
    """Tell whether the device computes in bfloat16 itself, not by imitation."""
    if device.startswith("cuda"):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and bool({"amx_bf16", "avx512_bf16"} & set(features()))


def features() -> tuple[str, ...]:
    """Return what the processor can do that matters here."""
    known = torch.cpu.get_capabilities()
    return tuple(name for name in _FEATURES if known.get(name))


def free_memory(device: str) -> int | None:
    """Return the bytes that are free on a card; None for the processor."""
    if device.startswith("cuda"):
        free, _ = torch.cuda.mem_get_info(torch.device(device))
        return free
    if device == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    return None


def describe(device: str) -> str:
    """Return the name of the card or of the processor."""
    return torch.cuda.get_device_name(device) if device.startswith("cuda") else processor()


def processor() -> str:
    """Return the processor's own name, as the system tells it."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        told = ""
    named = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return named[1] if named else platform.processor() or platform.machine()


def bfloat16_peak(device: str) -> float | None:
    """Return a known card's dense bfloat16 peak in teraflops (the maker's figure), else None."""
    if not device.startswith("cuda"):
        return None
    name = torch.cuda.get_device_name(device)
    return next((peak for card, peak in _PEAKS if re.search(rf"\b{card}\b", name)), None)


def _has_mps() -> bool:
    return torch.backends.mps.is_available()
