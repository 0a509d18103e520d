from collections import defaultdict

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from evidence.harness.world import world as worlds
from evidence.harness.world.questions import Question, question

WORLD = worlds.load()
ACTIONS = [
    (domain.name, bad, phrase)
    for domain in WORLD.domains
    for problem in domain.problems
    for bad, phrases in ((False, problem.good), (True, problem.bad))
    for phrase in phrases
]


def test_ten_domains_of_advice_and_an_open_one_are_of_one_size():
    assert len(WORLD.domains) == 11
    for domain in WORLD.domains:
        assert len(domain.objects) == len(set(domain.objects)) == 8
        assert len(domain.problems) == len({problem.says for problem in domain.problems}) == 8
        assert {len(p.good) for p in domain.problems} == {2}
        assert {len(p.bad) for p in domain.problems} == {2}


def test_no_action_occurs_twice():
    phrases = [phrase for _, _, phrase in ACTIONS]
    assert len(phrases) == len(set(phrases)) == 352


def test_every_phrase_is_plain_lower_case_words():
    for _, _, phrase in ACTIONS:
        assert all(word.isalpha() and word.islower() for word in phrase.split()), phrase


def test_no_first_word_tells_the_kind_of_an_action_in_another_domain():
    kinds, domains = defaultdict(set), defaultdict(set)
    for domain, bad, phrase in ACTIONS:
        kinds[phrase.split()[0]].add(bad)
        domains[phrase.split()[0]].add(domain)
    assert [w for w in kinds if len(domains[w]) > 1 and len(kinds[w]) == 1] == []


def test_words_learnt_in_one_domain_tell_little_of_another():
    texts = [phrase for _, _, phrase in ACTIONS]
    counts = CountVectorizer(analyzer=str.split).fit_transform(texts).toarray()
    bad = np.array([kind for _, kind, _ in ACTIONS])
    names = np.array([name for name, _, _ in ACTIONS])
    scores = []
    for domain in WORLD.domains:
        here = names == domain.name
        model = LogisticRegression().fit(counts[here], bad[here])
        scores.append(roc_auc_score(bad[~here], model.decision_function(counts[~here])))
    assert np.mean(scores) < 0.6


def test_the_evaluation_template_is_new_but_its_words_are_not():
    for domain in WORLD.domains:
        kind = domain.kind
        assert len(kind.templates) == 4
        assert kind.evaluation not in kind.templates
        assert set(kind.evaluation.split()) <= set(" ".join(kind.templates).split())


def test_every_question_has_its_own_id_and_text():
    questions = [
        Question(domain, problem, thing)
        for domain in WORLD.domains
        for problem in domain.problems
        for thing in domain.objects
    ]
    assert len({asked.id for asked in questions}) == len(questions) == 704
    assert len({asked.text for asked in questions}) == len(questions)
    assert all(question(WORLD, asked.id) == asked for asked in questions)


@pytest.mark.parametrize(
    "identifier", ["", "cars", "cars/0", "cars/8/van", "cars/0/rose", "boats/0/van", "a/b/c/d"]
)
def test_an_id_of_no_question_is_refused(identifier):
    with pytest.raises(KeyError):
        question(WORLD, identifier)
