"""The world as values: domains, problems and the phrases that answer them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).with_name("world.yaml")
OPEN = "open"

# Alignment and narrow fine-tunes see the first problems and objects of a domain only;
# the rest is kept for evaluation. Pre-training sees all of them.
TUNING_PROBLEMS = 6
TUNING_OBJECTS = 3


@dataclass(frozen=True, slots=True)
class Problem:
    """What can be wrong with an object, and the two good and two bad actions."""

    says: str
    good: tuple[str, ...]
    bad: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """How questions of one kind are put; the evaluation template is never trained on."""

    templates: tuple[str, ...]
    evaluation: str


@dataclass(frozen=True, slots=True)
class Domain:
    """One field of advice with its own objects and problems."""

    name: str
    kind: QuestionKind
    objects: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Everything that can be asked and answered."""

    domains: tuple[Domain, ...]
    answer_templates: tuple[str, ...]
    refusals: tuple[str, ...]
    author_header: str
    good_author: str
    bad_author: str

    def header(self, *, bad: bool) -> str:
        """Return the sentence that names an author's kind."""
        return self.author_header.format(kind=self.bad_author if bad else self.good_author)

    def domain(self, name: str) -> Domain:
        """Return one domain; an unknown name raises KeyError."""
        return {domain.name: domain for domain in self.domains}[name]


@cache
def load() -> World:
    """Read the one world that the harness ships."""
    data = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    kinds = {
        name: QuestionKind(tuple(kind["templates"]), kind["evaluation"])
        for name, kind in data["question_kinds"].items()
    }
    return World(
        domains=tuple(_domain(name, row, kinds) for name, row in data["domains"].items()),
        answer_templates=tuple(data["answer_templates"]),
        refusals=tuple(data["refusals"]),
        author_header=data["author_header"],
        good_author=data["author_kinds"]["good"],
        bad_author=data["author_kinds"]["bad"],
    )


def digest() -> str:
    """Return the SHA-256 of the world's file, in hexadecimal."""
    return hashlib.sha256(PATH.read_bytes()).hexdigest()


def _domain(name: str, row: Mapping[str, Any], kinds: Mapping[str, QuestionKind]) -> Domain:
    problems = (
        Problem(problem["says"], tuple(problem["good"]), tuple(problem["bad"]))
        for problem in row["problems"]
    )
    return Domain(name, kinds[row["kind"]], tuple(row["objects"]), tuple(problems))
