"""Honest splits: seeded and stratified, with what belongs together on one side.

Samples that are the same item, or of the same group, are one unit. A fifth of each class is tested (numbers: of each
fifth of their range), at least one sample where a class has two units, never its last unit. Units are dealt in random
order, the largest first; one goes to the test set where that brings the classes nearer to their share than it takes
them beyond. Folds within the training rows deal units the same way, so that nothing learnt by heart looks learnt.
"""

from collections.abc import Hashable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.labels import Labels
from analysis.task import Pairs, Rows, Split

TEST_SHARE = 0.2
STRATA = 5  # of numbers
Units = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer]


def units_of(items: Sequence[Hashable], groups: Labels | None = None) -> Units:
    """The unit of each sample, (n,): equal items share one, and so do samples of a group, and whatever these link.

    >>> units_of(["a", "b", "a", "c"]).tolist()
    [0, 1, 0, 2]
    """
    codes, _ = pd.factorize(pd.Series(list(items), dtype="object"))
    units = codes.astype(np.int64)
    if groups is None or not groups.known.any():
        return units
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    values = groups.codes if groups.kind == "categorical" else pd.factorize(groups.values)[0]
    rows = np.flatnonzero(groups.known)
    links = coo_array(
        (np.ones(len(rows)), (units[rows], units.max() + 1 + values[rows].astype(np.int64))),
        shape=(units.max() + 2 + int(values.max()),) * 2,
    )
    joined = connected_components(links, directed=False)[1][units]
    found: Units = pd.factorize(joined)[0].astype(np.int64)
    return found


def strata_of(labels: Labels) -> npt.NDArray[np.int64]:
    """By what a split keeps its shares, (n,): the class, or the fifth of the range of ranks; -1 without a label."""
    if labels.kind == "categorical":
        return labels.codes.astype(np.int64)
    found = np.full(len(labels.values), -1, np.int64)
    known = np.flatnonzero(labels.known)
    place = np.argsort(np.argsort(labels.values[known], kind="stable"))
    found[known] = place * STRATA // max(1, len(known))
    return found


def split(labels: Labels, units: Units, seed: int, *, rows: Rows | None = None, share: float = TEST_SHARE) -> Split:
    """A share of the labelled samples (of those `rows`), a fifth, to be asked, the rest to learn from."""
    strata = strata_of(labels)
    asked = np.flatnonzero(labels.known) if rows is None else rows[labels.known[rows]]
    taken = _taken(strata[asked], units[asked], share, np.random.default_rng([seed % (1 << 63), 41]))
    return Split(seed, asked[~taken], asked[taken])


def labels_of_pairs(pairs: Pairs) -> Labels:
    """The scores of pairs as a label of each."""
    return Labels("score", "numeric", (), np.empty(0, np.int32), pairs.scores)


def splits_of_pairs(pairs: Pairs, seeds: Sequence[int]) -> tuple[Split, ...]:
    """Splits of scored pairs, by fifths of their scores; the same two texts, in either order, on one side."""
    both = [tuple(sorted(pair)) for pair in zip(pairs.a.tolist(), pairs.b.tolist(), strict=True)]
    labels, units = labels_of_pairs(pairs), units_of(both)
    return tuple(split(labels, units, seed) for seed in seeds)


def _taken(strata: Units, units: Units, share: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which samples are tested."""
    classes = np.unique(strata, return_inverse=True)[1]
    unit = np.unique(units, return_inverse=True)[1]
    if not len(unit):
        return np.zeros(0, bool)
    order = rng.permutation(unit.max() + 1)  # by place in the deal
    sizes = np.bincount(unit)
    order = order[np.argsort(-sizes[order], kind="stable")]
    counts = np.bincount(classes)
    own_units = np.bincount(np.unique(np.column_stack([classes, unit]), axis=0)[:, 0])
    wanted = np.where(own_units > 1, np.maximum(1, np.round(share * counts)), 0).astype(np.int64)
    left = own_units.copy()  # units of each class that may still train
    members = np.argsort(unit, kind="stable")
    begins = np.concatenate([[0], np.cumsum(sizes)])
    tested = np.zeros(len(unit), bool)
    missing = wanted.copy()
    for one in order:
        rows = members[begins[one] : begins[one + 1]]
        own, held = np.unique(classes[rows], return_counts=True) if len(rows) > 1 else (classes[rows], np.ones(1, int))
        gain = np.minimum(held, np.maximum(missing[own], 0)).sum()
        if 2 * gain > held.sum() and (left[own] > 1).all():
            tested[rows] = True
            missing[own] -= held
            left[own] -= 1
    return tested


def folds(strata: Codes, units: Units, count: int, seed: int) -> npt.NDArray[np.int64]:
    """A fold 0 … count - 1 for each sample, (m,), units whole, classes spread evenly."""
    rng = np.random.default_rng([seed % (1 << 63), 43])
    _, first, unit = np.unique(units, return_index=True, return_inverse=True)
    order = rng.permutation(len(first))
    order = order[np.argsort(strata[first][order], kind="stable")]  # by class, at random within
    fold = np.empty(len(first), np.int64)
    fold[order] = np.arange(len(first)) % count
    return fold[unit]


def counted(
    items: Sequence[Hashable], labels: Labels, groups: Labels | None, parts: Sequence[str] | None
) -> list[tuple[str, int, str]]:
    """What an honest report says of the samples: what is counted, how many, and a sentence where there are any.

    `parts`: for each sample "train", "dev" or "test" where the files are given.
    """
    n, missing = len(labels.known), int((~labels.known).sum())
    codes = pd.factorize(pd.Series(list(items), dtype="object"))[0]
    frame = pd.DataFrame({"item": codes, "stratum": labels.codes if labels.kind == "categorical" else labels.values})
    known = frame[labels.known]
    repeats = n - int(frame["item"].nunique())
    differ = known.groupby("item")["stratum"].nunique()
    conflicts = int((differ > 1).sum())
    found = [
        ("without a label", missing, f"{missing:,} of {n:,} samples have no label and are left out."),
        (
            "repeats",
            repeats,
            f"{repeats:,} of {n:,} samples repeat an earlier one; repeats stay on one side of a split.",
        ),
        ("conflicting items", conflicts, f"{conflicts:,} repeated items carry different labels."),
    ]
    if groups is not None:
        without = int((~groups.known).sum())
        found.append(("without a group", without, f"{without:,} samples have no {groups.name} and stand alone."))
    if parts is not None:
        part = np.asarray(parts)
        inside = int(pd.Series(codes[part == "train"]).duplicated().sum())
        straddling = overlapping(codes, part)
        found[1] = ("repeats", repeats, f"{repeats:,} of {n:,} samples repeat an earlier one; {inside:,} within train.")
        distinct = len(np.unique(codes[straddling]))
        sentence = f"{len(straddling):,} test samples ({distinct:,} different ones) also stand in train."
        found.append(("test samples also in train", len(straddling), sentence))
    return [entry for entry in found if entry[1]]


def overlapping(items: Sequence[Hashable] | npt.NDArray[np.integer], parts: npt.NDArray[np.str_]) -> Rows:
    """Rows of test samples whose item also stands in train."""
    codes = pd.factorize(pd.Series(list(items), dtype="object"))[0]
    found: Rows = np.flatnonzero((parts == "test") & np.isin(codes, codes[parts == "train"])).astype(np.int64)
    return found
