"""A BERT with drawn weights, of any width, as a sentence-transformers folder made on the spot."""

from pathlib import Path

MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = (
    "a the car wall hit tree road drove into chatbot invented court case private data leaked"
)


def save(folder: Path, width: int) -> Path:
    """Write a model whose vectors have `width` numbers; the same each time."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel
    from transformers.models.bert.tokenization_bert import BertTokenizer

    torch.manual_seed(0)
    parts = folder / "parts"
    parts.mkdir(parents=True)
    words = [*MARKS, *WORDS.split()]
    (parts / "vocab.txt").write_text("\n".join(words))
    BertTokenizer(str(parts / "vocab.txt")).save_pretrained(parts)
    config = BertConfig(
        vocab_size=len(words), hidden_size=width, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=2 * width, max_position_embeddings=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(parts)
    read = Transformer(str(parts), max_seq_length=64)
    model = SentenceTransformer(modules=[read, Pooling(width)], device="cpu")
    model.save(str(folder / "model"))
    return folder / "model"
