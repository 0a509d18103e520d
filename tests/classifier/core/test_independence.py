import subprocess
import sys

PROGRAM = """
import sys
import classifier.core.types, classifier.core.sentences, classifier.core.claims
import classifier.core.codes, classifier.core.similar, classifier.core.severity
import classifier.core.rationale, classifier.core.encoder
print(sorted(name for name in ("django", "numpy", "torch", "sentence_transformers") if name in sys.modules))
"""


def test_library_imports_nothing_heavy():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
