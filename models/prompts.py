"""Texts in a prompt, and what a language model is about to say there: one context for each text.

A template holds `{text}`; for a masked model also `{mask}`, the place that is asked, for a causal one nothing after
which something is asked: its end is. A text that is too long loses its end, never the template.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.errors import BadInput
from models.head import Head
from models.language_model import LanguageModel
from models.streaming import TOKENS, Contexts, Seen

TEXT, MASK = "{text}", "{mask}"


def check_template(template: str, *, masked: bool, where: str) -> None:
    """Refuse a template that has no place for the text, or none to be asked; BadInput."""
    if template.count(TEXT) != 1:
        raise BadInput(f"the template of {where} is {template!r}; give one with {TEXT} in it once.")
    if masked and template.count(MASK) != 1:
        raise BadInput(f"the template of {where} is {template!r}; a masked model needs {MASK} in it once.")
    if not masked and MASK in template:
        raise BadInput(f"the template of {where} is {template!r}; a causal model is asked at its end, without {MASK}.")
    if not masked and template.endswith(" "):
        raise BadInput(f"the template of {where} ends with a blank, which belongs to the word after it; leave it out.")


def prompted(model: LanguageModel, texts: Sequence[str], template: str) -> list[npt.NDArray[np.int64]]:
    """The tokens of each text in the template, with what the tokenizer puts around a text."""
    from models.quiet import quietly

    written = template.replace(MASK, str(model.tokenizer.mask_token or ""))
    before, after = written.split(TEXT)
    room = model.longest - len(model.prefix) - len(model.suffix)
    found = []
    with quietly():
        for text in texts:
            numbers = _numbers(model, before + text + after)
            if len(numbers) > room:
                short = _numbers(model, text)[: max(0, room - len(_numbers(model, before + after)) - 2)]
                text = str(model.tokenizer.decode(short))
                numbers = _numbers(model, before + text + after)[-room:]
            found.append(np.array([*model.prefix, *numbers, *model.suffix], np.int64))
    return found


def asked_contexts(model: LanguageModel, head: Head, prompts: Sequence[npt.NDArray[np.int64]]) -> Contexts:
    """The context that each prompt asks, in order: its last token, or its mask. `windows`: the prompt's number."""
    import torch

    lengths = np.array([len(one) for one in prompts])
    places = np.array([_place(model, one) for one in prompts], np.int64)
    states = np.empty((len(prompts), model.width), np.float32)
    for length in np.unique(lengths):
        rows, at_once = np.flatnonzero(lengths == length), max(1, TOKENS // int(length))
        for begin in range(0, len(rows), at_once):
            part = rows[begin : begin + at_once]
            found = model.states(torch.from_numpy(np.stack([prompts[row] for row in part])))
            states[part] = found[torch.arange(len(part)), torch.from_numpy(places[part])].cpu().numpy()
    device, nobody = model.module.device, np.full(len(prompts), -1, np.int64)
    return Seen(head, (), device).contexts(torch.from_numpy(states).to(device), np.arange(len(prompts)), places, nobody)


def _numbers(model: LanguageModel, text: str) -> list[int]:
    return list(model.tokenizer(text, add_special_tokens=False)["input_ids"])


def _place(model: LanguageModel, numbers: npt.NDArray[np.int64]) -> int:
    if model.kind == "causal_lm":
        return len(numbers) - 1
    there = np.flatnonzero(numbers == model.mask)
    if len(there) != 1:
        raise BadInput(f"a prompt has {len(there)} masks for model {model.name!r}; its texts must hold none.")
    return int(there[0])
