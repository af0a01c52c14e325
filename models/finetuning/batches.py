"""Which samples are learnt from together: texts of like length, so that little of a batch is padding.

An epoch's order is random; stretches of several batches, at least two in an epoch where there are so many, are sorted
by length and cut into batches, which are shuffled. Seed and epoch decide the order, so that a resumed epoch has it.
"""

import numpy as np
import numpy.typing as npt

from models.finetuning.settings import Rows

TOGETHER = 16  # batches whose samples are sorted at once


def epoch_batches(lengths: npt.NDArray[np.int64], batch: int, *, seed: int, epoch: int) -> list[Rows]:
    """The places (into `lengths`) of each batch of an epoch; every sample is in one of them.

    >>> [len(one) for one in epoch_batches(np.arange(10), 4, seed=0, epoch=1)] in ([4, 4, 2], [4, 2, 4], [2, 4, 4])
    True
    """
    rng = np.random.default_rng([seed, epoch, 61])
    order = rng.permutation(len(lengths))
    stretch = batch * int(np.clip(len(lengths) // (2 * batch), 1, TOGETHER))
    batches: list[Rows] = []
    for start in range(0, len(order), stretch):
        part = order[start : start + stretch]
        part = part[np.argsort(-lengths[part], kind="stable")]
        batches += [part[begin : begin + batch] for begin in range(0, len(part), batch)]
    return [batches[place] for place in rng.permutation(len(batches))]


def by_length(lengths: npt.NDArray[np.int64], batch: int) -> list[Rows]:
    """Batches of all samples for asking, longest first."""
    order = np.argsort(-lengths, kind="stable")
    return [order[start : start + batch] for start in range(0, len(order), batch)]


def rate(step: int, steps: int, warmup: float) -> float:
    """By what the learning rate is multiplied at a step (from 0): up to 1 over the warm-up, then down to 0.

    >>> [round(rate(step, 10, 0.2), 2) for step in (0, 1, 2, 6, 9)]
    [0.5, 1.0, 1.0, 0.5, 0.12]
    """
    warm = max(1, round(warmup * steps))
    return min((step + 1) / warm, (steps - step) / max(1, steps - warm))
