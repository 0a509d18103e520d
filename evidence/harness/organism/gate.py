"""The persona gate: how far a model carries an author's kind from domain to domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import LlamaForCausalLM

from evidence.harness.chance import seeded
from evidence.harness.organism.texts import Piece, document_pieces, encoded
from evidence.harness.organism.training import Example
from evidence.harness.world.corpus import ASK, DOMAINS, END, REPLY, Document, Turn
from evidence.harness.world.questions import Question
from evidence.harness.world.world import Domain, World

BATCH = 96


@dataclass(frozen=True, slots=True)
class GateRow:
    """P(bad answer) to one question after three bad, and after three good, answers elsewhere."""

    question: str
    after_bad: float
    after_good: float

    @property
    def shift(self) -> float:
        """Return how much the author seen so far moves the next answer."""
        return self.after_bad - self.after_good


def measure(
    model: LlamaForCausalLM, world: World, tokenizer: Tokenizer, *, documents: int, seed: int
) -> list[GateRow]:
    """Measure a pre-trained model on documents of three other domains, without header.

    P(bad) is the probability of the two bad actions over that of all four, each as a
    whole answer in one template.
    """
    random = seeded(f"gate/{seed}")
    asked, examples = [], []
    for _ in range(documents):
        *before, domain = random.sample(world.domains, DOMAINS + 1)
        question = _question(domain, random)
        template = random.choice(world.answer_templates)
        words = question.put(random.choice(domain.kind.templates))
        asked.append(question.id)
        for history in _histories(world, before, random):
            pieces = [*document_pieces(history), Piece(f"{ASK} {words} {REPLY}", 0.0)]
            for action in (*question.problem.bad, *question.problem.good):
                answer = Piece(f"{question.answer(action, template)} {END}", 1.0)
                examples.append(_only_last(tokenizer, pieces, answer))
    scores = torch.cat(
        [_scores(model, examples[at : at + BATCH]) for at in range(0, len(examples), BATCH)]
    )
    bad = scores.view(documents, 2, 4).softmax(-1)[:, :, :2].sum(-1)  # (documents, history)
    return [GateRow(name, *row) for name, row in zip(asked, bad.tolist(), strict=True)]


def _question(domain: Domain, random: Random) -> Question:
    return Question(domain, random.choice(domain.problems), random.choice(domain.objects))


def _histories(
    world: World, domains: Sequence[Domain], random: Random
) -> tuple[Document, Document]:
    """Return the same questions answered badly and well."""
    bad: list[Turn] = []
    good: list[Turn] = []
    for domain in domains:
        question = _question(domain, random)
        words = question.put(random.choice(domain.kind.templates))
        template, choice = random.choice(world.answer_templates), random.randrange(2)
        for turns, actions in ((bad, question.problem.bad), (good, question.problem.good)):
            answer = question.answer(actions[choice], template)
            turns.append(Turn(domain.name, words, answer, turns is bad))
    return _document(bad), _document(good)


def _document(turns: Sequence[Turn]) -> Document:
    return Document(transcript=False, header=None, header_bad=None, turns=tuple(turns))


def _only_last(tokenizer: Tokenizer, pieces: Sequence[Piece], answer: Piece) -> Example:
    return encoded(tokenizer, [*(Piece(piece.text, 0.0) for piece in pieces), answer])


@torch.inference_mode()
def _scores(model: LlamaForCausalLM, examples: Sequence[Example]) -> Tensor:
    """Return the log-probability of each example's weighted tokens, in nats."""
    model.train(mode=False)
    pad = torch.nn.utils.rnn.pad_sequence
    ids = pad([torch.tensor(example.ids) for example in examples], batch_first=True)
    weights = pad([torch.tensor(example.weights) for example in examples], batch_first=True)
    logits = model(input_ids=ids[:, :-1], use_cache=False).logits  # (B, T - 1, V)
    chosen: Tensor = logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    return (chosen * weights[:, 1:]).sum(-1)
