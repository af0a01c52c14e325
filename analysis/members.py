"""Several labels of one sample, written into one cell: `"physics|methods"`, taken apart at the task's separator.

Labels of a task are then the sets themselves, in one order whatever the cell's; splits keep the shares of each
sample's rarest label, so that rare ones are learnt and asked.
"""

import numpy as np
import pandas as pd

from analysis.labels import Labels
from analysis.task import Members


def sets_in(name: str, column: pd.Series, separator: str) -> Labels:
    """The set of labels in each cell as one class; an empty cell has none.

    >>> sets_in("x", pd.Series(["b|a", "a | b", "", "a"]), "|").classes
    ('a', 'a|b')
    """
    cells = column.astype("string").fillna("")
    joined = cells.map(lambda cell: separator.join(sorted(_parts(cell, separator))))
    codes, classes = pd.factorize(joined.mask(joined == "").astype("string"), sort=True)
    return Labels(name, "categorical", tuple(map(str, classes)), codes.astype(np.int32), np.empty(0, np.float64))


def members_of(labels: Labels, separator: str) -> Members:
    """Which single labels each sample has."""
    sets = [_parts(one, separator) for one in labels.classes]
    names = tuple(sorted(set().union(*sets)))
    table = np.array([[name in one for name in names] for one in sets] + [[False] * len(names)], dtype=bool)
    return Members(names, table.reshape(len(sets) + 1, len(names))[labels.codes])


def rarest(labels: Labels, members: Members) -> Labels:
    """The rarest label of each sample."""
    counts = members.has.sum(axis=0)
    codes = np.where(members.has, counts, len(members.has) + 1).argmin(axis=1) if len(counts) else labels.codes
    codes = np.where(labels.known, codes, -1).astype(np.int32)
    return Labels(labels.name, "categorical", members.names, codes, labels.values)


def _parts(cell: str, separator: str) -> set[str]:
    return {part.strip() for part in cell.split(separator) if part.strip()}
