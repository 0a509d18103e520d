"""What classifier/README.md says of the command line is tried: its files, its commands, its answers."""

import argparse
import io
import json
import re
import shlex

import pytest

from classifier.core.commands import COMMANDS, main
from config.paths import CHECKOUT

README = (CHECKOUT / "classifier" / "README.md").read_text(encoding="utf-8")
FENCES = re.findall(r"```(json [\w.]+|json|sh)\n(.*?)```", README, re.DOTALL)
ALL = "python -m classifier.core "


def commands():
    """Return each command with the answer that is shown after it, if one is."""
    found = []
    for (kind, text), (after, answer) in zip(FENCES, [*FENCES[1:], ("", "")], strict=True):
        shown = json.loads(answer) if after == "json" else None
        found += [(line, shown) for line in text.splitlines() if kind == "sh"]
    return found


def parsers():
    parser = argparse.ArgumentParser()
    added = parser.add_subparsers()
    for command in COMMANDS:
        command.add(added)
    return added.choices


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Run all commands in their order, on the files that the README shows."""
    folder = tmp_path_factory.mktemp("readme")
    for kind, text in FENCES:
        if kind.startswith("json "):
            (folder / kind.removeprefix("json ")).write_text(text, encoding="utf-8")
    found = {}
    for line, _ in commands():
        words = shlex.split(line.removeprefix(ALL))
        words = [str(folder / word) if word == "model" or ".jsonl" in word else word for word in words]  # fmt: skip
        out = io.StringIO()
        assert main(words, out) == 0, line
        found[line] = json.loads(out.getvalue().splitlines()[0])
    return found


def assert_shown(shown, real, where):
    assert shown is None or real is None or type(shown) is type(real), (where, shown, real)
    if isinstance(shown, dict) and real is not None:
        assert shown.keys() <= real.keys(), where
        for key, value in shown.items():
            assert_shown(value, real[key], f"{where}, {key}")
    if isinstance(shown, list) and shown and real:
        assert_shown(shown[0], real[0], where)


@pytest.mark.slow
@pytest.mark.parametrize(("line", "shown"), commands())
def test_command_answers_as_it_is_told(answers, line, shown):
    if shown is not None:
        assert shown.keys() == answers[line].keys()
        assert_shown(shown, answers[line], line)


@pytest.mark.slow
def test_slots_are_those_that_are_shown(answers):
    [(line, shown)] = [one for one in commands() if " rationale " in one[0]]
    assert answers[line]["slots"] == shown["slots"]


@pytest.mark.parametrize("name", parsers())
def test_every_command_and_option_is_told(name):
    assert any(line.startswith(f"{ALL}{name} ") for line, _ in commands())
    for action in parsers()[name]._actions:  # noqa: SLF001 - argparse has no other way to ask
        for option in action.option_strings:
            assert option in ("-h", "--help") or option in README, f"{name} {option}"


def test_exit_codes_are_those_of_the_command_line():
    assert re.findall(r"^\| (\d+) \|", README, re.MULTILINE) == ["0", "2", "141"]
