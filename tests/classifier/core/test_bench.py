import io
import json

import pytest

from classifier.core.commands import main
from classifier.core.throughput import TOKENS, Figure, samples


class Words:
    """A tokenizer of one token a word, with marks of begin and end."""

    def __call__(self, text, *, verbose):
        return {"input_ids": [0, *text.split(), 0], "verbose": verbose}


def test_samples_are_of_one_length_and_no_two_alike():
    found = samples(Words(), 8)
    assert {len(text.split()) for text in found} == {TOKENS - 2}
    assert len(set(found)) == 8
    assert found == samples(Words(), 8)


def test_a_figure_is_the_median_with_its_range():
    assert Figure.of([3.0, 1.0, 2.0]) == Figure(2.0, 1.0, 3.0)


@pytest.mark.slow
def test_throughput_is_told_beside_sentence_transformers():
    out = io.StringIO()
    assert main(["bench", "--texts", "4", "--rounds", "1", "--device", "cpu"], out) == 0
    told = json.loads(out.getvalue())
    assert told["smallest_cosine"] >= 0.999
    assert told["clock"] == "process"
    assert (told["texts"], told["rounds"], told["tokens"], told["window"]) == (4, 1, 300, 256)
    assert told["ratio_to_best"]["value"] == pytest.approx(
        told["encoder"]["value"] / told["best_float32"]["value"], rel=0.01
    )
    assert told["default_float32"]["value"] <= told["best_float32"]["value"]
    assert told["share_of_bfloat16_peak"] is None


@pytest.mark.parametrize("given", ["0", "-1", "many"])
def test_a_number_of_rounds_below_one_is_refused(given, capsys):
    with pytest.raises(SystemExit):
        main(["bench", "--rounds", given])
    assert "is not a whole number from 1" in capsys.readouterr().err
