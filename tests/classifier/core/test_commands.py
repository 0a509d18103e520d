import io
import json
import subprocess
import sys

import pytest

from classifier.core.commands import main


def lines(path, rows):
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return str(path)


def answers(*arguments):
    out = io.StringIO()
    assert main(arguments, out) == 0
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.slow
def test_claims_are_answered_a_line_each(tmp_path):
    evidence = ["# A head", "The bridge opened in 1932.", "Nobody fell. It was a fine day."]
    rows = [
        {"id": "a", "claim": "The bridge opened in 1932.", "evidence": evidence},
        {"claim": "The bridge opened in 1934.", "evidence": evidence, "meta": {"id": "dev1"}},
        {"claim": "Cats sleep.", "evidence": []},
    ]
    found = answers("claims", "--claims", lines(tmp_path / "c.jsonl", rows))
    assert [row["id"] for row in found] == ["a", "dev1", 3]
    assert [row["verdict"] for row in found] == ["supported", "contradicted", "unchecked"]
    assert [row["best"][:1] for row in found] == [[1], [1], []]
    assert found[0]["score"] > found[1]["score"] > found[2]["score"] == 0


def test_rationale_gives_slots_in_the_text_s_words(tmp_path):
    text = "Zenith's chatbot gave wrong prices. Customers reportedly lost money."
    rows = [{"id": 1, "text": text, "providers": ["Zenith"]}]
    [row] = answers("rationale", "--texts", lines(tmp_path / "t.jsonl", rows))
    assert set(row["slots"]) == {"system", "act", "harm", "counterfactual"}
    harm = row["slots"]["harm"]
    assert (
        text[harm["start"] : harm["end"]] == harm["text"] == "Customers reportedly lost money"
    )
    assert row["slots"]["counterfactual"] is None
    assert row["hedges"] == ["reportedly"]


@pytest.mark.slow
def test_similar_ranks_the_corpus_for_each_query(tmp_path):
    corpus = [
        {"id": "car", "text": "A car hit a wall."},
        {"id": "dog", "text": "A dog barked."},
    ]
    queries = [{"id": "q", "text": "The vehicle struck a wall."}]
    [row] = answers(
        "similar",
        *("--corpus", lines(tmp_path / "c.jsonl", corpus)),
        *("--queries", lines(tmp_path / "q.jsonl", queries)),
    )
    assert [match["id"] for match in row["similar"]] == ["car", "dog"]


@pytest.mark.slow
def test_propose_ranks_every_code(tmp_path):
    codes = [
        {"code": "X1", "title": "Leak", "definition": "Private data are given to strangers."},
        {"code": "X2", "definition": "A vehicle crashes.", "examples": ["A car hit a wall."]},
    ]
    texts = [{"id": "t", "text": "The car hit a wall."}]
    [row] = answers(
        "propose",
        *("--codes", lines(tmp_path / "c.jsonl", codes)),
        *("--texts", lines(tmp_path / "t.jsonl", texts)),
    )
    assert [code["code"] for code in row["codes"]] == ["X2", "X1"]
    assert set(row) == {"id", "codes", "abstained"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b'{"claim": "a", "evidence": ["b"]}\n{"claim": ', "line 2: is not JSON"),
        (b'{"claim": "a", "evidence": ["b"]}\n\n[1]', "line 3: must be a JSON object"),
        (b'{"evidence": ["b"]}', "line 1: 'claim' is missing or is not a text"),
        (b'{"claim": "a", "evidence": "b"}', "line 1: 'evidence' must be a list of texts"),
        (b"\xff\xfe", "is not UTF-8 text"),
    ],
)
def test_bad_input_is_one_line_that_names_file_and_line(tmp_path, capsys, content, message):
    path = tmp_path / "claims.jsonl"
    if content is not None:
        path.write_bytes(content)
    assert main(["claims", "--claims", str(path)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(str(path))
    assert message in line


def test_no_codes_and_no_model_are_told(tmp_path, capsys):
    empty = lines(tmp_path / "empty.jsonl", [])
    assert main(["propose", "--codes", empty, "--texts", empty]) == 2
    assert "holds no codes" in capsys.readouterr().err
    rows = lines(tmp_path / "c.jsonl", [{"claim": "a", "evidence": ["b"]}])
    assert main(["claims", "--claims", rows, "--encoder", str(tmp_path)]) == 2
    assert "No model weights" in capsys.readouterr().err


@pytest.mark.slow
def test_module_runs_by_itself(tmp_path):
    texts = lines(tmp_path / "t.jsonl", [{"id": "t", "text": "The chatbot lied."}])
    run = subprocess.run(
        [sys.executable, "-m", "classifier.core", "rationale", "--texts", texts],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(run.stdout)["id"] == "t"
    assert run.stderr == ""


@pytest.mark.slow
def test_ids_are_told_back_as_they_were_given(tmp_path):
    corpus = [
        {"id": 1, "text": "A car hit a wall.", "date": "2026-05-01", "entities": ["Acme"]},
        {"id": "2", "text": "A car hit a wall.", "date": "2020-05-01", "entities": ["Else"]},
    ]
    queries = [{"id": "q", "text": "A car.", "date": "2026-05-03", "entities": ["acme"]}]
    [row] = answers(
        "similar",
        *("--corpus", lines(tmp_path / "c.jsonl", corpus)),
        *("--queries", lines(tmp_path / "q.jsonl", queries)),
        *("--shared-entity", "--days", "10"),
    )
    assert [match["id"] for match in row["similar"]] == [1]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"id": NaN, "text": "a"}', "NaN is no number of JSON"),
        (b'{"id": ' + b"1" * 5000 + b', "text": "a"}', "line 1: cannot be read"),
        (b'{"text": ' + b"[" * 100_000, "line 1: cannot be read"),
        (b'{"id": 1, "text": "a \\ud800 b"}', "half of a pair"),
        (b'{"id": "\\udc00", "text": "a"}', "half of a pair"),
        (b'{"id": 1, "text": 7}', "'text' is missing or is not a text"),
        (b"[1]", "must be a JSON object"),
        (b"\xff", "is not UTF-8 text"),
    ],
    ids=["NaN", "digits", "depth", "surrogate", "surrogate id", "number", "list", "bytes"],
)
def test_line_that_cannot_be_used_is_told_in_one(tmp_path, capsys, line, problem):
    path = tmp_path / "t.jsonl"
    path.write_bytes(line)
    assert main(["rationale", "--texts", str(path)]) == 2
    told = capsys.readouterr().err
    assert (problem in told, told.count("\n"), str(path) in told) == (True, 1, True)


def test_marks_of_an_encoding_and_escaped_pairs_are_read(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "\\ud83d\\ude00", "text": "A \\\\ud800 bot spoke."}')
    [row] = answers("rationale", "--texts", str(path))
    assert row["id"] == "\N{GRINNING FACE}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", "--texts", "t", "--codes", "c", "--folds", "1"),
        ("severity", "--texts", "t", "--folds", "0"),
        ("severity", "--texts", "t", "--repeats", "0"),
        ("claims", "--claims", "c", "--folds", "1"),
        ("similar", "--corpus", "c", "--queries", "q", "--limit", "-1"),
        ("similar", "--corpus", "c", "--queries", "q", "--days", "-1"),
    ],
    ids=" ".join,
)
def test_number_that_makes_no_sense_is_refused(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "is not a whole number from" in capsys.readouterr().err


def test_grades_of_two_scales_are_not_mixed(tmp_path, capsys):
    rows = [
        {"id": n, "text": "a", "level": 0, "levels": ["a", "b"][: n + 1]} for n in range(2)
    ]
    assert main(["severity", "--texts", lines(tmp_path / "t.jsonl", rows)]) == 2
    assert "line 2: 'levels' must be those of the first line" in capsys.readouterr().err
    learned, tested = (
        lines(tmp_path / f"{n}.jsonl", [row]) for n, row in enumerate(rows)
    )  # a file each
    assert main(["severity", "--texts", learned, "--test", tested]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{tested}: its 'levels' are not those of {learned}: grades of")
    assert told.count("\n") == 1


CODE = {
    "code": "A",
    "title": "Crash",
    "definition": "A car hits a wall.",
    "examples": ["It hit."],
}
GRADED = {
    "id": "g",
    "text": "A car hit a wall.",
    "group": "g",
    "level": 1,
    "levels": ["a", "b"],
}
CODED = {"id": "t", "text": "A car hit a wall.", "group": "g", "codes": ["A"]}
HELD = {
    "id": "c",
    "claim": "It hit.",
    "evidence": ["It hit."],
    "group": "g",
    "label": "partly",
}
DATED = {"id": "d", "text": "It hit.", "date": "2026-05-31", "entities": ["Acme"]}
FILES = {  # of each command: the options that name files, each with a row of it
    "fit": {"--texts": CODED, "--codes": CODE},
    "evaluate": {"--texts": CODED, "--codes": CODE, "--test": {**CODED, "id": "u"}},
    "propose": {"--codes": CODE, "--texts": {"id": "t", "text": "A car hit a wall."}},
    "severity": {"--texts": GRADED, "--test": GRADED},
    "claims": {"--claims": HELD, "--test": HELD},
    "rationale": {"--texts": {"id": 7, "text": "It hit.", "providers": ["Acme"]}},
    "similar": {"--corpus": DATED, "--queries": DATED},
}
MAY_BE_NULL = {"group", "codes", "date", "label"}  # as where the row does not say it
MAY_BE_A_NUMBER = {"id", "group", "level"}
DAMAGED: dict[str, object] = {
    "null": None, "number": 1, "fraction": 1.5, "yes": True, "list": [], "numbers": [7],
    "nulls": [None], "lists": [["a"]], "object": {},
}  # fmt: skip
MAY_BE_A_LIST = {"codes", "examples", "evidence", "providers", "entities"}  # an empty one


def damages():
    for command, files in FILES.items():
        for option, row in files.items():
            for field in row:
                for kind, value in DAMAGED.items():
                    fits = (
                        (kind == "null" and field in MAY_BE_NULL)
                        or (kind == "number" and field in MAY_BE_A_NUMBER)
                        or (kind == "list" and field in MAY_BE_A_LIST)
                    )
                    if not fits:
                        yield pytest.param(
                            command, option, {**row, field: value},
                            id=f"{command} {option} {field} {kind}",
                        )  # fmt: skip


@pytest.mark.parametrize(("command", "option", "damaged"), list(damages()))
def test_damaged_field_is_refused_in_one_line(tmp_path, capsys, command, option, damaged):
    words, names = [command], {}
    if command == "fit":
        words += ["--out", str(tmp_path / "model")]
    for name, row in FILES[command].items():
        path = tmp_path / f"{name[2:]}.jsonl"
        names[name] = lines(path, [damaged if name == option else row])
        words += [name, names[name]]
    out = io.StringIO()
    assert main(words, out) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if "Warning" not in line]
    assert (out.getvalue(), len(told)) == ("", 1)
    assert told[0].startswith((f"{names[option]}, line 1: ", f"{names[option]}: "))
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("command", "option", "row"),
    [("similar", "--corpus", DATED), ("fit", "--texts", CODED)],
)
def test_one_and_the_text_one_are_the_same_id(tmp_path, capsys, command, option, row):
    words = [command, *(["--out", str(tmp_path / "model")] if command == "fit" else [])]
    for name, other in FILES[command].items():
        given = [{**row, "id": 1}, {**row, "id": "1"}] if name == option else [other]
        words += [name, lines(tmp_path / f"{name[2:]}.jsonl", given)]
    assert main(words) == 2
    assert "line 2: the id '1' is there twice" in capsys.readouterr().err


def test_reader_that_goes_away_is_no_error(tmp_path):
    rows = [{"id": n, "text": "A bot spoke. " * 20} for n in range(400)]
    path = lines(tmp_path / "t.jsonl", rows)
    command = [sys.executable, "-m", "classifier.core", "rationale", "--texts", path]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141
