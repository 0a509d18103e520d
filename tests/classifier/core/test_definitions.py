import json

import pytest

from config.paths import CHECKOUT

FILES = sorted((CHECKOUT / "benchmarks" / "definitions").glob("*.jsonl"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_definitions_say_enough_and_not_too_much(path):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({row["code"] for row in rows}) == len(rows) > 0
    lengths = {row["code"]: len(row["definition"].split()) for row in rows}
    assert [code for code, length in lengths.items() if not 30 <= length <= 60] == []
