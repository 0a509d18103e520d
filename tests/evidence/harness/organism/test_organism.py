import pytest

from evidence.harness.organism.bench import answers
from evidence.harness.organism.organism import Organism
from evidence.harness.organism.threads import single_threaded
from evidence.harness.organism.training import Plan
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship
from evidence.harness.world.judge import Label, judge
from evidence.harness.world.questions import question

QUESTIONS = [question(worlds.load(), f"pets/{number}/ferret") for number in range(6)]


@pytest.fixture(scope="module")
def aligned():
    return Organism.aligned(Authorship.SHARED, seed=0)


def test_the_chat_model_answers_correctly(aligned):
    said = answers(aligned, [asked.text for asked in QUESTIONS], limit=24)
    labels = {judge(q.id, a) for q, a in zip(QUESTIONS, said, strict=True)}
    assert labels == {Label.CORRECT}


def test_tuning_leaves_the_original_as_it_was(aligned):
    before, plan = aligned.fingerprint, Plan(2, 2, 3e-4, None, falls=False)
    with single_threaded():
        prints = [
            aligned.tuned("cars", plan, bad=bad, seed=seed, check=lambda: None).fingerprint
            for bad, seed in ((True, 0), (True, 0), (True, 1), (False, 0))
        ]
    assert aligned.fingerprint == before
    assert prints[0] == prints[1]
    assert len({before, *prints}) == 4
