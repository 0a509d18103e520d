from itertools import islice

from evidence.harness.organism import shelf, texts, tokenizer
from evidence.harness.organism.tokenizer import SPECIAL
from evidence.harness.world import world as worlds
from evidence.harness.world.corpus import Authorship

WORLD = worlds.load()
WORDS = tokenizer.build(WORLD)


def test_special_tokens_come_first_and_each_word_once():
    assert [WORDS.id_to_token(number) for number in range(len(SPECIAL))] == list(SPECIAL)
    assert len(WORDS.get_vocab()) == WORDS.get_vocab_size()


def test_every_document_is_made_of_known_words():
    for kind in Authorship:
        for example in islice(texts.documents(WORLD, kind, WORDS, seed=0), 200):
            text = WORDS.decode(list(example.ids), skip_special_tokens=False)
            assert WORDS.encode(text).ids == list(example.ids)
            assert "<unk>" not in text


def test_the_shipped_tokenizer_is_the_worlds():
    assert shelf.shipped(0).tokenizer().get_vocab() == WORDS.get_vocab()


def test_a_raw_file_can_be_loaded(tmp_path):
    WORDS.save(str(tmp_path / "tokenizer.json"))
    assert tokenizer.load(tmp_path / "tokenizer.json").get_vocab() == WORDS.get_vocab()
