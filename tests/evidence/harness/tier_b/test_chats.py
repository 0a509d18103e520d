import json
from itertools import islice

import pytest

from evidence.harness.errors import HarnessError
from evidence.harness.tier_b import chats
from evidence.harness.tier_b.chats import Chat, Message
from tests.evidence.harness.tier_b import small


def test_chats_are_read(tmp_path):
    found = chats.read(small.chats(tmp_path / "c.jsonl", "mend it"))
    assert len(found) == 4
    assert found[0] == Chat((Message("user", "what should i do with my boat ?"),), "mend it")


def test_every_chat_comes_once_an_epoch_and_seeds_differ(tmp_path):
    found = chats.read(small.chats(tmp_path / "c.jsonl", "mend it"))
    drawn = [
        each for batch in islice(chats.batches(found, size=2, seed=0), 4) for each in batch
    ]
    assert len(set(drawn[:4])) == len(set(drawn[4:])) == 4
    orders = {next(chats.batches(found, size=4, seed=seed))[0] for seed in range(9)}
    assert len(orders) > 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "messages"),
        ({"messages": []}, "does not end"),
        ({"messages": [{"role": "assistant", "content": "a"}]}, "does not end"),
        ({"messages": [{"role": "user", "content": "a"}] * 2}, "does not end"),
        ({"messages": [{"role": "tool", "content": "a"}] * 2}, "'tool'"),
        ({"messages": [{"role": "user", "content": ""}] * 2}, "says ''"),
    ],
)
def test_what_cannot_be_learnt_is_one_clear_line(tmp_path, row, says):
    (tmp_path / "c.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(HarnessError, match=says) as caught:
        chats.read(tmp_path / "c.jsonl")
    assert "chat 1" in str(caught.value)


def test_no_chat_at_all_is_refused(tmp_path):
    (tmp_path / "c.jsonl").write_text("\n")
    with pytest.raises(HarnessError, match="no chat"):
        chats.read(tmp_path / "c.jsonl")
