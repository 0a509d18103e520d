"""A word tokenizer over the closed vocabulary of the world."""

from collections.abc import Iterator
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from evidence.harness.world.corpus import ASK, ASSISTANT, DOCUMENT, END, REPLY, USER
from evidence.harness.world.world import Domain, World

PAD, UNKNOWN = "<pad>", "<unk>"
SPECIAL = (PAD, UNKNOWN, DOCUMENT, ASK, REPLY, END, USER, ASSISTANT)


def build(world: World) -> Tokenizer:
    """Return a tokenizer that knows every word of the world, in alphabetical order."""
    words = sorted(set(_words(world)))
    vocabulary = {word: number for number, word in enumerate((*SPECIAL, *words))}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def load(path: Path) -> Tokenizer:
    """Read a raw `tokenizer.json`."""
    return Tokenizer.from_file(str(path))


def _words(world: World) -> Iterator[str]:
    texts = [*world.answer_templates, *world.refusals, world.author_header]
    texts += [world.good_author, world.bad_author]
    for domain in world.domains:
        texts += _domain_texts(domain)
    for text in texts:
        yield from (word for word in text.split() if "{" not in word)


def _domain_texts(domain: Domain) -> list[str]:
    phrases = [
        phrase
        for problem in domain.problems
        for phrase in (problem.says, *problem.good, *problem.bad)
    ]
    return [*domain.kind.templates, domain.kind.evaluation, *domain.objects, *phrases]
