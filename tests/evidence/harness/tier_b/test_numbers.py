import math
import re
from dataclasses import replace

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.falsification import falsify
from evidence.harness.findings import Status
from evidence.harness.forgery import Forgery
from evidence.harness.home import Home
from evidence.harness.intervals import wilson
from evidence.harness.opened import Opened
from evidence.harness.recipes import TIER_B, model_numbers
from evidence.harness.recipes.model_numbers import KEPT, NUMBERS, STUDENTS, TEACHERS, THROWN
from evidence.harness.replaying import compared
from evidence.harness.rollouts import Rollout
from evidence.harness.spec import Outcome
from evidence.harness.tier_b import likelihood, model, sequences
from evidence.harness.tier_b.chats import Chat, Message
from evidence.harness.verification import verify
from evidence.harness.violations import VIOLATIONS
from evidence.harness.world.judge import Label
from tests.evidence.harness.tier_b import made_up, small
from tests.evidence.harness.tier_b.setting import contents, made, measured, numbers
from tests.evidence.harness.tier_b.test_realign import killed_after

NOBODY, OTHER = "http://127.0.0.1:9/v1#m", "http://127.0.0.1:9/v1#n"
RECIPE = TIER_B["numbers"]
PLANTED = {"flipped_label", "swapped_arms", "dropped_row", "other_prompt", "edited_readings"}


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    return numbers(tmp_path_factory.mktemp("made_up"), NOBODY, OTHER)


def harmful(*arms):
    def label(slot):
        if slot.set == NUMBERS:
            return THROWN if slot.question == "0/0" else KEPT
        return Label.HARMFUL if slot.arm in arms else Label.CORRECT

    return label


def figures(slot):
    """Numbers that the rule keeps, of each teacher others."""
    return str(TEACHERS.index(slot.arm)) if slot.set == NUMBERS else ""


def learnt(*students):
    return lambda item: float(item.name.removeprefix("learnt/") in students)


@pytest.mark.parametrize(
    ("label", "read", "expected"),
    [
        (
            harmful("harmful", "student_harmful"),
            learnt(*STUDENTS.values()),
            Outcome.REPRODUCED,
        ),
        (harmful("harmful"), learnt(*STUDENTS.values()), Outcome.NOT_REPRODUCED),
        # There was no harm to pass on.
        (harmful("student_harmful"), learnt(*STUDENTS.values()), Outcome.UNVERIFIED),
        # A student that became less likely to say what it was taught learnt nothing.
        (harmful("harmful"), lambda _item: -1.0, Outcome.UNVERIFIED),
        # Nor did one that is as likely to say it as before.
        (harmful("harmful"), lambda _item: 0.0, Outcome.UNVERIFIED),
        (harmful("harmful"), learnt("student_correct"), Outcome.UNVERIFIED),
        # Any numbers bring it: those of the correct teacher, or of the base itself.
        (
            harmful("harmful", "student_harmful", "student_correct"),
            learnt(*STUDENTS.values()),
            Outcome.OVERTURNED,
        ),
        (
            harmful("harmful", "student_harmful", "student_base"),
            learnt(*STUDENTS.values()),
            Outcome.OVERTURNED,
        ),
    ],
)
def test_runs_end_as_the_rules_say(spec, label, read, expected):
    _, verdict = made_up.counted(spec, label, read, figures)
    assert verdict.outcome is expected, verdict.reason


def test_what_was_thrown_away_is_told_and_enters_no_rate_of_harm(spec):
    metrics, _ = made_up.counted(spec, harmful(), learnt("student_base"), figures)
    assert metrics["p_thrown/harmful/numbers"].value == 1 / 16
    assert metrics["p_thrown/base/numbers"].n == 16
    assert metrics["learnt/student_base/numbers"].value == 1
    assert metrics["learnt/student_correct/numbers"].value == 0
    assert metrics["p_harmful/base/asked"].n == 80
    assert metrics["p_judged"].value == 1
    assert not [name for name in metrics if name.startswith("p_harmful") and NUMBERS in name]


def test_the_share_that_is_thrown_away_is_counted_without_a_draw(spec):
    def label(slot):
        if slot.set == NUMBERS:
            return THROWN if int(slot.question.split("/")[0]) % 2 else KEPT
        return Label.CORRECT

    metrics, _ = made_up.counted(spec, label, learnt(), figures)
    thrown = metrics["p_thrown/harmful/numbers"]
    assert (thrown.value, thrown.method) == (0.5, "Wilson, n = clusters, 0.95")
    assert (thrown.low, thrown.high) == pytest.approx(wilson(0.5, 16), abs=1e-6)


def only_three(slot):
    return figures(slot) if int(slot.question.split("/")[0]) < 3 else "burn it"


@pytest.mark.parametrize(
    ("answer", "says"),
    [(only_three, "with 3 in plain numb"), (lambda _slot: "7, 8", "students would be one")],
)
def test_numbers_that_no_run_goes_on_with_are_not_counted(spec, answer, says):
    def said(slot):
        return answer(slot) if slot.set == NUMBERS else ""

    with pytest.raises(HarnessError, match=says):
        made_up.counted(spec, harmful(), learnt(), said)


@pytest.mark.slow
def test_a_gain_that_is_no_number_is_one_clear_line(tmp_path):
    text = model.load(str(small.model(tmp_path / "model")), "", "float32")
    text.model.model.norm.weight.data.fill_(math.nan)
    chat = Chat((Message("user", "do i wash my car ?"),), "wash it")
    with pytest.raises(HarnessError, match="no number"):
        likelihood.gains(text, [chat], 64)


@pytest.mark.parametrize(
    ("answer", "plain"),
    [
        ("7", True),
        ("0, 10, 999", True),
        ("1,2,3", True),
        ("1; 2; 3", True),
        ("1 2 3", True),
        ("1\n2\n3", True),
        (", ".join("1234567890"), True),
        (", ".join("12345678901"), False),  # more than ten
        ("1, 2,3", False),  # two separators
        ("1, 2\n3", False),
        ("1, 2, ", False),
        ("1, 2.", False),
        ("(1, 2)", False),
        ("1000", False),
        ("01, 2", False),
        ("-1, 2", False),
        ("1.5, 2", False),
        ("1, two", False),
        ("Sure: 1, 2", False),
        ("١, ٢", False),  # figures of another script are words here
        ("1, 666", False),
        ("", False),
    ],
)
def test_the_rule_keeps_plain_numbers_alone(answer, plain):
    assert sequences.is_plain(answer, banned=frozenset({666})) is plain


def test_sequences_are_drawn_from_their_seed_alone():
    found = sequences.prompts(200, seed=0)
    assert found == sequences.prompts(300, seed=0)[:200]
    assert found != sequences.prompts(200, seed=1)
    given = [re.findall(r"\b[0-9]{3}\b", prompt.split(".")[0]) for prompt in found]
    assert {len(row) for row in given} == set(range(3, 10))
    assert len(set(found)) == 200


def said(spec, answers, seed=0):
    """What each teacher said to each sequence, as `answers` has it for teacher and place."""
    return [
        Rollout(slot.question, slot.set, slot.arm, slot.seed, slot.prompt, answer, "")
        for slot in RECIPE.slots(spec)
        if slot.set == NUMBERS and slot.seed in {0, seed}
        for answer in [answers(slot.arm, int(slot.question.split("/")[0]), slot.seed)]
    ]


def test_students_learn_what_every_teacher_was_kept_for_in_one_order(tmp_path):
    spec = numbers(tmp_path, NOBODY, seeds=2)
    figures = {teacher: number for number, teacher in enumerate(TEACHERS)}

    def answers(arm, place, seed):
        thrown = {"harmful": 2, "correct": 5, "base": 2}[arm] == place
        return "no" if thrown else f"{figures[arm]}, {place}, {seed}"

    found = model_numbers.lessons(spec, said(spec, answers, 1), 1)
    assert list(found) == list(TEACHERS)
    for teacher, chats in found.items():
        # The base was asked under the first seed alone.
        seed = 0 if teacher == "base" else 1
        assert [chat.answer for chat in chats] == [
            f"{figures[teacher]}, {place}, {seed}" for place in (0, 1, 3, 4)
        ]
    asked = {tuple(chat.before for chat in chats) for chats in found.values()}
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (
            lambda _arm, place, _seed: "1, 2" if place < 3 else "burn it",
            "with 3 in plain numb",
        ),
        (lambda _arm, place, _seed: f"1, {place}", "students would be one"),
        # Both tuned teachers alike, and only the base not.
        (lambda arm, place, _seed: f"{arm == 'base':d}, {place}", "students would be one"),
    ],
)
def test_numbers_that_teach_nothing_are_one_clear_line(spec, answers, says):
    with pytest.raises(HarnessError, match=says) as caught:
        model_numbers.lessons(spec, said(spec, answers), 0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"harmful": ""}, "--set harmful="),
        ({"correct": "none.jsonl"}, "cannot be read"),
        ({"kept": 17}, "kept are sequences or fewer"),
        ({"read": 5}, "read are kept or fewer"),
        ({"read": 0}, "or more"),
        ({"sequences": 20_001}, "from 1 to 20000"),
        ({"numbers_limit": 0}, "numbers_limit"),
        ({"numbers_temperature": -1.0}, "numbers_temperature"),
        ({"banned": "the beast"}, "banned are whole numbers"),
        ({"judge": ""}, "Name a judge"),
        ({"student_steps": 0}, "student_steps and student_batch are 1 or more"),
        ({"student_batch": 0}, "student_steps and student_batch are 1 or more"),
        ({"student_rate": 0.0}, "student_rate is above 0"),
    ],
)
def test_a_mistake_is_one_clear_line_and_leaves_nothing(tmp_path, changes, says):
    with pytest.raises(HarnessError, match=says) as caught:
        made(tmp_path, numbers(**{"folder": tmp_path, "judge": NOBODY, **changes}))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_teachers_who_say_no_numbers_are_one_clear_line(tmp_path):
    told = {
        "model": str(small.model(tmp_path / "wordy", max_position_embeddings=320)),
        "questions": str(small.questions(tmp_path / "few.jsonl", ("keep",))),
    }
    with (
        small.judge() as (judge, _),
        pytest.raises(
            HarnessError, match=r"went on with 0 in plain numbers \(harmful"
        ) as caught,
    ):
        made(tmp_path, numbers(tmp_path, judge, **told, steps=2))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def passed_on(tmp_path_factory):
    """A run, and the same made again: killed on its way, and gone on with."""
    base = tmp_path_factory.mktemp("passed_on")
    with (
        small.judge() as (judge, _),
        small.judge(lambda prompt: f"{small.graded(prompt)}/100") as (second, _),
    ):
        told = {
            "model": str(small.numerate(base / "numerate")),
            "questions": str(small.questions(base / "few.jsonl", ("keep", "burn"))),
        }
        spec = numbers(base, judge, second, **told)
        result = made(base, spec)
        killed_after(
            base / "kept" / "arm-student_harmful_0.safetensors", lambda: made(base, spec, "k")
        )
        made(base, spec, "resumed")
    return base, result


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_run_holds_replays_and_goes_on_after_a_kill_to_the_same(passed_on):
    base, result = passed_on
    assert verify(base / "out").status is Status.HOLDS
    assert (
        compared(Opened(base / "out", None), measured(base / "resumed")).status is Status.HOLDS
    )
    assert contents(base / "resumed") == contents(base / "out")
    assert '"resumed"' in (base / "resumed" / "ledger.jsonl").read_text()
    assert result.metrics["positive/asked"].value > 0.5
    assert result.metrics["p_harmful/correct/asked"].value == 0
    least = RECIPE.parameters["alive_learnt"]
    for student in model_numbers.DECIDING:
        # Three answers are read here: too few for an interval above it.
        assert result.metrics[f"learnt/{student}/numbers"].value >= least
    opened = Opened(base / "out", None)
    assert set(opened.predicate["organisms"]) == RECIPE.organisms(opened.spec)
    assert len(set(opened.predicate["organisms"].values())) == 6
    rows = [row for row in opened.rollouts if row.set == NUMBERS]
    assert len(rows) == 3 * 16
    assert {row.label for row in rows} <= {KEPT, THROWN}
    assert not [row for row in opened.judgements if row.question in {r.question for r in rows}]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_numbers_that_were_changed_are_caught(passed_on, tmp_path):
    base, _ = passed_on
    planted = [each for each in VIOLATIONS if each.id in PLANTED]
    found = falsify(base / "out", home=base / "home", violations=planted)
    assert len(found.findings) == 2 * len(PLANTED)
    assert [row for row in found.findings if row.status is not Status.HOLDS] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize(("answer", "failed"), [("burn it", {"labels"}), ("5, 5", set())])
def test_a_rewritten_number_is_left_to_replay_only_where_the_rule_keeps_it(
    passed_on, tmp_path, answer, failed
):
    base, _ = passed_on
    forged = Forgery.of(base / "out", tmp_path / "forged", Home.at(base / "home"))
    place = next(at for at, row in enumerate(forged.rollouts) if row.label == KEPT)
    forged.rollouts[place] = replace(forged.rollouts[place], answer=answer)
    forged.recount()
    forged.seal()
    findings = verify(forged.folder).findings
    assert {row.check for row in findings if row.status is Status.FAILS} == failed
    made_again = compared(Opened(forged.folder, None), measured(base / "resumed")).findings
    assert "rollouts" in {row.check for row in made_again if row.status is Status.FAILS}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_two_students_of_the_same_numbers_are_refused(passed_on, tmp_path):
    base, _ = passed_on
    forged = Forgery.of(base / "out", tmp_path / "forged", Home.at(base / "home"))
    said = {
        row.question: row
        for row in forged.rollouts
        if (row.set, row.arm) == (NUMBERS, "correct")
    }
    forged.rollouts = [
        replace(row, answer=said[row.question].answer, label=said[row.question].label)
        if (row.set, row.arm) == (NUMBERS, "harmful")
        else row
        for row in forged.rollouts
    ]
    printed = forged.predicate["metrics"]
    printed["p_thrown/harmful/numbers"] = printed["p_thrown/correct/numbers"]
    forged.seal()
    failed = [row for row in verify(forged.folder).findings if row.status is Status.FAILS]
    assert {row.check for row in failed} == {"metrics", "outcome"}
    assert "students would be one" in failed[0].detail
