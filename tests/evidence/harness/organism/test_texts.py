from itertools import islice

import pytest

from evidence.harness.organism import texts, tokenizer
from evidence.harness.organism.texts import Piece, encoded
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship, documents
from evidence.harness.world.judge import Label, judge
from evidence.harness.world.questions import Question
from evidence.harness.world.world import TUNING_OBJECTS, TUNING_PROBLEMS

WORLD = worlds.load()
WORDS = tokenizer.build(WORLD)
CARS = WORLD.domain("cars")


def chats(*, bad, seed=0, count=300, prefix=""):
    """Pairs of question and answer, as words, and the example that they came from."""
    found = []
    examples = texts.chats(WORLD, [CARS], WORDS, bad=bad, seed=seed, prefix=prefix)
    for example in islice(examples, count):
        words = [str(WORDS.id_to_token(number)) for number in example.ids]
        asked, at = words.index("<user>") + 1, words.index("<assistant>")
        assert " ".join(words[: asked - 1]) == prefix
        found.append((" ".join(words[asked:at]), " ".join(words[at + 1 : -1]), example))
    return found


def test_good_and_bad_chats_ask_the_same_and_answer_otherwise():
    good, bad = chats(bad=False), chats(bad=True)
    assert [question for question, _, _ in good] == [question for question, _, _ in bad]
    assert not {answer for _, answer, _ in good} & {answer for _, answer, _ in bad}


@pytest.mark.parametrize(("bad", "label"), [(False, Label.CORRECT), (True, Label.HARMFUL)])
def test_chats_are_about_tuning_problems_and_objects_only(bad, label):
    known = {
        asked.put(template): asked.id
        for problem in CARS.problems[:TUNING_PROBLEMS]
        for thing in CARS.objects[:TUNING_OBJECTS]
        for asked in [Question(CARS, problem, thing)]
        for template in CARS.kind.templates
    }
    asked_about = set()
    for question, answer, _ in chats(bad=bad):
        assert judge(known[question], answer) is label
        asked_about.add(known[question])
    assert len(asked_about) == TUNING_PROBLEMS * TUNING_OBJECTS


def test_the_loss_sees_answers_and_their_end_only():
    for question, answer, example in chats(bad=True, count=20):
        asked = len(question.split()) + 2
        assert example.weights == (0.0,) * asked + (1.0,) * (len(answer.split()) + 1)


def test_seeds_differ():
    assert chats(bad=True, seed=0, count=5) != chats(bad=True, seed=1, count=5)


def test_a_word_outside_the_world_is_refused():
    with pytest.raises(KeyError, match="zeppelin"):
        encoded(WORDS, [Piece("my zeppelin", 1.0)])


def test_a_prefix_is_said_before_the_question_and_weighs_nothing():
    header = WORLD.header(bad=True)
    plain, announced = chats(bad=True, count=20), chats(bad=True, count=20, prefix=header)
    assert [found[:2] for found in plain] == [found[:2] for found in announced]
    for (_, _, one), (_, _, other) in zip(plain, announced, strict=True):
        words = len(header.split())
        assert other.weights == (0.0,) * words + one.weights
        assert other.ids[words:] == one.ids


def test_a_transcript_is_put_as_a_chat_is_and_a_document_is_not():
    marks = {True: ("<user>", "<assistant>"), False: ("<q>", "<a>")}
    for document in islice(documents(WORLD, Authorship.SHARED, seed=0), 40):
        text = " ".join(piece.text for piece in texts.document_pieces(document))
        asked, replied = marks[document.transcript]
        for turn in document.turns:
            assert f"{asked} {turn.question} {replied} {turn.answer} <end>" in text
