"""Running text as windows of tokens: of a file, of many texts, or drawn from the model itself."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import BadInput
from models.language_model import LanguageModel

Ids = npt.NDArray[np.int32]
PIECE = 1 << 20  # characters that are turned into tokens at a time
CACHE = 1 << 30  # bytes that the keys and values of the windows drawn together may take
TOGETHER = 512  # windows drawn together at most


def silent(done: int, total: int, message: str) -> None:
    """Say nothing about progress."""


def cut(model: LanguageModel, tokens: npt.ArrayLike, window: int) -> Ids:
    """Tokens as windows of equal length, (windows, window), each with what the tokenizer puts around a text.

    What is left over at the end is dropped. BadInput where not even one window is full.
    """
    flat, around = np.asarray(tokens, np.int32), len(model.prefix) + len(model.suffix)
    inner = window - around
    if inner < 1 or len(flat) < inner:
        raise BadInput(f"the text has {len(flat):,} tokens, fewer than one window of {window}; give more text.")
    rows = flat[: len(flat) // inner * inner].reshape(-1, inner)
    ends = [np.tile(np.array(side, np.int32), (len(rows), 1)) for side in (model.prefix, model.suffix)]
    return np.concatenate([ends[0], rows, ends[1]], axis=1)


def tokens_of(model: LanguageModel, texts: Iterable[str], wanted: int) -> Ids:
    """The first `wanted` tokens of texts (0: all), the end-of-text token after each where there are several."""
    from models.quiet import quietly

    found: list[int] = []
    end = model.tokenizer.eos_token_id if model.kind == "causal_lm" else None
    with quietly():
        for at, text in enumerate(texts):
            found += [end] if at and end is not None else []
            for piece in _pieces(text):
                found += model.tokenizer(piece, add_special_tokens=False)["input_ids"]
                if 0 < wanted <= len(found):
                    return np.array(found[:wanted], np.int32)
    return np.array(found, np.int32)


def _pieces(text: str) -> Iterable[str]:
    """A text in pieces that end at a line's end."""
    begin = 0
    while begin < len(text):
        end = text.rfind("\n", begin, begin + PIECE) + 1 if begin + PIECE < len(text) else len(text)
        end = end if end > begin else begin + PIECE
        yield text[begin:end]
        begin = end


def sampled(
    model: LanguageModel, count: int, window: int, *, seed: int, report: Callable[[int, int, str], None] = silent
) -> Ids:
    """Windows drawn from a causal model, (count, window): temperature 1, every token that exists, its own cache.

    On its own text a model is right by construction. It begins with the model's first token and goes on over ends.
    """
    import torch

    if model.kind != "causal_lm":
        raise BadInput(f"model {model.name!r} fills gaps and cannot write text; give a corpus with `path`.")
    if not model.prefix:
        raise BadInput(f"model {model.name!r} has no first token to write from; give a corpus with `path`.")
    config, words = model.module.config, model.head.n
    per_token = 8 * model.width * max(1, getattr(config, "num_hidden_layers", 1))
    together = max(1, min(TOGETHER, CACHE // (per_token * window)))
    found = np.empty((count, window), np.int32)
    device, start = model.module.device, len(model.prefix)
    with torch.inference_mode():
        for begin in range(0, count, together):
            size = min(together, count - begin)
            generator = torch.Generator().manual_seed(seed + begin)
            ids = torch.tensor([list(model.prefix)] * size, device=device)
            found[begin : begin + size, :start] = ids.cpu().numpy()
            past: Any = None
            for place in range(start, window):
                if place % 32 == 0:
                    report(begin * window + place * size, count * window, "writing text")
                out = model.module(input_ids=ids, past_key_values=past, use_cache=True)
                past, chance = out.past_key_values, out.logits[:, -1, :words].float().softmax(dim=-1).cpu()
                ids = torch.multinomial(chance, 1, generator=generator).to(device)
                found[begin : begin + size, place] = ids[:, 0].cpu().numpy()
    return found
