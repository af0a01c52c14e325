"""Text as tokens of a small vocabulary: byte-level BPE learnt from the text itself; sentinels between 2 and the pieces.

Ids: 0 padding, 1 end, 2 unknown, then the sentinels `<x0>` …, then pieces. Blank lines are dropped, and four blanks of
indentation are a tab.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

SENTINELS = 24
FIRST_PIECE = 3 + SENTINELS
INDENTED = re.compile(r"^(?: {4})+", re.MULTILINE)
BLANK = re.compile(r"\n\s*\n")


def tidy(text: str) -> str:
    r"""Code without blank lines, tabs for indentation.

    >>> tidy("if a:\n\n        b")
    'if a:\n\t\tb'
    """
    return INDENTED.sub(lambda found: "\t" * (len(found[0]) // 4), BLANK.sub("\n", text))


def learnt(texts: Iterable[str], vocabulary: int = 1_024) -> Any:
    """A tokenizer with so many tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    if vocabulary < FIRST_PIECE + 256:
        raise BadInput(f"a vocabulary of {vocabulary} has no room for bytes and sentinels; give {FIRST_PIECE + 256}.")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=["<pad>", "</s>", "<unk>", *(f"<x{i}>" for i in range(SENTINELS))],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(map(tidy, texts), trainer)
    return tokenizer


def read_tokenizer(file: Path) -> Any:
    """A tokenizer that was saved."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(file))


def tokens_of(texts: Iterable[str], tokenizer: Any, *, most: int) -> npt.NDArray[np.uint16]:
    """One text after another as ids, an end after each, up to `most`."""
    parts: list[npt.NDArray[np.uint16]] = []
    count = 0
    for ids in _encoded(texts, tokenizer):
        parts.append(np.array([*ids, 1], dtype=np.uint16))
        count += len(ids) + 1
        if count >= most:
            break
    return np.concatenate(parts)[:most] if parts else np.empty(0, np.uint16)


def _encoded(texts: Iterable[str], tokenizer: Any) -> Iterator[list[int]]:
    for text in texts:
        yield tokenizer.encode(tidy(text)).ids
