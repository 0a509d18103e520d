import pytest

from classifier.core.formula import SAME, likeness, probes, skeleton

FORMULA = (
    "The {kind} of {name}",
    "gave a user {what} that was wrong",
    "a user of {name} was harmed by the {what}",
    "Had the {kind} of {name} not given the {what}, the harm would not have occurred.",
)
SWAPPED = [
    {"name": "Acme", "kind": "chatbot", "what": "advice"},
    {"name": "Zenith Air", "kind": "chatbot", "what": "advice"},
    {"name": "OpenAI", "kind": "model", "what": "output"},
    {"name": "iFlytek", "kind": "assistant", "what": "text"},
    {"name": "deepseek", "kind": "AI system", "what": "medical advice"},
]
OWN = [
    (
        "A delivery robot of Kestrel",
        "crossed on a red light in Leeds",
        "a cyclist broke her wrist",
        "Had the robot waited for green, the cyclist would have passed the crossing unhurt.",
    ),
    (
        "The marking software of the exam board",
        "lowered 312 essays that used dialect",
        "pupils lost their places",
        "Marked by the teachers' own grades, those pupils would have kept the offers they had.",
    ),
    (
        "The chatbot of Acme",
        "told a customer of a refund that does not exist",
        "he bought a ticket for 812 dollars",
        "Without that promise he would have booked with another line, or stayed at home.",
    ),
]


def read(slots, name=""):
    return skeleton(slots, [name] if name else [])


@pytest.mark.parametrize("one", SWAPPED)
@pytest.mark.parametrize("other", SWAPPED)
def test_a_formula_is_known_under_other_names(one, other):
    texts = [[slot.format(**words) for slot in FORMULA] for words in (one, other)]
    for part in (slice(None), slice(3, None)):
        mine, theirs = (
            read(text[part], w["name"]) for text, w in zip(texts, (one, other), strict=True)
        )
        assert likeness(mine, theirs) >= SAME


def test_names_and_numbers_alone_make_no_difference():
    one = read(["In 2019 Acme's model of Kestrel lost 40 letters."], "Kestrel")
    other = read(["In 2024 Zenith's model of Oak Street Bank lost 9 letters."])
    assert likeness(one, other) == 1.0


def test_texts_of_their_own_are_far_apart():
    every = [*OWN, [slot.format(**SWAPPED[0]) for slot in FORMULA]]
    for n, one in enumerate(every):
        for other in every[:n]:
            for part in (slice(None), slice(3, None)):
                assert likeness(read(one[part]), read(other[part])) < SAME / 2


def test_likeness_is_symmetric_and_of_nothing_is_nothing():
    one, other = read(OWN[0]), read(OWN[1])
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1.0
    assert likeness(read([""]), read(OWN[0])) == 0.0
    assert likeness(frozenset(), frozenset()) == 0.0


def test_probes_are_plain_stretches_of_the_text_as_it_is_written():
    text = (
        "Had ChatGPT of OpenAI not told 40 patients to stop, nobody would have left the ward."
    )
    found = probes(text, limit=4)
    assert 1 <= len(found) <= 4
    for probe in found:
        assert probe in text
        assert probe == probe.lower()
        assert not any(character.isdigit() for character in probe)
    assert "would have" not in found  # it stands in every text


def test_formula_of_other_names_holds_most_probes():
    texts = [" ".join(slot.format(**words) for slot in FORMULA) for words in SWAPPED[:2]]
    held = [probe in texts[1] for probe in probes(texts[0], limit=12)]
    assert sum(held) > len(held) / 2


@pytest.mark.parametrize(
    "text", ["OpenAI Sora", "聊天机器人撒了谎。", "it would not have been"]
)
def test_text_of_names_or_of_another_script_has_a_probe_too(text):
    assert probes(text, limit=4)
