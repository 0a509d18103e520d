"""An environment for each tool: what they ask for does not fit together, nor with this project."""

import subprocess
import sys
from pathlib import Path

OURS, SAE_LENS = "butfor", "sae_lens"
TORCH = "torch==2.13.0"
# steering-vectors and repeng read what decoder layers return in transformers 4.
TOOLS = {
    "steering_vectors": ("steering-vectors==0.12.2", "transformers==4.57.6"),
    "repeng": ("repeng==0.4.0", "transformers==4.57.6"),
    "nnsight": ("nnsight==0.8.1", "transformers==5.23.0"),
    "transformer_lens": ("transformer-lens==4.3.0", "transformers==5.23.0"),
    SAE_LENS: ("sae-lens==6.54.12", "transformers==5.23.0"),
}
# Written last, so that a half-made environment is made again.
STAMP = "made-of.txt"


def python(environments: Path, tool: str) -> Path:
    """Return the interpreter of a tool's environment, which is made where it is not there."""
    folder = environments.absolute() / tool
    program = folder / "bin" / "python"
    wanted = "\n".join((TORCH, *TOOLS[tool]))
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return program
    sys.stderr.write(f"{tool}: installing {', '.join(TOOLS[tool])}\n")
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    # torch comes first and by itself, so that pip takes the build that fits the machine.
    for requirements in ((TORCH,), (TORCH, *TOOLS[tool])):
        install = [program, "-m", "pip", "install", "--quiet", *requirements]
        subprocess.run(install, check=True)
    stamp.write_text(wanted, encoding="utf-8")
    return program
