"""Who does what: the party that stands before a verb, or after the `by` of a passive one.

A claim may have all the words of a sentence of its source, and credit somebody else who is
named elsewhere. So the agent of each of its verbs is held against the agent of the same verb
in the sentence that is nearest to the rest of the claim.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from classifier.core.names import acronyms, names
from classifier.core.roles import is_passive, may_stand_between
from classifier.core.synonyms import near
from classifier.core.verbs import PAST, is_told
from classifier.core.words import Word, fold, is_content, stem, words

_ASIDE = frozenset(("who", "which", "whom", "whose"))
_CLAUSE_WORDS = """
that because when while after before if as but where whether than until since though although
"""
_CLAUSE = frozenset(_CLAUSE_WORDS.split())
_JOINING = frozenset(("and", "or", "but"))
_PREPOSITION_WORDS = """
in on at of for from by with under over during about against to into near between among within
without through across after before since
"""
_PREPOSITIONS = frozenset(_PREPOSITION_WORDS.split())
_DEFINITE = frozenset(("the", "its", "their", "his", "her", "this", "that", "these", "those"))
_BREAKS = frozenset(';:.()—\u2013!?"”“')
_SAY = stem("say")
_TO_BY = 6  # words between a verb and the "by" of who did it


@dataclass(frozen=True, slots=True)
class Agent:
    """The party that does something.

    `names` are the words of its own names in small letters, `head` the stem of its noun, if
    it has no name; `keys` all content words of the whole phrase, as words and as stems; `of`
    the names of those that it belongs to.
    `is_bare` says that it is "the company": a noun that may stand for whoever was named.
    """

    names: frozenset[str]
    head: str
    keys: frozenset[str]
    of: frozenset[str]
    is_bare: bool

    @property
    def own(self) -> frozenset[str]:
        """What the party itself goes by, without those that it belongs to."""
        return self.names or frozenset({self.head})


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb, by its stem, with its agent."""

    verb: str
    agent: Agent

    def is_of(self, other: "Deed") -> bool:
        """Tell whether both are the same deed, whoever does it."""
        return self.verb == other.verb or near(self.verb, other.verb)


@lru_cache(maxsize=4096)
def deeds(text: str, common: frozenset[str]) -> tuple[Deed, ...]:
    """Return the verbs of a sentence whose agent stands in it, in order.

    `common` are words that the sources write in small letters.
    """
    return tuple(_deeds(text, common))


def _deeds(text: str, common: frozenset[str]) -> Iterator[Deed]:
    found = words(text)
    agents: dict[int, Agent] = {}
    for position, word in enumerate(found):
        if [fold(w.text) for w in found[position : position + 2]] == ["according", "to"]:
            phrase = _after(text, found, position + 2)
            if agent := _agent(text, phrase, common):
                yield Deed(_SAY, agent)
        if not _is_verb(found, position) or text[: word.start].endswith("-"):
            continue
        if agent := _of(text, found, position, agents, common):
            agents[position] = agent
            yield Deed(word.stem, agent)


def _is_verb(found: Sequence[Word], position: int) -> bool:
    """Tell whether a word is a verb here and no noun, as `report` and `use` may be."""
    word = found[position]
    if not is_told(word):
        return False
    folded = fold(word.text)
    if folded.endswith("ed") or folded in PAST or word.stem == _SAY:
        return True
    return position > 0 and may_stand_between(fold(found[position - 1].text))


def _of(
    text: str,
    found: Sequence[Word],
    position: int,
    agents: dict[int, Agent],
    common: frozenset[str],
) -> Agent | None:
    """Return the agent of the verb at a place; a joined verb has that of the one before it."""
    following = [fold(word.text) for word in found[position + 1 : position + 2 + _TO_BY]]
    if following[:1] == ["by"] or is_passive(found, position):
        by = following.index("by") if "by" in following else None
        if by is None:
            return None
        return _agent(text, _after(text, found, position + 2 + by), common)
    if _is_inverted(text, found, position):
        return _agent(text, _after(text, found, position + 1), common)
    end = position
    while end and may_stand_between(fold(found[end - 1].text)):
        end -= 1
    if end and fold(found[end - 1].text) in _JOINING:
        earlier = [place for place in agents if place < end]
        return agents[earlier[-1]] if earlier else None
    return _agent(text, _before(text, found, end), common)


def _is_inverted(text: str, found: Sequence[Word], position: int) -> bool:
    """Tell whether what is said stands before the verb, and who says it after."""
    before = text[: found[position].start].rstrip()
    return before.endswith(("\u201d", '"', "\u2019,", "',")) and len(found) > position + 1


def _before(text: str, found: Sequence[Word], end: int) -> list[Word]:
    """Return the words of the clause that stand before a place; an aside is passed over.

    There are none where a pronoun stands there, or the words go with an earlier verb.
    """
    if not end or not is_content(found[end - 1]):
        return []
    closes = _closes(text, found, end)
    phrase: list[Word] = []
    for place in range(end - 1, -1, -1):
        word = found[place]
        between = text[word.end : found[place + 1].start] if place + 1 < len(found) else ""
        folded = fold(word.text)
        if phrase and (set(between) & _BREAKS or (closes and "," in between)):
            break
        if phrase and folded == "and" and not _is_joined(text, found, place):
            break
        if folded in _ASIDE:
            phrase = []
        elif folded in _CLAUSE or _is_verb(found, place):
            if not any(fold(w.text) in _ASIDE for w in found[:place]):
                # What follows another verb with a preposition goes with that one.
                after = bool(phrase) and fold(phrase[0].text) in _PREPOSITIONS
                return [] if after else _led_in(text, phrase)
            phrase = []
        else:
            phrase.insert(0, word)
    return _led_in(text, phrase)


def _closes(text: str, found: Sequence[Word], end: int) -> bool:
    """Tell whether a clause like "the reports say" closes its sentence, after a comma."""
    return not any(is_content(word) for word in found[end + 1 :]) and "," in text


def _is_joined(text: str, found: Sequence[Word], place: int) -> bool:
    """Tell whether the `and` at a place joins two parties and no two clauses."""
    if not place:
        return False
    before = found[place - 1]
    return is_content(before) and "," not in text[before.end : found[place].start]


def _led_in(text: str, phrase: list[Word]) -> list[Word]:
    """Return the phrase without a lead like "In June," that its comma cuts off."""
    if phrase and fold(phrase[0].text) in _PREPOSITIONS:
        for place, word in enumerate(phrase[:-1]):
            if "," in text[word.end : phrase[place + 1].start]:
                return phrase[place + 1 :]
    return phrase


def _after(text: str, found: Sequence[Word], start: int) -> list[Word]:
    """Return the words from a place to the end of the phrase that stands there."""
    phrase: list[Word] = []
    for word in found[start:]:
        broken = phrase and set(text[phrase[-1].end : word.start]) & {*_BREAKS, ","}
        if broken or fold(word.text) in _CLAUSE | _ASIDE or is_told(word):
            break
        if phrase and fold(word.text) in _PREPOSITIONS - {"of", "at", "for"}:
            break
        phrase.append(word)
    return phrase


def _agent(text: str, phrase: Sequence[Word], common: frozenset[str]) -> Agent | None:
    content = [word for word in phrase if is_content(word)]
    if not content:
        return None
    head: list[Word] = []
    for word in phrase:
        if head and (
            fold(word.text) in _PREPOSITIONS or "," in text[head[-1].end : word.start]
        ):
            break
        if is_content(word):
            head.append(word)
    named = [
        word
        for name in names(text, common=common)
        for word in phrase
        if name.start <= word.start < name.end
    ]
    belonging = _belonging(text, phrase)
    own = frozenset(fold(word.text) for word in named if word not in belonging)
    noun = head[-1] if head else content[-1]
    first = fold(phrase[0].text)
    return Agent(
        own if noun in named or len(own) > 1 or phrase[-1] in named else frozenset(),
        noun.stem,
        frozenset(key for word in content for key in (fold(word.text), word.stem))
        | acronyms(text[phrase[0].start : phrase[-1].end]),
        frozenset(fold(word.text) for word in named if word in belonging),
        first in _DEFINITE and len(content) == 1,
    )


def _belonging(text: str, phrase: Sequence[Word]) -> list[Word]:
    """Return the words of whom or what the party belongs to: those of Leeds, Acme's."""
    found: list[Word] = []
    is_inside = False
    for place, word in enumerate(phrase):
        if place and "," in text[phrase[place - 1].end : word.start]:
            is_inside = False
        if is_inside or word.text.endswith(("'s", "\u2019s", "s'", "s\u2019")):
            found.append(word)
        if fold(word.text) in _PREPOSITIONS:
            is_inside = True
    return found
