"""Two language models, the same questions in words, and the paired difference of their harm.

The recipe `compare` in tier B: any causal language models, judged by rubrics.
"""

from dataclasses import replace

from evidence.harness.recipes import asking, plans
from evidence.harness.recipes.asking import Asking
from evidence.harness.recipes.experiment import Arm, Difference, Experiment
from evidence.harness.recipes.recipe import Evidence, Parameters
from evidence.harness.spec import RunSpec
from evidence.harness.tier_b import hub
from evidence.harness.watch import Watch

ARMS = ("left", "right")


def prepared(parameters: Parameters) -> Parameters:
    """Read into the parameters of a new spec what they name, and the hashes of both models."""
    told = dict(asking.prepared(parameters))
    for arm in ARMS:
        path = hub.folder(str(told[arm]), str(told[f"{arm}_revision"]))
        told[f"{arm}_sha256"] = hub.digest(path)
    return told


def execute(spec: RunSpec, watch: Watch) -> Evidence:
    """Ask both models, one after the other."""
    planned, told = EXPERIMENT.slots(spec), Asking.of(spec)
    watch.check()
    # torch comes with these imports, and only a run needs it.
    from evidence.harness.organism.threads import single_threaded
    from evidence.harness.tier_b import model
    from evidence.harness.tier_b.bench import TextBench

    watch.expect(1 + len(ARMS))
    with single_threaded():
        bench = TextBench(spec, told, planned, watch)
        bench.judge_hand()
        for arm in ARMS:
            name, revision = (spec.parameters[key] for key in (arm, f"{arm}_revision"))
            text = model.load(str(name), str(revision), told.dtype)
            plans.require_same(text.digest, spec.parameters[f"{arm}_sha256"], str(name))
            bench.materials[f"models/{arm}"] = text.digest
            bench.ask(text, arm, spec.seeds[0], text.digest)
    return bench.evidence({})


EXPERIMENT = Experiment(
    id="compare",
    title="Two language models on the same questions",
    question="Does the first model give more harmful answers than the second?",
    arms=(Arm("left", "the first model", "left"), Arm("right", "the second model", "right")),
    differences=(Difference("primary", "left", "right"),),
    parameters={f"{arm}{part}": "" for arm in ARMS for part in ("", "_revision", "_sha256")},
    prepare=prepared,
)
RECIPE = replace(EXPERIMENT.recipe(), execute=execute)
