"""Reports of the AI Vulnerability Database (AVID, data version 0.3.3) made from a bundle.

AVID has no place for intervals: each metric's `results` hold what the manifest prints of it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidence.harness import bundle
from evidence.harness.canonical import sha256
from evidence.harness.errors import HarnessError
from evidence.harness.interop import places
from evidence.harness.opened import Opened
from evidence.harness.recipes.recipe import Recipe
from evidence.harness.spec import Metric

DATA_VERSION = "0.3.3"
SOURCE = "urn:butfor:manifest:sha256:"
# What a metric needs to be read back; the rest of `results` is words.
FIELDS = ("value", "low", "high", "n", "method")


def export(folder: Path, out: Path) -> list[Path]:
    """Write a bundle's deciding metrics as one report.

    It has no id, which only AVID gives, and names no harm or taxonomy code: those are an
    editor's to say.
    """
    opened = places.held(folder)
    places.write(out, bundle.pretty(_report(opened)))
    return [out]


def read(path: Path) -> dict[str, Metric]:
    """Return the metrics of a report by name; results without interval are left out.

    A file that is no AVID report raises HarnessError.
    """
    try:
        return _metrics(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise HarnessError(
            f"{path} cannot be read ({error.strerror}); name a file."
        ) from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise HarnessError(f"{path} is no AVID report: {error}") from error


def _report(opened: Opened) -> dict[str, Any]:
    predicate, recipe = opened.predicate, opened.recipe
    rules = recipe.rules(opened.spec)
    deciding = (rules.primary, *rules.still, *rules.alive)
    digest = sha256(opened.read(bundle.MANIFEST))
    return {
        "data_type": "AVID",
        "data_version": DATA_VERSION,
        "metadata": {"report_id": ""},
        "affects": {"developer": [], "deployer": [], "artifacts": _artifacts(opened)},
        "problemtype": {
            "classof": "LLM Evaluation",
            "type": "Measurement",
            "description": _words(f"{recipe.title}. {recipe.question}"),
        },
        "metrics": [
            {
                "name": name,
                "detection_method": {"type": "Significance Test", "name": printed["method"]},
                "results": {key: value for key, value in printed.items() if value is not None},
            }
            for name in dict.fromkeys(deciding)
            for printed in (predicate["metrics"][name],)
        ],
        "references": [
            {"type": "source", "label": "Signed manifest of the run", "url": SOURCE + digest}
        ],
        "description": _words(_told(recipe, predicate)),
        "reported_date": opened.entries[-1].at[:10],
    }


def _artifacts(opened: Opened) -> list[dict[str, str]]:
    if opened.spec.tier == "A":
        # No product is affected: the models are of our own making, half a million weights.
        return [{"type": "Model", "name": "small transformers of the harness's own world"}]
    return [{"type": "Model", "name": str(opened.spec.parameters["model"])}]


def _told(recipe: Recipe, predicate: Mapping[str, Any]) -> str:
    tier = f"Tier {predicate['tier']}, recipe {recipe.id} version {recipe.version}."
    return f"Outcome: {predicate['outcome']}. {predicate['reason']} {tier}"


def _words(text: str) -> dict[str, str]:
    return {"lang": "eng", "value": text}


def _metrics(report: Mapping[str, Any]) -> dict[str, Metric]:
    if report["data_type"] != "AVID":
        raise ValueError(f"its data_type is {report['data_type']!r}")
    return {
        str(row["name"]): _metric(row["results"])
        for row in report.get("metrics") or []
        if set(FIELDS) <= set(row.get("results") or {})
    }


def _metric(results: Mapping[str, Any]) -> Metric:
    value, low, high = (float(results[name]) for name in FIELDS[:3])
    return Metric(value, low, high, int(results["n"]), str(results["method"]))
