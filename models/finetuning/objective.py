"""What training makes small, and by what the best epoch is chosen.

Classes: cross-entropy; macro F1 over the classes that occur. Several labels: binary cross-entropy, mean over labels;
macro F1 of the labels whose logit is above 0. Numbers: squared error of the standardized number; Spearman's
correlation. All on the dev part.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.finetuning.settings import Kind

if TYPE_CHECKING:
    import torch

SCORES = {"classes": "macro F1", "labels": "macro F1", "numbers": "Spearman"}


def loss_of(kind: Kind, outputs: "torch.Tensor", targets: "torch.Tensor") -> "torch.Tensor":
    """The loss of a batch, mean over its samples."""
    from torch.nn import functional

    if kind == "classes":
        return functional.cross_entropy(outputs, targets)
    if kind == "labels":
        return functional.binary_cross_entropy_with_logits(outputs, targets)
    return functional.mse_loss(outputs[:, 0], targets)


def score_of(kind: Kind, outputs: npt.NDArray[np.float32], targets: npt.NDArray[Any]) -> float:
    """How good outputs (m, outputs) are; NaN where that is not defined (numbers that do not vary)."""
    if kind == "numbers":
        return spearman(outputs[:, 0], targets)
    if kind == "labels":
        return _macro_f1(targets > 0, outputs > 0)
    kinds = np.arange(outputs.shape[1])
    return _macro_f1(targets[:, None] == kinds, outputs.argmax(axis=1)[:, None] == kinds)


def _macro_f1(truth: npt.NDArray[np.bool_], named: npt.NDArray[np.bool_]) -> float:
    """Mean F1 of the columns (m, C) in which anything is true or named."""
    both = truth.sum(axis=0) + named.sum(axis=0)
    occurs = both > 0
    return float((2 * (truth & named).sum(axis=0)[occurs] / both[occurs]).mean()) if occurs.any() else np.nan


def spearman(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """Rank correlation, ranks of ties being their middle; NaN where one does not vary.

    >>> spearman(np.array([1, 2, 2, 5]), np.array([0, 3, 3, 4]))
    1.0
    """
    x, y = (_ranks(values) for values in (a, b))
    spread = np.sqrt((x @ x) * (y @ y))
    return float(np.clip(x @ y / spread, -1, 1)) if spread > 0 else np.nan


def _ranks(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Middle ranks less their mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts + 1) / 2)[place]
    centered: npt.NDArray[np.float64] = ranks - ranks.mean()
    return centered
