"""Which stretches of a sentence are whole: names of systems, and what is said that they did.

Rules of English word order over the kinds of words (article, verb, preposition, ...), in the
manner of a partial parser (Abney, 1996): no dictionary is at hand that tells a noun from a
verb, so that what is asked is only what order and endings can tell.
"""

from collections.abc import Iterator, Sequence

Kinds = frozenset[str]

_FINITE = frozenset(("verb", "auxiliary"))
_BESIDE_VERB = frozenset(("hedge", "adverb"))
_GROUP = _FINITE | _BESIDE_VERB
_ENDS_NOUN = _FINITE | {"preposition", "joint", "relative"}
_NO_NAME_BEGINS = _GROUP | {"relative", "pronoun"}
_NO_NAME_HOLDS = frozenset(("date", "role", "person's clause", "told"))
_NAMING = frozenset(("named system", "provider"))
_NOUN_OF_CLAUSE = 6  # words of a subject before its verb


def is_name(tokens: Sequence[Kinds], breaks: Sequence[bool], before: Kinds) -> bool:
    """Tell whether words, which come after one of the kinds `before`, can be one name of a system: what it is first, then what it is of.

    The noun that comes before any preposition, comma or clause names a system or a provider, or
    is called one beside it (`Tay, a chatbot`). A verb is allowed in a clause that belongs to the
    name (`the tool that the bank used`, `a tool trained on resumes`) and nowhere else. No name
    holds a date, or words that a record uses of itself.
    """
    everything = frozenset[str]().union(*tokens)
    if tokens[0] & _NO_NAME_BEGINS or everything & _NO_NAME_HOLDS:
        return False
    if any("joint" in kinds and "and" not in kinds for kinds in tokens):
        return False
    if any(breaks[n] and tokens[n] & {"joint", "pronoun"} for n in range(1, len(tokens))):
        return False
    return _is_named(tokens, breaks, before) and _has_no_verb_of_its_own(tokens)


def _is_named(tokens: Sequence[Kinds], breaks: Sequence[bool], before: Kinds) -> bool:
    noun = _noun_end(tokens, breaks, 0)
    if _names(tokens[:noun]):
        return True
    beside = noun < len(tokens) and breaks[noun] and "article" in tokens[noun]
    # `In India, a car` names no car.
    own_name = "preposition" not in before and any(
        "capital" in kinds for kinds in tokens[:noun]
    )
    return own_name and beside and _names(tokens[noun : _noun_end(tokens, breaks, noun)])


def _noun_end(tokens: Sequence[Kinds], breaks: Sequence[bool], first: int) -> int:
    places = range(first + 1, len(tokens))
    return next((n for n in places if breaks[n] or tokens[n] & _ENDS_NOUN), len(tokens))


def _names(tokens: Sequence[Kinds]) -> bool:
    return bool(frozenset[str]().union(*tokens) & _NAMING)


def _has_no_verb_of_its_own(tokens: Sequence[Kinds]) -> bool:
    clauses = 0
    for n, kinds in enumerate(tokens):
        clauses += "relative" in kinds
        if kinds & _FINITE and not tokens[n - 1] & _GROUP:
            if not clauses and not _is_attached(tokens, n):
                return False
            clauses = max(0, clauses - 1)
    return True


def _is_attached(tokens: Sequence[Kinds], place: int) -> bool:
    """Tell whether a verb is said of the noun before it: `trained on`, `made by`."""
    follows = tokens[place + 1] if place + 1 < len(tokens) else frozenset[str]()
    before = tokens[place - 1] if place else frozenset[str]()
    told = before & (_GROUP | {"joint", "relative"})
    return "participle" in tokens[place] and "preposition" in follows and not told


def predicate_end(tokens: Sequence[Kinds], breaks: Sequence[bool], first: int) -> int:
    """Return where at last a predicate ends that begins here and whose subject is a system.

    It begins with its group of verbs, not in the middle of one, and ends before another
    subject has a verb. Where none begins here, `first` is returned. The subject is the noun
    before, that of the clause which `that` or `which` goes on, or that of the verb which `and`
    adds to.
    """
    verb = first
    while verb < len(tokens) and tokens[verb] & _BESIDE_VERB:
        verb += 1
    if verb == len(tokens) or not tokens[verb] & _FINITE or _is_attached(tokens, verb):
        return first
    if first and not breaks[first] and "auxiliary" in tokens[first - 1]:
        return first
    if not _has_naming_subject(tokens, breaks, first):
        return first
    others = (n for n in range(verb + 1, len(tokens)) if _begins_clause(tokens, breaks, n))
    dates = (n for n in range(verb + 1, len(tokens)) if "date" in tokens[n])
    return min(next(others, len(tokens)), next(dates, len(tokens)))


def _has_naming_subject(tokens: Sequence[Kinds], breaks: Sequence[bool], first: int) -> bool:
    before = first - 1
    while before >= 0 and tokens[before] & _BESIDE_VERB:
        before -= 1
    if before < 0:
        return False
    if "joint" in tokens[before]:
        verbs = [n for n in _verbs(tokens) if n < before]
        return bool(verbs) and _has_naming_subject(tokens, breaks, verbs[-1])
    if tokens[before] & _FINITE:  # `the tool that the bank bought | lost the records`
        clauses = [n for n in range(before) if "relative" in tokens[n]]
        return bool(clauses) and _has_naming_subject(tokens, breaks, clauses[-1])
    subject = frozenset[str]()
    for n in range(before, -1, -1):
        ends = tokens[n] & (_FINITE | {"joint", "relative"}) and not _is_attached(tokens, n)
        if ends and subject:
            break
        subject |= tokens[n]
    return bool(subject & (_NAMING | {"thing"}))


def _verbs(tokens: Sequence[Kinds]) -> Iterator[int]:
    """Yield where the groups of verbs begin."""
    for n, kinds in enumerate(tokens):
        if kinds & _FINITE and not (n and tokens[n - 1] & _GROUP):
            yield n


def _begins_clause(tokens: Sequence[Kinds], breaks: Sequence[bool], place: int) -> bool:
    """Tell whether another subject with its own verb begins after a comma or `and` here."""
    joined = "and" in tokens[place]
    if not (breaks[place] or joined):
        return False
    noun = place + 1 if "joint" in tokens[place] else place
    for n in range(noun, min(noun + _NOUN_OF_CLAUSE, len(tokens))):
        if tokens[n] & _FINITE and not _is_attached(tokens, n):
            return n > noun
        if tokens[n] & {"relative", "preposition", *_BESIDE_VERB} or (breaks[n] and n > noun):
            return False
    return False


def clause_end(tokens: Sequence[Kinds], breaks: Sequence[bool], first: int) -> int:
    """Return where at last a clause ends that begins here: before a date or another subject."""
    stops = (
        n
        for n in range(first, len(tokens))
        if "date" in tokens[n] or (n > first and _begins_clause(tokens, breaks, n))
    )
    return next(stops, len(tokens))
