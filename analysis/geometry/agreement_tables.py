"""The tables of label agreement: per class, which class is taken for which, along a number; and who was left out."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.geometry.votes import Floats, share_interval
from analysis.labels import Labels

CONFUSIONS, BINS = 50, 20  # rows at most

Codes = npt.NDArray[np.int32]


def by_class(classes: Sequence[str], own: Codes, credit: Floats) -> pd.DataFrame:
    """Accuracy of each class with its interval, largest class first."""
    counts = np.bincount(own, minlength=len(classes))
    there = np.flatnonzero(counts)
    right = np.bincount(own, credit, minlength=len(classes))[there] / counts[there]
    low, high = share_interval(right, counts[there].astype(np.float64))
    names = np.array(classes, dtype=object)[there]
    table = pd.DataFrame({"label": names, "n": counts[there], "accuracy": right, "low": low, "high": high})
    return table.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def confusions(classes: Sequence[str], own: Codes, leader: Codes) -> pd.DataFrame:
    """Which class the neighbours say instead, most frequent first, as counts and as a share of the class."""
    wrong = own != leader
    pairs, samples = np.unique(np.stack([own[wrong], leader[wrong]]), axis=1, return_counts=True)
    order = np.argsort(-samples, kind="stable")[:CONFUSIONS]
    names, counts = np.array(classes, dtype=object), np.bincount(own, minlength=len(classes))
    label, taken_for = pairs[:, order]
    return pd.DataFrame(
        {
            "label": names[label],
            "taken_for": names[taken_for],
            "samples": samples[order],
            "share_of_label": samples[order] / counts[label],
        }
    )


def by_value(own: Floats, around: Floats) -> pd.DataFrame:
    """Up to 20 equal groups along a sample's own value: its mean, and median and quartiles of the neighbours' means."""
    rows = []
    for group in np.array_split(np.argsort(own, kind="stable"), min(BINS, len(own))):
        low, median, high = np.quantile(around[group], [0.25, 0.5, 0.75])
        rows.append((own[group].mean(), median, low, high, len(group)))
    return pd.DataFrame(rows, columns=["value", "neighbors_mean", "low", "high", "n"])


def left_out(labels: Labels, asked: int) -> tuple[str, ...]:
    """Sentences on the samples that were not asked."""
    samples, known = len(labels.known), int(labels.known.sum())
    notes = [f"{samples - known:,} samples without a label neither ask nor vote."] if known < samples else []
    if asked < known:
        notes.append(f"{known - asked:,} samples are left out: none of their neighbours has a label.")
    return tuple(notes)
