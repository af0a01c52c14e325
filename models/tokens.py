"""Tokens of texts: counted without torch, for estimates and batches, and made by the checkpoint's own tokenizer."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.checkpoints import read_json
from models.errors import BadInput
from models.hashes import sha256_of_files

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "spiece.model",
    "tokenizer.model",
    "sentencepiece.bpe.model",
    "source.spm",
    "target.spm",
    "added_tokens.json",
    "special_tokens_map.json",
)
CHUNK = 1024


def tokenizer_sha256(folder: Path, model: str) -> str:
    """Hash of all files that make a tokenizer; BadInput where there are none."""
    files = tuple(folder / name for name in TOKENIZER_FILES if (folder / name).is_file())
    if not any(file.name not in ("added_tokens.json", "special_tokens_map.json") for file in files):
        raise BadInput(
            f"model {model!r} has no tokenizer in {folder}; name a model that has the right one with `tokenizer`."
        )
    if (folder / "tokenizer.json").is_file():
        _check_json(folder / "tokenizer.json")
    return sha256_of_files(files)


def _check_json(path: Path) -> None:
    """Refuse a tokenizer's file that is no JSON object, remembered while its size and time of change stay."""
    status = path.stat()
    _parsed(str(path), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _parsed(path: str, size: int, changed: int) -> None:
    read_json(Path(path))


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder, as transformers builds it; never with code of the checkpoint's own."""
    from transformers import AutoTokenizer

    from models.quiet import quietly

    try:
        with quietly():
            return AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    except Exception as error:  # each tokenizer fails in its own way on files that are not for it
        raise BadInput(f"the tokenizer in {folder} cannot be used ({_first_line(error)}).") from error


def word_tokens(tokenizer: Any, word: str, model: str) -> tuple[int, ...]:
    """The tokens that are a whole word, as it stands within a text before as it begins one.

    BadInput, with the word's pieces, where there is none; `model`: what the sentence calls the model.
    """
    forms = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in (f" {word}", word)]
    # some tokenizers set a bare space apart
    pieces = [[number for number in form if str(tokenizer.decode([number])).strip()] for form in forms]
    found = tuple(form[0] for form in pieces if len(form) == 1 and form[0] != tokenizer.unk_token_id)
    if not found:
        cut = ", ".join(repr(str(tokenizer.decode([number]))) for number in pieces[0])
        said = f"but {len(pieces[0])} ({cut})" if len(pieces[0]) > 1 else "and unknown to its tokenizer"
        raise BadInput(f"{word!r} is no single token of model {model!r} {said}; give another word.")
    return found


def count_tokens(folder: Path, texts: Sequence[str], longest: int) -> npt.NDArray[np.int64]:
    """How many tokens each text has, at most `longest`, (n,). Within a few of the exact number."""
    path = folder / "tokenizer.json"
    counts: list[int] = []
    if path.is_file():
        from tokenizers import Tokenizer

        try:
            quick = Tokenizer.from_file(str(path))
        except Exception as error:  # all that the library raises
            raise BadInput(f"the tokenizer in {folder} cannot be used ({_first_line(error)}).") from error
        quick.no_padding()
        quick.no_truncation()
        for start in range(0, len(texts), CHUNK):
            counts += [len(tokens) for tokens in quick.encode_batch_fast(list(texts[start : start + CHUNK]))]
    else:
        slow = load_tokenizer(folder)
        counts = [len(tokens) for tokens in slow(list(texts))["input_ids"]] if len(texts) else []
    return np.clip(np.array(counts, dtype=np.int64), 1, longest)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
