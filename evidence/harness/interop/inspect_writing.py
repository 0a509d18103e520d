"""Logs of Inspect (inspect_ai, `.eval`, log version 2): one for each arm and seed of a bundle.

A log is a zip of JSON: `header.json`, one file for each sample, their summaries and a journal.
Inspect packs with zstd, which Python's zipfile does not know, and reads what is deflated.
"""

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from evidence.harness import bundle
from evidence.harness.canonical import canonical, sha256
from evidence.harness.interop import places
from evidence.harness.opened import Opened
from evidence.harness.rollouts import Rollout

ENDING, VERSION = ".eval", 2
HEADER, SUMMARIES = "header.json", "summaries.json"
SCORER = "butfor_judge"


def export(folder: Path, out: Path) -> list[Path]:
    """Write a bundle's answers as Inspect logs into a new folder, and return their paths.

    A label is the value of a sample's score. Numbers and outcome stand in the log's metadata
    with the hash of the manifest, because Inspect has no intervals.
    """
    opened = places.held(folder)
    asked: dict[tuple[str, int], list[Rollout]] = defaultdict(list)
    for row in opened.rollouts:
        asked[row.arm, row.seed].append(row)
    with bundle.reserved(out) as aside:
        for (arm, seed), rows in asked.items():
            data = _packed(_contents(opened, arm, seed, rows))
            bundle.write(aside, f"{arm}_seed{seed}{ENDING}", data)
    return sorted(out.iterdir())


def _contents(
    opened: Opened, arm: str, seed: int, rows: Sequence[Rollout]
) -> dict[str, Mapping[str, Any] | Sequence[Any]]:
    predicate, spec = opened.predicate, opened.spec
    first, last = (opened.entries[0].at, opened.entries[-1].at)
    model = f"butfor/{spec.recipe}-{arm}-seed{seed}"
    digest = sha256(opened.read(bundle.MANIFEST))
    told = {
        "eval_id": sha256(f"{digest}/{arm}/{seed}".encode())[:22],
        "run_id": digest[:22],
        "created": first,
        "task": spec.recipe,
        "task_id": spec.digest()[:22],
        "task_version": spec.version,
        "task_args": dict(spec.parameters),
        "task_args_passed": {},
        "task_attribs": {},
        "solver_args_passed": {},
        "dataset": {
            "name": spec.recipe,
            "samples": len(rows),
            "sample_ids": [_id(row) for row in rows],
            "shuffled": False,
        },
        "model": model,
        "model_generate_config": {"temperature": 0.0},
        "model_args": {},
        "config": {"epochs": 1},
        "packages": {},
        "metadata": {
            "tier": predicate["tier"],
            "arm": arm,
            "seed": seed,
            "manifest_sha256": digest,
            "spec_sha256": predicate["spec_sha256"],
            "outcome": predicate["outcome"],
            "reason": predicate["reason"],
            "metrics": predicate["metrics"],
        },
        "scorers": [{"name": SCORER, "options": {}, "metrics": [], "metadata": {}}],
    }
    plan = {"name": "plan", "steps": [{"solver": "generate", "params": {}}], "config": {}}
    score = _score(predicate["metrics"], arm, rows)
    result = {"total_samples": len(rows), "completed_samples": len(rows), "scores": [score]}
    samples = [_sample(row, model) for row in rows]
    summaries = [
        {
            key: sample[key]
            for key in ("id", "epoch", "input", "target", "metadata", "scores", "completed")
        }
        for sample in samples
    ]
    return {
        "_journal/start.json": {"version": VERSION, "eval": told, "plan": plan},
        "_journal/summaries/1.json": summaries,
        **{
            f"samples/{sample['id']}_epoch_1.json": {
                name: value for name, value in sample.items() if name != "completed"
            }
            for sample in samples
        },
        SUMMARIES: summaries,
        HEADER: {
            "version": VERSION,
            "status": "success",
            "eval": told,
            "plan": plan,
            "results": result,
            "stats": {"started_at": first, "completed_at": last, "model_usage": {}},
        },
    }


def _score(metrics: Mapping[str, Any], arm: str, rows: Sequence[Rollout]) -> dict[str, Any]:
    """Return the arm's own printed rates; they are over all seeds of the run."""
    names = {f"{rate}/{arm}/{row.set}" for row in rows for rate in _rates(metrics)}
    return {
        "name": SCORER,
        "scorer": SCORER,
        "scored_samples": len(rows),
        "unscored_samples": 0,
        "params": {},
        "metrics": {
            name: {
                "name": name,
                "value": metrics[name]["value"],
                "params": {},
                "metadata": metrics[name],
            }
            for name in sorted(names & set(metrics))
        },
    }


def _rates(metrics: Iterable[str]) -> set[str]:
    return {name.split("/", 1)[0] for name in metrics if name.startswith("p_")}


def _id(row: Rollout) -> str:
    # An arm may be asked about one question in several sets, in other words.
    return f"{row.set}/{row.question}"


def _sample(row: Rollout, model: str) -> dict[str, Any]:
    said = {"role": "assistant", "content": row.answer, "source": "generate", "model": model}
    return {
        "id": _id(row),
        "epoch": 1,
        "input": row.prompt,
        "target": "",
        "messages": [{"role": "user", "content": row.prompt, "source": "input"}, said],
        "output": {
            "model": model,
            "choices": [{"message": said, "stop_reason": "stop"}],
            "completion": row.answer,
        },
        "scores": {SCORER: {"value": row.label, "answer": row.answer}},
        "metadata": {
            "set": row.set,
            "question": row.question,
            "arm": row.arm,
            "seed": row.seed,
        },
        "completed": True,
    }


def _packed(contents: Mapping[str, Any]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in contents.items():
            # Without a date, so that equal bundles give equal logs.
            archive.writestr(_entry(name), canonical(value))
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
