"""The logit lens: what a model's head would read after each of its blocks.

The states after a block are put in place of those after the last, and what lies between the last block and the head
(norms, projections) is applied to them as to its own. The blocks run once: for every other layer each of them gives
back what it gave.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.bulk import Rule
from models.head import Head
from models.language_model import LanguageModel
from models.streaming import Contexts, Seen, contexts_of, windows_at_once
from models.windows import Ids

if TYPE_CHECKING:
    import torch


def blocks_of(model: LanguageModel) -> list[Any]:
    """The blocks of a transformer, in order; none where it is built of something else."""
    from torch import nn

    count = getattr(model.module.config, "num_hidden_layers", 0)
    lists = (part for part in model.module.modules() if isinstance(part, nn.ModuleList) and len(part) == count)
    return list(next(lists, []))


def states_by_layer(model: LanguageModel, ids: "torch.Tensor") -> "list[torch.Tensor]":
    """What the head reads after block 1, 2, ... and the last, each (windows, length, d)."""
    blocks: list[Any] = blocks_of(model)
    given: dict[int, Any] = {}

    def keep(at: int) -> Any:
        def hook(module: Any, inputs: Any, output: Any) -> None:
            given[at] = output

        return hook

    hooks = [block.register_forward_hook(keep(at)) for at, block in enumerate(blocks)]
    try:
        last = model.states(ids)
    finally:
        for hook in hooks:
            hook.remove()
    found = []
    for layer in range(len(blocks) - 1):
        for block in blocks:
            block.forward = lambda *_, said=given[layer], **__: said
        try:
            found.append(model.states(ids))
        finally:
            for block in blocks:
                del block.forward  # the class's own is there again
    return [*found, last]


def contexts_by_layer(
    model: LanguageModel, head: Head, windows: Ids, rules: Sequence[Rule], *, rows: npt.NDArray[np.int64], seed: int
) -> Iterator[tuple[int, Contexts]]:
    """The contexts of windows as the head sees them after each block: (layer from 1, contexts)."""
    at_once, seen = windows_at_once(windows), Seen(head, rules, model.module.device)
    for begin in range(0, len(rows), at_once):
        part = rows[begin : begin + at_once]
        found = contexts_of(model, seen, windows, part, seed, lambda ids: states_by_layer(model, ids))
        yield from enumerate(found, start=1)
