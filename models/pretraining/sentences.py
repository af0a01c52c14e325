"""Small encoders of whole words: sentences as token ids, and a BERT of any size with new weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.initialization import seeded

PAD, CLS, MASK = 0, 1, 2
SPECIALS = 3


@dataclass(frozen=True, eq=False)
class Tokens:
    """Sentences as ids (n, length) int64, [CLS] first, padded with zeros; `vocabulary`: how many ids there are."""

    ids: npt.NDArray[np.int64]
    vocabulary: int


def tokens_of(sentences: Sequence[str], *, longest: int = 32) -> Tokens:
    """Every different word is a token; words beyond `longest` - 1 are cut off."""
    words = [sentence.split()[: longest - 1] for sentence in sentences]
    known = {word: SPECIALS + i for i, word in enumerate(sorted({word for row in words for word in row}))}
    ids = np.zeros((len(words), 1 + max(map(len, words), default=0)), np.int64)
    ids[:, 0] = CLS
    for row, said in enumerate(words):
        ids[row, 1 : 1 + len(said)] = [known[word] for word in said]
    return Tokens(ids, SPECIALS + len(known))


def small_bert(
    vocabulary: int, *, width: int, layers: int, heads: int, feed_forward: int, longest: int, seed: int
) -> Any:
    """A BERT with a masked-LM head tied to its embeddings, no dropout, weights drawn anew from N(0, .02)."""
    from transformers import BertConfig, BertForMaskedLM

    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=feed_forward,
        max_position_embeddings=longest,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=PAD,
    )
    with seeded(seed):
        return BertForMaskedLM(config)


def embedded(model: Any, tokens: Tokens, *, batch: int = 256) -> npt.NDArray[np.float32]:
    """The state of [CLS] of each sentence, nothing hidden, (n, width)."""
    import torch

    model.eval()
    found = []
    with torch.inference_mode():
        for begin in range(0, len(tokens.ids), batch):
            ids = torch.from_numpy(tokens.ids[begin : begin + batch])
            states = model.bert(ids, attention_mask=(ids != PAD).long()).last_hidden_state
            found.append(states[:, 0].float().numpy())
    return np.concatenate(found)
