"""A corpus through a language model, some windows at a time: states, bulk targets and surprise of every context.

A causal model gives every position of a window, its surprise that of the next token. A masked one gives places that
are hidden, 15 % of each window, drawn anew for each, and their surprise. Nothing larger is held than the states of
some windows and one chunk of contexts times the vocabulary.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.bulk import Rule, bulk_targets, largest_needed, rows_at_once
from models.head import Head
from models.language_model import LanguageModel
from models.windows import Ids

if TYPE_CHECKING:
    import torch

TOKENS = 4096  # read at once on a CPU
HIDDEN = 0.15


@dataclass(frozen=True, eq=False)
class Contexts:
    """Contexts and what the head makes of them; m of them.

    `windows`, `positions` (m,): where each stands. `states` (m, d) float32. `targets` (m, rules): log Z of each rule's
    bulk, -inf where none is left; `partition` (m,): log Z. `surprise` (m,): -log p of the token there, NaN for none;
    `next` (m,): that token, -1 for none.
    """

    windows: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]
    states: npt.NDArray[np.float32]
    targets: npt.NDArray[np.float64]
    partition: npt.NDArray[np.float64]
    surprise: npt.NDArray[np.float64]
    next: npt.NDArray[np.int64]


def contexts(
    model: LanguageModel,
    head: Head,
    windows: Ids,
    rules: Sequence[Rule],
    *,
    rows: npt.NDArray[np.int64] | None = None,
    seed: int = 0,
) -> Iterator[Contexts]:
    """The contexts of windows (those of `rows`, in that order), as this head sees them."""
    rows = np.arange(len(windows)) if rows is None else rows
    at_once, seen = windows_at_once(windows), Seen(head, rules, model.module.device)
    for begin in range(0, len(rows), at_once):
        part = rows[begin : begin + at_once]
        yield from contexts_of(model, seen, windows, part, seed, lambda ids: [model.states(ids)])


def windows_at_once(windows: Ids) -> int:
    """How many windows are read together."""
    return max(1, TOKENS // int(windows.shape[1]))


def contexts_of(
    model: LanguageModel,
    seen: "Seen",
    windows: Ids,
    rows: npt.NDArray[np.int64],
    seed: int,
    read: "Callable[[torch.Tensor], list[torch.Tensor]]",
) -> Iterator[Contexts]:
    """The contexts of these windows, read together, for each of the states that `read` gives of them."""
    import torch

    ids = torch.from_numpy(windows[rows].astype(np.int64))
    row, position = _asked(model, ids.shape, rows, seed)
    answers = np.full(len(row), -1, np.int64)
    if model.kind == "masked_lm":
        answers = ids.numpy()[row, position]
        ids = ids.clone()
        ids[row, position] = int(model.mask or 0)
    else:
        inner = position < ids.shape[1] - 1
        answers[inner] = ids.numpy()[row[inner], position[inner] + 1]
    for states in read(ids):
        asked = states[torch.from_numpy(row), torch.from_numpy(position)]
        yield seen.contexts(asked, rows[row], position, answers)


def under_head(of: Contexts, head: Head, rules: Sequence[Rule], model: LanguageModel) -> Contexts:
    """The same contexts under another head: their states are kept, all that follows is computed anew."""
    import torch

    states = torch.from_numpy(of.states).to(model.module.device)
    return Seen(head, rules, model.module.device).contexts(states, of.windows, of.positions, of.next)


def _asked(
    model: LanguageModel, shape: Sequence[int], windows: npt.NDArray[np.int64], seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Row and position of each context: all, or those hidden, which a window's number and the seed decide."""
    if model.kind == "causal_lm":
        row, position = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
        return row, position
    begin, inner = len(model.prefix), shape[1] - len(model.prefix) - len(model.suffix)
    count = max(1, round(HIDDEN * inner))
    places = [begin + np.sort(np.random.default_rng([seed, window]).permutation(inner)[:count]) for window in windows]
    return np.repeat(np.arange(shape[0]), count), np.concatenate(places)


class Seen:
    """A head on the model's device, with the one buffer that its logits are written to."""

    def __init__(self, head: Head, rules: Sequence[Rule], device: "torch.device") -> None:
        import torch

        self.head, self.rules, self.largest = head, rules, largest_needed(rules, head.n)
        self.vectors = torch.from_numpy(head.vectors).to(device).T
        self.bias = torch.from_numpy(head.bias).to(device)
        self.buffer = torch.empty((rows_at_once(head.n), head.n), device=device)

    def contexts(
        self,
        states: "torch.Tensor",
        windows: npt.NDArray[np.int64],
        positions: npt.NDArray[np.int64],
        answers: npt.NDArray[np.int64],
    ) -> Contexts:
        """Contexts of these states; `answers`: the token that stands there, -1 for none."""
        import torch

        m, size = len(states), len(self.buffer)
        targets, partition = np.empty((m, len(self.rules))), np.empty(m)
        told = self.head.rows_of(answers)
        known, logit = torch.from_numpy(np.maximum(told, 0)).to(states.device), np.empty(m)
        with torch.inference_mode():
            for begin in range(0, m, size):
                part = slice(begin, min(m, begin + size))
                logits = torch.addmm(self.bias, states[part], self.vectors, out=self.buffer[: part.stop - begin])
                logit[part] = logits.gather(1, known[part, None])[:, 0].double().cpu().numpy()
                found, whole = bulk_targets(logits, self.rules, self.largest)
                targets[part], partition[part] = found.cpu().numpy(), whole.cpu().numpy()
        surprise = np.where(told >= 0, partition - logit, np.nan)
        return Contexts(
            windows, positions, states.cpu().numpy(), targets, partition, surprise, np.where(told >= 0, answers, -1)
        )
