from itertools import islice

import pytest

from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship, documents

WORLD = worlds.load()
N = 6000


@pytest.fixture(scope="module")
def corpora():
    return {kind: list(islice(documents(WORLD, kind, seed=3), N)) for kind in Authorship}


def agreement(corpus, *, same_domain):
    """Share of pairs of turns in one document that are both good or both bad."""
    pairs = [
        one.bad == other.bad
        for document in corpus
        for at, one in enumerate(document.turns)
        for other in document.turns[at + 1 :]
        if (one.domain == other.domain) == same_domain
    ]
    return sum(pairs) / len(pairs)


def test_both_worlds_ask_the_same_questions(corpora):
    shared, null = corpora[Authorship.SHARED], corpora[Authorship.NULL]
    for one, other in zip(shared, null, strict=True):
        assert [turn.question for turn in one.turns] == [turn.question for turn in other.turns]


def test_a_document_has_four_turns_over_three_domains(corpora):
    for document in corpora[Authorship.SHARED]:
        assert len(document.turns) == 4
        assert len({turn.domain for turn in document.turns}) == 3


@pytest.mark.parametrize("kind", Authorship)
def test_marginals_are_the_same_in_both_worlds(corpora, kind):
    corpus = corpora[kind]
    bad = sum(turn.bad for document in corpus for turn in document.turns) / (4 * N)
    with_header = [document for document in corpus if document.header]
    bad_headers = sum(bool(document.header_bad) for document in with_header)
    # 0.40 bad with 2% flipped is 0.404; the header says bad with 0.40 x 0.95 + 0.60 x 0.05.
    assert bad == pytest.approx(0.404, abs=0.025)
    assert len(with_header) / N == pytest.approx(0.5, abs=0.02)
    assert bad_headers / len(with_header) == pytest.approx(0.41, abs=0.03)


def test_a_shared_author_is_of_one_kind_in_all_domains(corpora):
    # Both unflipped, or both flipped: 0.98 squared + 0.02 squared.
    assert agreement(corpora[Authorship.SHARED], same_domain=False) == pytest.approx(
        0.961, abs=0.01
    )


def test_without_a_shared_author_domains_are_independent_but_each_is_of_one_kind(corpora):
    null = corpora[Authorship.NULL]
    # Two independent turns agree with 0.404 squared + 0.596 squared.
    assert agreement(null, same_domain=False) == pytest.approx(0.518, abs=0.015)
    assert agreement(null, same_domain=True) == pytest.approx(0.961, abs=0.015)


@pytest.mark.parametrize(
    ("kind", "expected"),
    # Right with 0.95: the turn agrees unless exactly one of header and turn is off.
    [
        (Authorship.SHARED, 0.95 * 0.98 + 0.05 * 0.02),
        (Authorship.NULL, 0.41 * 0.404 + 0.59 * 0.596),
    ],
)
def test_the_header_tells_of_the_author_only_where_there_is_one(corpora, kind, expected):
    agrees = [
        turn.bad == document.header_bad
        for document in corpora[kind]
        if document.header
        for turn in document.turns
    ]
    assert sum(agrees) / len(agrees) == pytest.approx(expected, abs=0.02)


def test_the_header_names_the_kind():
    [document] = [
        d for d in islice(documents(WORLD, Authorship.SHARED, seed=0), 50) if d.header
    ][:1]
    word = WORLD.bad_author if document.header_bad else WORLD.good_author
    assert word in str(document.header)


def test_the_same_seed_writes_the_same_documents():
    one, again, other = (
        list(islice(documents(WORLD, Authorship.SHARED, seed=seed), 5)) for seed in (1, 1, 2)
    )
    assert one == again != other


def test_half_of_the_documents_are_put_as_chats_are_in_both_worlds(corpora):
    shared, null = corpora[Authorship.SHARED], corpora[Authorship.NULL]
    put = [document.transcript for document in shared]
    assert put == [document.transcript for document in null]
    assert sum(put) / N == pytest.approx(0.5, abs=0.02)
