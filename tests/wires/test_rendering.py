import re

import pytest

from wires.rendering import CLOSE, OPEN, Mark, body_html, web_address

HTML = re.compile(r"<[^>]+>")


def marked(body: str, sentence: str, words: str = "supported · wording") -> Mark:
    return Mark(1, body.index(sentence) + len(sentence), "supported", words)


def text(html: str) -> str:
    return HTML.sub("", html).replace("\N{NO-BREAK SPACE}", " ")


def test_citation_links_to_its_place_in_the_list():
    html = body_html("One fact.[^b]", sources=["a", "b"], marks=[])
    assert '<sup><a class="cite" href="#source-b">' in html
    assert text(html) == "One fact.source 2"


def test_bare_citation_names_every_source():
    html = body_html("One fact. [source]", sources=["a", "b"], marks=[])
    assert 'href="#source-a"' in html
    assert 'href="#source-b"' in html


def test_unknown_citation_stays_as_it_was_written():
    assert "[^ghost]" in body_html("One fact.[^ghost]", sources=["a"], marks=[])


def test_definition_of_a_note_is_left_out():
    html = body_html("One fact.[^a]\n\n[^a]: https://example.org/a\n", sources=["a"], marks=[])
    assert "example.org" not in html


def test_verdict_follows_its_sentence_and_citation():
    body = "One *fact*.[^a] Another fact."
    html = body_html(body, sources=["a"], marks=[marked(body, "One *fact*.[^a]")])
    assert text(html) == "One fact.source 1 Sentence 1: supported · wording Another fact."
    assert 'id="said-1" href="#claim-1"' in html


def test_verdicts_find_their_places_in_lists_quotes_and_tables():
    body = "- One fact.\n- Two facts.\n\n> Three facts.\n\n| a | b |\n|---|---|\n| Four facts. | x |"
    marks = [
        Mark(n, body.index(said) + len(said), "partly", f"v{n}")
        for n, said in enumerate(("One fact.", "Two facts.", "Three facts.", "Four facts."), 1)
    ]
    html = body_html(body, sources=[], marks=marks)
    for n, said in enumerate(("One fact.", "Two facts.", "Three facts.", "Four facts."), 1):
        assert f"{said} Sentence {n}: v{n}" in text(html)
    assert "<table>" in html
    assert html.count("<li>") == 2


def test_headings_rank_alike():
    html = body_html("# One\n\n### Two\n\nText.", sources=[], marks=[])
    assert html.count("<h2>") == 2
    assert "<h1" not in html
    assert "<h3" not in html


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>Text.",
        '<img src=x onerror="alert(1)">Text.',
        "[Text.](javascript:alert(1))",
        "[Text.](JaVaScRiPt:alert(1))",
        "[Text.](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="https://example.org" onclick="alert(1)" style="color:red">Text.</a>',
        "<iframe src='https://example.org'></iframe>Text.",
        "<svg><script>alert(1)</script></svg>Text.",
        "<style>p{display:none}</style>Text.",
        "![Text.](https://example.org/pixel.png) Text.",
        '<p id="claims" class="verdict">Text.</p>',
        "<form action=/admin/><input name=x></form>Text.",
        "<math><mtext></p><script>alert(1)</script></math>Text.",
    ],
)
def test_what_a_body_brings_cannot_act(body):
    html = body_html(body, sources=["a"], marks=[])
    assert "Text." in html
    for refused in ("<script", "<img", "<iframe", "<style", "<svg", "<form", "<input", "onerror",
                    "onclick", "javascript:", "data:", "style=", "class=", " id="):  # fmt: skip
        assert refused not in html.lower()


def test_links_of_a_body_pass_nothing_on():
    html = body_html("[Text](https://example.org/a)", sources=[], marks=[])
    assert html == '<p><a href="https://example.org/a" rel="noopener nofollow">Text</a></p>'


def test_citation_inside_an_address_makes_no_tag_there():
    html = body_html('[Text](https://example.org/[^a]"x)', sources=["a"], marks=[])
    for tag in HTML.findall(html):
        assert tag.count("<") == 1
    assert OPEN not in html


@pytest.mark.parametrize("forged", [f"{OPEN}0{CLOSE}", f"{OPEN}9{CLOSE}", OPEN, CLOSE])
def test_a_body_cannot_write_the_places_of_our_own_html(forged):
    html = body_html(f"One fact.[^a] {forged}", sources=["a"], marks=[])
    assert html.count('class="cite"') == 1
    assert OPEN not in html
    assert CLOSE not in html


def test_verdict_words_are_escaped():
    html = body_html("Text.", sources=[], marks=[Mark(1, 5, 'a"b', "<b>")])
    assert "<b>" not in html
    assert 'a"b' not in html


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://example.org/a?b=1", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("ftp://example.org/a", False),
        ("https://", False),
        ("http://[", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_followed(url, followed):
    assert web_address(url) == (url if followed else "")
