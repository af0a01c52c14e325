"""A sample of the rows: stratified by a label, seeded, in the file's order.

Each class gets its proportional share of the sample, rounded by largest remainder, and at least one row where
there are no more classes than places. Rows without a label are a class of their own.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.labels import labels_of

Rows = npt.NDArray[np.int64]


def sample_rows(n: int, sample: int, seed: int, label: pd.Series | None = None) -> Rows:
    """Rows to keep of `n`, ascending; all where `sample` is 0 or no fewer than there are."""
    if sample == 0 or sample >= n:
        return np.arange(n)
    codes = np.zeros(n, dtype=np.int64)
    if label is not None:
        labels = labels_of(str(label.name), label)
        if labels.kind == "categorical":
            codes = labels.codes.astype(np.int64) + 1
    rng = np.random.default_rng(seed)
    classes, counts = np.unique(codes, return_counts=True)
    chosen = [
        rng.choice(np.flatnonzero(codes == cls), size=quota, replace=False)
        for cls, quota in zip(classes, quotas(counts, sample), strict=True)
    ]
    return np.sort(np.concatenate(chosen))


def quotas(counts: npt.NDArray[np.int64], sample: int) -> npt.NDArray[np.int64]:
    """How many to take of each class; they sum to `sample`, which is at most the sum of `counts`.

    >>> quotas(np.array([70, 20, 9, 1]), 10).tolist()
    [6, 2, 1, 1]
    """
    ideal = counts * (sample / counts.sum())
    quota = np.floor(ideal).astype(np.int64)
    if sample >= len(counts):
        quota = np.maximum(quota, 1)
    while (missing := sample - int(quota.sum())) > 0:
        quota[np.argsort(quota - ideal, kind="stable")[:missing]] += 1
    while quota.sum() > sample:
        quota[np.argmax(np.where(quota > 1, quota - ideal, -np.inf))] -= 1
    return np.asarray(quota, dtype=np.int64)
