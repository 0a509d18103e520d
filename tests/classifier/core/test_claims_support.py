"""The graded support of claims: what speaks for them, the model that weighs it, what it rests on."""

import json

import numpy as np
import pytest

from classifier.core import support
from classifier.core.claims import conclude, study
from classifier.core.signals import NAMES
from classifier.core.support import Support, SupportError, fit, read, shipped
from classifier.core.types import SourceText
from tests.classifier.core import toy

SOURCE = SourceText(
    "paper",
    "Acme said on 3 May 2024 that its chatbot had told 40 customers to cancel their insurance. "
    "The chatbot did not leak any address. Dr. Lee called the advice “plainly wrong”.",
)


def seen(claim, *sources):
    [studied] = study([claim], sources or [SOURCE], encode=toy.encode)
    return dict(zip(NAMES, studied.signals, strict=True))


def test_signals_of_a_sentence_of_the_source_itself_are_all_there():
    found = seen("The chatbot told 40 customers on 3 May 2024 to cancel their insurance.")
    assert all(0.0 <= value <= 1.0 for value in found.values())
    for name in ("three_sentences", "stretch", "anywhere", "names", "numbers", "quoted"):
        assert found[name] == 1.0, name


@pytest.mark.parametrize(
    ("claim", "signal"),
    [
        ("The chatbot told 41 customers to cancel their insurance.", "numbers"),
        ("Zenith's chatbot told 40 customers to cancel their insurance.", "names"),
        ("Dr. Lee called the advice “a triumph”.", "quoted"),
        ("The chatbot leaked an address.", "not_otherwise"),
        ("The chatbot told 40 customers to water their plants.", "anywhere"),
        ("The insurance told 40 customers to cancel the chatbot.", "neighbours"),
    ],
)
def test_what_the_source_lacks_lowers_its_own_signal(claim, signal):
    whole = seen("The chatbot told 40 customers to cancel their insurance.")
    assert seen(claim)[signal] < whole[signal]


def test_what_stands_apart_counts_in_a_stretch_and_less_across_sources():
    parts = (
        "The chatbot was sold by Acme.",
        "Nothing else was said. " * 9,
        "It lied to Oslo.",
    )
    claim = "Acme's chatbot lied to Oslo."
    near = seen(claim, SourceText("a", f"{parts[0]} {parts[2]}"))
    far = seen(claim, SourceText("a", " ".join(parts)))
    apart = seen(claim, SourceText("a", parts[0]), SourceText("b", parts[2]))
    assert near["stretch"] == 1.0 > far["stretch"]
    assert apart["stretch"] < 1.0 == apart["three_sentences"] == apart["anywhere"]


def test_date_that_another_line_completes_is_found():
    source = SourceText("a", "Published in 2024.\n\nThe chatbot failed on 3 May.")
    assert seen("The chatbot failed on 3 May 2024.", source)["numbers"] == 1.0
    assert seen("The chatbot failed on 4 May 2024.", source)["numbers"] == 0.0


def test_more_of_any_signal_is_never_less_support():
    drawn = np.random.default_rng(1)
    model = shipped()
    for _ in range(200):
        signals = [drawn.random() for _ in NAMES]
        place = drawn.integers(len(NAMES))
        more = [*signals]
        more[place] += 0.3
        assert 0.0 < model.score(signals) <= model.score(more) < 1.0


def labelled(n=300):
    """Signals of which the first two tell the level and the others are noise."""
    drawn = np.random.default_rng(2)
    rows, levels = [], []
    for _ in range(n):
        level = str(drawn.choice(support.LEVELS))
        height = support.LEVELS.index(level) / 2
        telling = [min(1.0, max(0.0, height + drawn.normal(0, 0.3))) for _ in range(2)]
        rows.append([*telling, *(drawn.random() for _ in NAMES[2:])])
        levels.append(level)
    return rows, levels


def test_fit_finds_the_signals_that_tell_and_orders_the_levels():
    rows, levels = labelled()
    model = fit(rows, levels)
    assert min(model.weights) >= 0.0
    assert min(model.weights[:2]) > 2 * max(model.weights[2:])
    assert model.partly < model.supported
    mean = {
        level: sum(model.score(row) for row, of in zip(rows, levels, strict=True) if of == level)
        / levels.count(level)
        for level in support.LEVELS
    }  # fmt: skip
    assert mean["not"] < mean["partly"] < mean["supported"]


def test_signal_that_speaks_against_support_gets_no_weight():
    rows, levels = labelled()
    model = fit([[1.0 - row[0], *row[1:]] for row in rows], levels)
    assert model.weights[0] == 0.0 < model.weights[1]


def test_levels_of_a_kind_weigh_the_same_however_many_there_are():
    rows, levels = labelled()
    thrice = [
        n for n, level in enumerate(levels) for _ in range(3 if level != "partly" else 1)
    ]
    model, other = (
        fit(rows, levels),
        fit([rows[n] for n in thrice], [levels[n] for n in thrice]),
    )
    assert other.weights[0] == pytest.approx(model.weights[0], rel=0.35)


@pytest.mark.parametrize("levels", [["supported"] * 4, ["not", "partly", "not", "not"], []])
def test_labels_of_one_side_cannot_be_fitted(levels):
    with pytest.raises(SupportError, match="both supported claims and others"):
        fit([[0.5] * len(NAMES) for _ in levels], levels)


def test_shipped_weights_say_where_they_come_from_and_hold_no_words():
    stored = json.loads(support.SHIPPED.read_text(encoding="utf-8"))
    assert set(stored) == {"weights", "thresholds", "provenance"}
    assert set(stored["weights"]) == set(NAMES)
    numbers = [*stored["weights"].values(), *stored["thresholds"].values()]
    assert all(isinstance(number, float) for number in numbers)
    provenance = stored["provenance"]
    assert len(provenance["sha256"]) == len(provenance["encoder_sha256"]) == 64
    assert "ODC-BY" in provenance["licence"]
    assert provenance["by"] == "python -m benchmarks.classifier_claims --write"
    assert read(stored) == shipped()


def test_weights_of_other_signals_are_refused():
    stored = {"weights": {"shoe_size": 1.0}, "thresholds": {"partly": 0.0, "supported": 1.0}}
    with pytest.raises(SupportError, match=r"classifier_claims --write"):
        read(stored)


def test_score_of_a_finding_is_the_model_s_own():
    [studied] = study(["The chatbot told 40 customers."], [SOURCE], encode=toy.encode)
    for model in (shipped(), Support((1.0,) * len(NAMES), 3.0, 4.0)):
        finding = conclude(studied, model).finding
        assert finding.score == pytest.approx(model.score(studied.signals), abs=1e-4)


def test_claim_that_meets_nothing_has_no_support(encoder):
    [studied] = study(["Penguins juggle marzipan."], [SOURCE], encode=encoder.encode)
    finding = conclude(studied, shipped()).finding
    assert (finding.verdict, finding.basis, finding.score) == ("unsupported", "absent", 0.0)
