"""What the operator is told while the disk fills up, and when it has room again."""

import shutil

from config.serve.space import LEAST, Space


def test_a_disk_that_fills_up_is_told_once_and_so_is_room(tmp_path):
    said: list[str] = []
    space = Space(tmp_path, said.append, least=2**62)  # more than any disk has
    space.tend()
    space.tend()
    [scarce] = said
    assert str(tmp_path) in scarce
    assert "nearly full" in scarce
    space.least = shutil.disk_usage(tmp_path).free * 2 // 3  # enough is free, but not twice
    space.tend()
    assert said[1:] == []
    space.least = 0
    space.tend()
    space.tend()
    assert said[1:] == [f"The disk of {tmp_path} has room again."]


def test_a_disk_with_room_is_not_spoken_of(tmp_path):
    said: list[str] = []
    Space(tmp_path, said.append, least=0).tend()
    assert said == []
    assert LEAST > 16 * 2**20
