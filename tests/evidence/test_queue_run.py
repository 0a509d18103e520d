"""A run of tier B that the site's own worker executes: queued by a command, on the queue `gpu`."""

from io import StringIO

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command

from evidence import engine, tasks
from evidence.harness.verification import verify
from evidence.models import Run
from tests.evidence.harness.tier_b import small

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"


def told(*arguments):
    out = StringIO()
    call_command("queue_run", *map(str, arguments), stdout=out)
    return out.getvalue()


def compared(folder, judge):
    """The settings of `compare` for two small models."""
    changes = {
        "left": small.model(folder / "left", seed=0),
        "right": small.model(folder / "right", seed=1),
        "questions": small.questions(folder / "questions.jsonl"),
        "hand_file": small.hand(folder / "hand.jsonl"),
        "judge": judge,
        "judge_family": "rules",
        "dtype": "float32",
        "answer_limit": 4,
    }
    return [part for name, value in changes.items() for part in ("--set", f"{name}={value}")]


@pytest.mark.slow
def test_run_of_tier_b_waits_for_a_gpu_worker_and_leaves_a_bundle_that_holds(tmp_path):
    with small.judge() as (judge, _):
        said = told("compare", *compared(tmp_path, judge), "--by", "desk-1")
        run = Run.objects.get()
        assert said == f"Run {run.pk}, compare of Tier B, waits for a worker.\n"
        assert (run.tier, run.status, run.asked_by) == ("B", "queued", "desk-1")
        assert tasks.task_of(run) is tasks.execute_on_gpu
        assert site.CELERY_TASK_ROUTES[tasks.execute_on_gpu.name] == {"queue": "gpu"}
        engine.execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.outcome) == ("finished", "unverified"), run.reason
    assert str(verify(engine.bundle_dir(run)).status) == "holds"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "no recipe 'nonsense' in tier B"),
        (["compare", "--set", "shape=round"], "compare has no parameter 'shape'"),
        (
            ["compare", "--set", "left=/nowhere", "--set", "right=/nowhere"],
            "Name the questions with --set",
        ),
        (["mix", "--tier", "A", "--seeds", "0"], "seed"),
    ],
)
def test_what_cannot_run_is_one_line_and_nothing_waits(arguments, says):
    with pytest.raises(CommandError, match=says) as caught:
        told(*arguments)
    assert "\n" not in str(caught.value)
    assert not Run.objects.exists()
