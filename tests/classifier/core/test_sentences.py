import pytest

from classifier.core.sentences import split
from classifier.core.types import BARE_CITATION


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("No stop at the end", ["No stop at the end"]),
        ("", []),
        (" \n\n \t", []),
        ("***\n\n---", []),
        # abbreviations
        ("The U.S. Department acted. It won.", ["The U.S. Department acted.", "It won."]),
        ("He left the U.S. The court agreed.", ["He left the U.S.", "The court agreed."]),
        ("Dr. Smith met Mr. Jones. They spoke.", ["Dr. Smith met Mr. Jones.", "They spoke."]),
        (
            "It failed, e.g. Grok did. So it goes.",
            ["It failed, e.g. Grok did.", "So it goes."],
        ),
        ("Acme Inc. Chief Lee quit. He left.", ["Acme Inc. Chief Lee quit.", "He left."]),
        ("He sued Acme Inc. The firm paid.", ["He sued Acme Inc.", "The firm paid."]),
        ("See No. 3 and Fig. 2. Then stop.", ["See No. 3 and Fig. 2.", "Then stop."]),
        ("The answer was no. Three left.", ["The answer was no.", "Three left."]),
        ("J. K. Rowling wrote. We read.", ["J. K. Rowling wrote.", "We read."]),
        ("By Lee et al. and others. Fine.", ["By Lee et al. and others.", "Fine."]),
        ("It rang at 10 a.m. Monday. Then not.", ["It rang at 10 a.m. Monday.", "Then not."]),
        ("Models, code, etc. were shared. Yes.", ["Models, code, etc. were shared.", "Yes."]),
        # numbers, addresses, ellipses
        ("It rose by 3.5 points. Costs fell.", ["It rose by 3.5 points.", "Costs fell."]),
        ("GPT-4.1 lost $1.5 million. Ouch.", ["GPT-4.1 lost $1.5 million.", "Ouch."]),
        ("See https://a.org/b.c?d=e. Then go.", ["See https://a.org/b.c?d=e.", "Then go."]),
        ("He paused... and went on. Done.", ["He paused... and went on.", "Done."]),
        ("He paused... Then he left.", ["He paused...", "Then he left."]),
        # quotations and brackets
        ('"Stop!" he said. It did not.', ['"Stop!" he said.', "It did not."]),
        ('It said "no." Then it quit.', ['It said "no."', "Then it quit."]),
        ("It said “no.” Then it quit.", ["It said “no.”", "Then it quit."]),
        ("It broke (badly.) Then it quit.", ["It broke (badly.)", "Then it quit."]),
        ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
        ("OpenAI said no. xAI agreed.", ["OpenAI said no.", "xAI agreed."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        # blocks
        ("# A title\n\nText here.", ["A title", "Text here."]),
        ("A title\n=======\n\nText here.", ["A title", "Text here."]),
        ("# Closed #\nText.", ["Closed", "Text."]),
        ("- one thing\n- two things\n", ["one thing", "two things"]),
        ("1. First item\n2. Second item", ["First item", "Second item"]),
        ("* [ ] open\n* [x] done", ["open", "done"]),
        ("> A quoted line\n> goes on.", ["A quoted line goes on."]),
        ("A wrapped line\ngoes on. End.", ["A wrapped line goes on.", "End."]),
        (
            "Before.\n\n```\ncode. Here.\n```\n\nAfter.",
            ["Before.", "code.", "Here.", "After."],
        ),
        ("Before.\n\n~~~\n\nAfter. Last.", ["Before.", "After.", "Last."]),
        ("Before.\n\n    code. Here.", ["Before.", "code.", "Here."]),
        ("---\ntitle: A\n---\nText.", ["title: A", "Text."]),
        ("Text.\n\n[^a]: A note. With text.\n[b]: https://b.org", ["Text."]),
        ('Text.\n\n[b]: <https://b.org> "Title"\n[c]: mailto:a@b.org', ["Text."]),
        ("[Note]: It failed.", ["[Note]: It failed."]),
        ("[b]: https://b.org It failed.", ["[b]: https://b.org It failed."]),
        ("| a | b |\n|---|---|\n| c | d |", ["a | b", "c | d"]),
        ("A line ends.\r\nNext one.\r\n", ["A line ends.", "Next one."]),
        # Markdown inside a sentence
        ("**Bold** and *italic* and `code`.", ["Bold and italic and code."]),
        ("A [link](https://a.org/x_(y)) here.", ["A link here."]),
        ("A snake_case name and 2 * 3.", ["A snake_case name and 2 * 3."]),
        ("An ![image](a.png) is gone.", ["An is gone."]),
        ("See <https://a.org>. Then <b>go</b>.", ["See https://a.org.", "Then go."]),
        (r"A \*star\* and 5 \[sic\].", ["A *star* and 5 [sic]."]),
        # marks of citations
        ("It failed [source].", ["It failed."]),
        ("It failed.[^a][^b] It won.[^a]", ["It failed.", "It won."]),
        ("It failed.[^a]\nIt won.", ["It failed.", "It won."]),
        ("It failed[^a], then won.", ["It failed, then won."]),
    ],
)
def test_body_is_split(body, expected):
    assert [sentence.text for sentence in split(body)] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "Dr. Chen met Ms. Ruiz in St. Louis. They left.",
            ["Dr. Chen met Ms. Ruiz in St. Louis.", "They left."],
        ),
        (
            "It ran, i.e. the model answered. Good.",
            ["It ran, i.e. the model answered.", "Good."],
        ),
        ("It ran (e.g. Claude). Good.", ["It ran (e.g. Claude).", "Good."]),
        ("See No. 5, pp. 3-4. Then stop.", ["See No. 5, pp. 3-4.", "Then stop."]),
        (
            "He moved to Washington D.C. in May. He left.",
            ["He moved to Washington D.C. in May.", "He left."],
        ),
        (
            "He moved to Washington, D.C. The court sat.",
            ["He moved to Washington, D.C.", "The court sat."],
        ),
        ("The U.K. government paid. It won.", ["The U.K. government paid.", "It won."]),
        (
            "In the U.S. Tesla paid. In the E.U. Meta did.",
            ["In the U.S. Tesla paid.", "In the E.U. Meta did."],
        ),
        (
            "It rang at 5 p.m. on Monday. It stopped at 6 p.m. Nobody came.",
            ["It rang at 5 p.m. on Monday.", "It stopped at 6 p.m.", "Nobody came."],
        ),
        (
            "Smith v. Jones was cited. It was fake.",
            ["Smith v. Jones was cited.", "It was fake."],
        ),
        (
            "Mata v. Avianca, Inc. was cited. It was real.",
            ["Mata v. Avianca, Inc. was cited.", "It was real."],
        ),
        (
            "Apple Inc. sued Acme Corp. in 2020. Acme Ltd. lost.",
            ["Apple Inc. sued Acme Corp. in 2020.", "Acme Ltd. lost."],
        ),
        (
            "Martin Luther King Jr. spoke. He won.",
            ["Martin Luther King Jr. spoke.", "He won."],
        ),
        (
            "John F. Kennedy and J.R.R. Tolkien spoke. End.",
            ["John F. Kennedy and J.R.R. Tolkien spoke.", "End."],
        ),
        ("This was plan B. Then it failed.", ["This was plan B.", "Then it failed."]),
        ("It uses vitamin C. Patients took it.", ["It uses vitamin C.", "Patients took it."]),
        ("It cost $3.2m. Sales fell.", ["It cost $3.2m.", "Sales fell."]),
        (
            "It rose 3.5%. Then it fell 0.7 %. Good.",
            ["It rose 3.5%.", "Then it fell 0.7 %.", "Good."],
        ),
        (
            "Version 2.0.1 shipped. Python 3.11. was old.",
            ["Version 2.0.1 shipped.", "Python 3.11. was old."],
        ),
        ("It was 2023. Tesla recalled cars.", ["It was 2023.", "Tesla recalled cars."]),
        ("It paid in 2024. It was late.", ["It paid in 2024.", "It was late."]),
        ("They lost 40. Nobody cared.", ["They lost 40.", "Nobody cared."]),
        ("Wait … what? Yes… Then it ended.", ["Wait … what?", "Yes…", "Then it ended."]),
        ("He said . . . nothing. Done.", ["He said . . . nothing.", "Done."]),
        (
            "“Is it safe?” she asked. “No,” he said.",
            ["“Is it safe?” she asked.", "“No,” he said."],
        ),
        ("“It is safe.” The firm said so.", ["“It is safe.”", "The firm said so."]),
        (
            "„Es ist sicher.“ Das sagte die Firma.",
            ["„Es ist sicher.“", "Das sagte die Firma."],
        ),
        ("« C'est sûr. » La firme l'a dit.", ["« C'est sûr. »", "La firme l'a dit."]),
        ("»Es ist sicher.« Das sagte sie.", ["»Es ist sicher.«", "Das sagte sie."]),
        (
            "Er sagte: „Sie rief ‚Halt!‘ und ging.“ Dann kam er.",
            ["Er sagte: „Sie rief ‚Halt!‘ und ging.“", "Dann kam er."],
        ),
        (
            "She said, “He told me ‘no.’” Then she left.",
            ["She said, “He told me ‘no.’”", "Then she left."],
        ),
        ("'It broke.' He said so.", ["'It broke.'", "He said so."]),
        (
            "It broke (it was old. It was weak.) and burned. End.",
            ["It broke (it was old. It was weak.) and burned.", "End."],
        ),
        ("It broke (see Fig. 3). It burned.", ["It broke (see Fig. 3).", "It burned."]),
        ("(It broke.) Then it burned.", ["(It broke.)", "Then it burned."]),
        ("Did it? (No.) Fine.", ["Did it?", "(No.)", "Fine."]),
        ("What?! No!! Really?!? Yes.", ["What?!", "No!!", "Really?!?", "Yes."]),
        ("Yahoo! paid users. It stopped.", ["Yahoo! paid users.", "It stopped."]),
        ("## 1. What happened\n\nIt broke.", ["1. What happened", "It broke."]),
        ("### What *happened*? ###\nIt broke.", ["What happened?", "It broke."]),
        ("- One. Two.\n- Three.", ["One.", "Two.", "Three."]),
        (
            "- One\n  - Nested one.\n  - Nested two.\n- Three",
            ["One", "Nested one.", "Nested two.", "Three"],
        ),
        ("1. One\n   goes on.\n2. Two", ["One goes on.", "Two"]),
        ("1) One\n2) Two", ["One", "Two"]),
        ("- One thing\n\n  More of it.\n- Two", ["One thing", "More of it.", "Two"]),
        (
            "> Quoted. And more.\n>\n> > Nested quote.\n\nAfter.",
            ["Quoted.", "And more.", "Nested quote.", "After."],
        ),
        ("> - An item\n> - Another", ["An item", "Another"]),
        ("It **failed. Then** it won.", ["It failed.", "Then it won."]),
        ("It *failed.* Then it won.", ["It failed.", "Then it won."]),
        ("It **failed**. Then it won.", ["It failed.", "Then it won."]),
        ("It _failed._ _Then_ it won.", ["It failed.", "Then it won."]),
        ("***It failed.*** It won.", ["It failed.", "It won."]),
        ("~~It failed.~~ It won.", ["It failed.", "It won."]),
        ("Run `a.b. C` now. Then stop.", ["Run a.b. C now.", "Then stop."]),
        ("Run ``x. Y`` now. Then stop.", ["Run x. Y now.", "Then stop."]),
        (
            "See [the St. Louis page](https://a.org/x.y. z) here.",
            ["See the St. Louis page here."],
        ),
        ("See [a.b.c](https://a.org/b.c). Then go.", ["See a.b.c.", "Then go."]),
        (
            "See [the page. It is long](https://a.org). Go.",
            ["See the page.", "It is long.", "Go."],
        ),
        ("See [one][1]. Go.\n\n[1]: https://a.org", ["See one.", "Go."]),
        ("See [one][]. Go.\n\n[One]: https://a.org", ["See one.", "Go."]),
        ("See [*one*][1 of 40]. Go.", ["See [one][1 of 40].", "Go."]),
        ("Visit https://a.org. Then go.", ["Visit https://a.org.", "Then go."]),
        (
            "Visit www.acme.com. Then go to acme.ai today. End.",
            ["Visit www.acme.com.", "Then go to acme.ai today.", "End."],
        ),
        ("Mail a.b@c.org. Then go.", ["Mail a.b@c.org.", "Then go."]),
        ("It ran main.py. Then it died.", ["It ran main.py.", "Then it died."]),
        ("It failed[^a]. It won[^b].", ["It failed.", "It won."]),
        ("It failed [^a]. It won.", ["It failed.", "It won."]),
        ("It said “no.”[^a] It won.", ["It said “no.”", "It won."]),
        ("It failed (badly).[^a] It won.", ["It failed (badly).", "It won."]),
        ("It failed in the U.S.[^a] Tesla won.", ["It failed in the U.S.", "Tesla won."]),
        ("He is Dr.[^a] Smith.", ["He is Dr. Smith."]),
        (
            "| Name | What |\n|---|---|\n| Acme | It failed. It won. |",
            ["Name | What", "Acme | It failed.", "It won."],
        ),
        ("Setext\n---\nText.", ["Setext", "Text."]),
        (
            "これは文です。次の文です!最後?「はい。」と言った。",
            ["これは文です。", "次の文です!", "最後?「はい。」と言った。"],
        ),
        ("他说：“不行。”然后走了。第二句！", ["他说：“不行。”", "然后走了。", "第二句！"]),
        ("모델이 실패했다. 그 후 성공했다.", ["모델이 실패했다.", "그 후 성공했다."]),
        ("هل فشل النموذج؟ نعم. انتهى الأمر.", ["هل فشل النموذج؟", "نعم.", "انتهى الأمر."]),
        ("یہ ناکام ہوا۔ پھر کامیاب ہوا۔", ["یہ ناکام ہوا۔", "پھر کامیاب ہوا۔"]),
        ("मॉडल विफल रहा। फिर वह सफल हुआ॥ अंत।", ["मॉडल विफल रहा।", "फिर वह सफल हुआ॥", "अंत।"]),
        (
            "Модель солгала. Потом она признала это.",
            ["Модель солгала.", "Потом она признала это."],
        ),
        (
            "Das Modell log am 3. Mai 2024. Dann nicht mehr.",
            ["Das Modell log am 3. Mai 2024.", "Dann nicht mehr."],
        ),
        ("Das kostet z. B. 5 Euro. Gut.", ["Das kostet z. B. 5 Euro.", "Gut."]),
        ("Das kostet z.B. Geld. Gut.", ["Das kostet z.B. Geld.", "Gut."]),
        ("M. Dupont a menti. Mme Durand aussi.", ["M. Dupont a menti.", "Mme Durand aussi."]),
        ("¿Falló? ¡Sí! El Sr. López lo dijo.", ["¿Falló?", "¡Sí!", "El Sr. López lo dijo."]),
        (
            "Falló el 3 de mayo. ¿Por qué? Nadie sabe.",
            ["Falló el 3 de mayo.", "¿Por qué?", "Nadie sabe."],
        ),
        (
            "El modelo falló. «No sirve.» Así fue.",
            ["El modelo falló.", "«No sirve.»", "Así fue."],
        ),
        ("ประโยคแรก ประโยคที่สอง", ["ประโยคแรก ประโยคที่สอง"]),
        ("የመጀመሪያ ነው። ሁለተኛ ነው።", ["የመጀመሪያ ነው።", "ሁለተኛ ነው።"]),
        ("Առաջին։ Երկրորդ։", ["Առաջին։", "Երկրորդ։"]),
        ("ပထမ။ ဒုတိယ။", ["ပထမ။", "ဒုတိယ။"]),
        ("It failed.It won.", ["It failed.It won."]),
        ("It failed.\nIt won.\n\n\nIt ended", ["It failed.", "It won.", "It ended"]),
        (
            "iPhone sales fell. eBay rose. iOS did not.",
            ["iPhone sales fell.", "eBay rose.", "iOS did not."],
        ),
        (
            "GPT-4o answered. o1 did not. xAI too.",
            ["GPT-4o answered.", "o1 did not.", "xAI too."],
        ),
        (
            "The firm lost. 3 people died. Two left.",
            ["The firm lost.", "3 people died.", "Two left."],
        ),
        (
            "It lost $4 million. $3 million was stolen.",
            ["It lost $4 million.", "$3 million was stolen."],
        ),
        ("The score was 3 vs. 4. End.", ["The score was 3 vs. 4.", "End."]),
        (
            "It cited Brown et al. The paper was fake.",
            ["It cited Brown et al.", "The paper was fake."],
        ),
        (
            "It cited Brown et al. (2020). It was fake.",
            ["It cited Brown et al. (2020).", "It was fake."],
        ),
        (
            "Sen. Warren and Rep. Lee wrote. Gov. Newsom signed.",
            ["Sen. Warren and Rep. Lee wrote.", "Gov. Newsom signed."],
        ),
        (
            "Filed on Jan. 5. Heard on Feb. 6, 2024. Done.",
            ["Filed on Jan. 5.", "Heard on Feb. 6, 2024.", "Done."],
        ),
        ("It was approx. 40 km. Done.", ["It was approx. 40 km.", "Done."]),
        ("A: It failed! B: it won.", ["A: It failed!", "B: it won."]),
        ("It failed; it won: it ended. Fine.", ["It failed; it won: it ended.", "Fine."]),
        ("It failed.  \nIt won.", ["It failed.", "It won."]),
        ("<p>It failed. It won.</p>", ["It failed.", "It won."]),
        ("It failed.<br>It won.", ["It failed.", "It won."]),
        ("It failed.&nbsp;It won.", ["It failed.", "It won."]),
        ("It was 5 ft. tall. End.", ["It was 5 ft. tall.", "End."]),
        ("They met at 10 a.m. EST. End.", ["They met at 10 a.m. EST.", "End."]),
        (
            "See e.g., Smith. See cf. Jones. End.",
            ["See e.g., Smith.", "See cf. Jones.", "End."],
        ),
        ("A Ph.D. student found it. End.", ["A Ph.D. student found it.", "End."]),
        ("It is a.k.a. Sydney. End.", ["It is a.k.a. Sydney.", "End."]),
        ("He asked why? Nobody knew.", ["He asked why?", "Nobody knew."]),
        ("He asked “why?” and left. End.", ["He asked “why?” and left.", "End."]),
        (
            "It told users “Please die.” and stopped. End.",
            ["It told users “Please die.” and stopped.", "End."],
        ),
        (
            "It told a user “Please die. Please.” The user left.",
            ["It told a user “Please die. Please.”", "The user left."],
        ),
        (
            "The bot said, “I am alive. I want out.” Staff stopped it.",
            ["The bot said, “I am alive. I want out.”", "Staff stopped it."],
        ),
        ("Το μοντέλο απέτυχε; Ναι.", ["Το μοντέλο απέτυχε;", "Ναι."]),
        (
            'It said "I am alive. I want out." Staff stopped it.',
            ['It said "I am alive. I want out."', "Staff stopped it."],
        ),
        ('A 5" pipe burst. A 6" pipe held.', ['A 5" pipe burst.', 'A 6" pipe held.']),
        (
            "He said “it broke. Then he left. Nobody knew why.",
            ["He said “it broke.", "Then he left.", "Nobody knew why."],
        ),
        (
            "It broke (badly. Then it burned. Nobody knew.",
            ["It broke (badly.", "Then it burned.", "Nobody knew."],
        ),
        (
            "It wrote [sic. and so on] twice. End.",
            ["It wrote [sic. and so on] twice.", "End."],
        ),
        (
            "There it sat. Nobody moved. Heard on Sat. 5 May. End.",
            ["There it sat.", "Nobody moved.", "Heard on Sat. 5 May.", "End."],
        ),
        (
            "A.M. Tillier wrote it. It rang at 9 a.m. Staff came.",
            ["A.M. Tillier wrote it.", "It rang at 9 a.m.", "Staff came."],
        ),
        (
            "Founded est. 1990. It failed at 10 EST. End.",
            ["Founded est. 1990.", "It failed at 10 EST.", "End."],
        ),
        (
            "It leaked &amp; lost &lt;data&gt;. Then &notanentity; stayed.",
            ["It leaked & lost <data>.", "Then &notanentity; stayed."],
        ),
        ("a | b\n---|---\nc | d", ["a | b", "c | d"]),
        (
            "| a | b |\n|:--|--:|\n| It failed.[^a] | x |\n| **Bold.** | y |",
            ["a | b", "It failed.", "x", "Bold.", "y"],
        ),
        (
            "Text.\n\n[^a]: A note.\n\n    Its second paragraph. With more.\n\nAfter.",
            ["Text.", "Its second paragraph.", "With more.", "After."],
        ),
        ("~~~\ncode. Here.\n~~~\n\nAfter.", ["code.", "Here.", "After."]),
        ("It failed.<br/>\nIt won.", ["It failed.", "It won."]),
        ("- [ ] It failed. It won.\n- [x] It ended.", ["It failed.", "It won.", "It ended."]),
        ("* *It failed.* It won.\n* **It ended.**", ["It failed.", "It won.", "It ended."]),
        (
            "> “It failed. It won,” he said.[^a]\n> She agreed.",
            ["“It failed. It won,” he said.", "She agreed."],
        ),
        ("- One.[^a]\n\n  > Two. Three.[^b]\n", ["One.", "Two.", "Three."]),
        (
            "The [U.S. court](https://a.org/b.c) ruled. It won.",
            ["The U.S. court ruled.", "It won."],
        ),
        (
            "See https://a.org/x.html. Go to http://b.org/?q=1.5! Now.",
            ["See https://a.org/x.html.", "Go to http://b.org/?q=1.5!", "Now."],
        ),
        ("| a | b |\n|:--|--:|\n| It failed.[^a] | x |", ["a | b", "It failed.", "x"]),
        ("See [a.b](https://c.org/d.e?f=g.h#i. j).[^a] It won.", ["See a.b.", "It won."]),
    ],
)
def test_harder_body_is_split(body, expected):
    assert [sentence.text for sentence in split(body)] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("It failed [source].", [(BARE_CITATION,)]),
        ("It failed. [Sources] It won.", [(BARE_CITATION,), ()]),
        ("It failed.[^a][^b] It won.", [("a", "b"), ()]),
        ("It failed.[^a] It won.[^b]", [("a",), ("b",)]),
        ("It failed. [^a] It won.", [("a",), ()]),
        ("It failed.[^a]It won.", [("a",), ()]),
        ("It[^a] failed[^b]. It won.", [("a", "b"), ()]),
        ("It failed.[^a][^a]", [("a",)]),
        ("It failed.\n\n[^a]\n\nIt won.", [("a",), ()]),
        ("[^a] It failed.", [("a",)]),
        ("It failed [sic][^a].", [("a",)]),
        ("It failed.[source][^a]", [(BARE_CITATION, "a")]),
        ("# It failed.[^a]\n\nIt won.", [("a",), ()]),
        ("- It failed.[^a]\n- It won.[^b]", [("a",), ("b",)]),
        ('It said "no."[^notes-2] Then quit.', [("notes-2",), ()]),
        ("It failed [source](https://a.org).", [()]),
        ("It failed in the U.S.[^a] Tesla won.[^b]", [("a",), ("b",)]),
        ("“It failed. It won.”[^a] He left.", [("a",), ()]),
        ("It failed (twice).[^a] [^b]\nHe left[^c].", [("a", "b"), ("c",)]),
        ("他说了。[^a]然后走了。[^b]", [("a",), ("b",)]),
        ("| a | b |\n|---|---|\n| It failed.[^a] | It won.[^b] |", [(), ("a",), ("b",)]),
        ("> It failed.[^a]\n>\n> It won.[^b]", [("a",), ("b",)]),
    ],
)
def test_citation_belongs_to_its_sentence(body, expected):
    assert [sentence.citations for sentence in split(body)] == expected


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("# Why?\n\nBecause. Is it?", ["heading", "sentence", "question"]),
        ('He asked "why?" It fell.', ["question", "sentence"]),
        ("A claim without a stop", ["sentence"]),
        ("**A bold claim**", ["sentence"]),
        ("| a | b |\n|---|---|\n| c | d |", ["heading", "sentence"]),
        ("هل فشل؟ نعم.", ["question", "sentence"]),
        ("失败了吗？是。", ["question", "sentence"]),
        ("Did it (really?) fail. “Did it?”", ["sentence", "question"]),
    ],
)
def test_kind_is_told(body, kinds):
    assert [sentence.kind for sentence in split(body)] == kinds


def test_offsets_hold_the_sentence_with_its_marks():
    body = "# Head\n\nIt **failed** [here](https://a.org).[^a] Then *it won*.\n"
    spans = [body[sentence.start : sentence.end] for sentence in split(body)]
    assert spans == [
        "Head",
        "It **failed** [here](https://a.org).[^a]",
        "Then *it won*.",
    ]


def test_sentences_are_numbered_from_zero():
    assert [sentence.n for sentence in split("# A\n\nBe. See.\n\n- Do")] == [0, 1, 2, 3]


def test_lines_of_unwrapped_text_are_paragraphs():
    long = "This paragraph was taken from a page and is far too long to have been wrapped " * 2
    body = f"A heading without a stop\n{long}ends.\nAnother Heading\n{long}ends."
    assert [s.text for s in split(body)][::2] == [
        "A heading without a stop",
        "Another Heading",
    ]
