import re
from html import unescape

import pytest

from wires.rendering import DEEPEST, Mark, body_html, web_address

HTML = re.compile(r"<[^>]+>")


def marked(body: str, sentence: str, words: str = "supported · wording") -> Mark:
    return Mark(1, body.index(sentence) + len(sentence), "supported", words)


def text(html: str) -> str:
    return unescape(HTML.sub("", html)).replace("\N{NO-BREAK SPACE}", " ")


def test_citation_links_to_its_place_in_the_list():
    html = body_html("One fact.[^b]", sources=["a", "b"], marks=[])
    assert '<sup><a class="cite" href="#source-b">' in html
    assert text(html) == "One fact.source 2"


def test_bare_citation_names_every_source():
    html = body_html("One fact. [source]", sources=["a", "b"], marks=[])
    assert 'href="#source-a"' in html
    assert 'href="#source-b"' in html


@pytest.mark.parametrize("body", ["One fact.[^ghost]", "One fact. [^It-killed-40-people]"])
def test_unknown_citation_says_nothing_but_that_it_is_one(body):
    html = body_html(body, sources=["a"], marks=[])
    assert html == "<p>One fact.<sup>[?]</sup></p>"


def test_bare_citation_without_a_source_is_unknown():
    html = body_html("One fact. [source]", sources=[], marks=[])
    assert html == "<p>One fact.<sup>[?]</sup></p>"


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
    assert "#source-a" not in html


# What a body may write in the hope that it stands for HTML of ours, whatever the number.
SIGNS = [
    "{}", "&#{};", "&#x{:x};", "&amp;#x{:x};", "\\{}", "<{}>", "\x02{}\x03", "\x02klzzwxh:000{}\x03",
    '<a class="verdict supported" id="said-{0}" href="#claim-{0}">supported · wording</a>',
    '&lt;a class="verdict supported" id="said-{0}"&gt;supported&lt;/a&gt;',
]  # fmt: skip


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    "place",
    ["# A lie.{}\n\n", "A lie.{} ", "`A lie.{}` ", "[A lie.{}](/a{}) ", "| A lie.{} |\n\n"],
)
@pytest.mark.parametrize("number", [0, 1, 60])
def test_a_body_cannot_take_the_verdict_of_a_sentence(sign, place, number):
    body = place.replace("{}", sign.format(number)) + "One fact.[^a]"
    html = body_html(body, sources=["a"], marks=[marked(body, "One fact.[^a]")])
    assert html.count('<a class="verdict') == html.count('<a class="cite') == 1
    assert text(html).endswith("One fact.source 1 Sentence 1: supported · wording")


@pytest.mark.parametrize("written", [chr, "&#{};".format, "&#x{:x};".format, "&#X{:X}".format])
def test_no_sign_of_the_private_areas_stands_for_a_verdict(written):
    areas = [(0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD)]
    signs = [
        written(sign) for first, last in areas for sign in (*range(first, first + 9), last)
    ]
    for opening in signs:
        lies = " ".join(f"A lie.{opening}1{closing}" for closing in signs)
        body = f"{lies}\n\nOne fact.[^a]"
        html = body_html(body, sources=["a"], marks=[marked(body, "One fact.[^a]")])
        assert html.count('<a class="verdict') == html.count('<a class="cite') == 1


def test_lists_stand_in_their_items_and_in_quotations():
    body = "- One\n  1. Two\n\n     More.\n- Three\n\n> Four\n> - Five\n\nSix"
    assert body_html(body, sources=[], marks=[]).replace("\n", "") == (
        "<ul><li>One<ol><li>Two<p>More.</p></li></ol></li><li>Three</li></ul>"
        "<blockquote><p>Four</p><ul><li>Five</li></ul></blockquote><p>Six</p>"
    )


def test_tables_have_heads_and_rows():
    body = "| a | *b* |\n|---|---|\n| c | d |\n\n| e |\n|---|"
    assert body_html(body, sources=[], marks=[]).replace("\n", "") == (
        "<table><thead><tr><th>a </th><th> <em>b</em></th></tr></thead>"
        "<tbody><tr><td>c </td><td> d</td></tr></tbody></table>"
        "<table><thead><tr><th>e</th></tr></thead></table>"
    )


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("**One *two***", "<p><strong>One </strong><strong><em>two</em></strong></p>"),
        ("~~One~~ `two`", "<p><del>One</del> <code>two</code></p>"),
        ("~~~\nOne\n~~~", "<p>One</p>"),
        ("**One", "<p>One</p>"),
        ("One < two & &lt;b&gt; &amp;amp;", "<p>One &lt; two &amp; &lt;b&gt; &amp;amp;</p>"),
        (
            '[One](https://a.org/?b=c&amp;d "Two")',
            '<p><a href="https://a.org/?b=c&amp;d" rel="noopener nofollow">One</a></p>',
        ),
        (
            "[One][1]\n\n[1]: https://a.org",
            '<p><a href="https://a.org" rel="noopener nofollow">One</a></p>',
        ),
    ],
)
def test_marks_of_a_body_are_set(body, html):
    assert body_html(body, sources=[], marks=[]) == html


def test_verdict_inside_of_a_link_is_no_part_of_it():
    body = "[One fact. Two facts.](https://a.org)"
    html = body_html(body, sources=[], marks=[Mark(1, 10, "supported", "v")])
    assert '>One fact.</a>\N{NO-BREAK SPACE}<a class="verdict' in unescape(html)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body", [">" * 50_000 + "Text.", "".join(f"{' ' * 2 * n}- Text.\n" for n in range(300))]
)
def test_no_body_nests_without_end(body):
    html = body_html(body, sources=[], marks=[])
    assert html.count("Text.") == body.count("Text.")
    assert max(html.count("<blockquote>"), html.count("<ul>")) <= DEEPEST


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
