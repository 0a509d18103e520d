import io
import json

import pytest

from classifier.core.commands import main
from tests.classifier.core.coded import CARDS, TEXTS


def lines(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def files(tmp_path):
    codes = [{"code": c.code, "title": c.title, "definition": c.definition} for c in CARDS]
    texts = [{"id": t.id, "text": t.text, "codes": t.codes, "group": t.group} for t in TEXTS]
    return lines(tmp_path / "codes.jsonl", codes), lines(tmp_path / "texts.jsonl", texts)


def answers(*arguments):
    out = io.StringIO()
    assert main(arguments, out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.slow
def test_fitted_folder_proposes(files, tmp_path):
    codes, texts = files
    model = str(tmp_path / "model")
    [told] = answers("fit", "--texts", texts, "--codes", codes, "--out", model)
    assert (told["texts"], told["labelled"], told["codes"]) == (120, 120, 3)
    assert told["metrics"]["map"]["value"] > 0.9
    asked = lines(tmp_path / "asked.jsonl", [{"id": "x", "text": "a car drove into a wall"}])
    [row] = answers("propose", "--model", model, "--texts", asked)
    assert set(row) == {"id", "codes", "abstained"}
    assert row["codes"][0]["code"] == "A"
    assert set(row["codes"][0]) == {"code", "score", "ticked", "probability"}
    assert answers("propose", "--model", model, "--texts", asked) == [row]


@pytest.mark.slow
def test_evaluate_says_every_figure_of_every_method(files):
    codes, texts = files
    [told] = answers("evaluate", "--texts", texts, "--codes", codes, "--repeats", "1")
    assert (told["n"], told["codes"]) == (120, 3)
    assert set(told["methods"]) == {"butfor", "prior", "tfidf", "cosine"}
    for figures in told["methods"].values():
        assert set(figures) == {
            "micro_f1", "macro_f1", "map", "recall_at_3", "recall_at_5", "ece",
        }  # fmt: skip
        assert set(figures["map"]) == {"value", "low", "high"}


@pytest.mark.slow
def test_evaluate_takes_shots_and_other_texts(files, tmp_path):
    codes, texts = files
    test = lines(
        tmp_path / "test.jsonl",
        [{"id": "q", "text": "the car hit a wall and a tree", "codes": ["A"]}],
    )
    arguments = ("--texts", texts, "--codes", codes, "--repeats", "1", "--shots", "4")
    [told] = answers("evaluate", *arguments, "--test", test)
    assert told["n"] == 1
    assert told["methods"]["butfor"]["recall_at_3"]["value"] == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"id": "1", "text": "a", "codes": []}] * 2, "line 2: the id '1' is there twice"),
        ([{"id": "1", "text": "a", "codes": ["Q"]}], "line 1: no definition of Q"),
        ([{"id": "1", "text": "a", "codes": "A"}], "line 1: 'codes' must be a list"),
        ([{"id": "1", "codes": []}], "line 1: 'text' is missing"),
        ([], "holds no texts"),
    ],
)
@pytest.mark.parametrize("command", ["fit", "evaluate"])
def test_rows_that_cannot_be_learned_are_one_line(
    files, tmp_path, capsys, command, rows, message
):
    texts = lines(tmp_path / "bad.jsonl", rows)
    out = ["--out", str(tmp_path / "m")] if command == "fit" else []
    assert main([command, "--texts", texts, "--codes", files[0], *out]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert message in line


@pytest.mark.slow
def test_one_text_can_be_learned_from_and_not_measured(files, tmp_path, capsys):
    texts = lines(tmp_path / "one.jsonl", [{"id": "1", "text": "", "codes": ["A"]}])
    model = str(tmp_path / "model")
    answers("fit", "--texts", texts, "--codes", files[0], "--out", model)
    [row] = answers("propose", "--model", model, "--texts", texts)
    assert row["abstained"]
    assert main(["evaluate", "--texts", texts, "--codes", files[0]]) == 2
    assert "cannot be split into 5 folds" in capsys.readouterr().err


@pytest.mark.slow
def test_a_folder_that_is_no_model_is_one_line(files, tmp_path, capsys):
    assert main(["propose", "--model", str(tmp_path), "--texts", files[1]]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "holds no trained model" in line


def test_two_definitions_of_one_code_are_refused(files, tmp_path, capsys):
    codes = lines(tmp_path / "c.jsonl", [{"code": "A", "definition": "a car"}] * 2)
    assert main(["propose", "--codes", codes, "--texts", files[1]]) == 2
    assert "line 2: 'A' is there twice" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tested", "both"),
    [
        ([{"id": "q", "text": "quite another text", "codes": ["A"]}], 0),
        ([{"id": "q", "text": f" {TEXTS[0].text}\n", "codes": ["A"]}], 1),
        ([{"id": "q", "text": "quite another text", "codes": ["A"], "group": TEXTS[3].group},
          {"id": "r", "text": "and one more", "codes": []}], 1),
        ([{"id": "q", "text": TEXTS[0].text}, {"id": "r", "text": "one more", "codes": []}], 0),
        (None, 120),
    ],
    ids=["none", "same words", "same group", "not labelled", "same file"],
)  # fmt: skip
def test_what_is_learned_from_and_measured_is_told(files, tmp_path, capsys, tested, both):
    codes, texts = files
    test = lines(tmp_path / "test.jsonl", tested) if tested else texts
    arguments = ("--texts", texts, "--codes", codes, "--repeats", "1", "--shots", "4")
    answers("evaluate", *arguments, "--test", test)
    told = [line for line in capsys.readouterr().err.splitlines() if "Warning" in line]
    assert len(told) == bool(both)
    assert (
        not both
        or f"{both} of the {len(tested or TEXTS)} rows to test on are among" in told[0]
    )


@pytest.mark.slow
def test_severity_and_claims_tell_it_too(tmp_path, capsys):
    graded = [{"text": text.text, "level": n % 2, "levels": ["a", "b"], "group": str(n)}
              for n, text in enumerate(TEXTS[:16])]  # fmt: skip
    texts = lines(tmp_path / "s.jsonl", graded)
    answers("severity", "--texts", texts, "--test", texts, "--repeats", "1")
    assert "16 of the 16 rows to test on" in capsys.readouterr().err
    claims = [{"claim": f"The bridge opened in {1900 + n}.", "evidence": ["It did."], "label": label}
              for n, label in enumerate(("supported", "partly", "not_supported") * 3)]  # fmt: skip
    path = lines(tmp_path / "c.jsonl", claims)
    main(["claims", "--claims", path, "--test", path], io.StringIO())
    assert "9 of the 9 rows to test on" in capsys.readouterr().err
