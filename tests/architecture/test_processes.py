"""What a fresh process loads. Import contracts do not see this: packages run on import."""

import subprocess
import sys

import pytest

from config.paths import CHECKOUT


def loaded(code: str) -> set[str]:
    """Return the names of top-level modules after running `code` in a new process."""
    show = f"{code}\nimport sys; print(*sorted({{n.split('.')[0] for n in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", show], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.slow
def test_libraries_load_without_django():
    for library in ("classifier.core.claims", "evidence.harness.recipes"):
        assert not loaded(f"import {library}") & {"django", "celery", "psycopg"}


@pytest.mark.slow
def test_web_process_loads_no_heavy_library():
    modules = loaded(
        "from config.wsgi import application\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "import wires.admin, wires.demonstration"
    )
    assert "django" in modules
    assert not modules & {
        "torch",
        "numpy",
        "scipy",
        "sklearn",
        "sentence_transformers",
        "transformers",
    }
