"""Ids to rows, looked up once per dataset."""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from analysis.dataset import Dataset

_KNOWN: "WeakKeyDictionary[Dataset, Mapping[str, int]]" = WeakKeyDictionary()


def row_of(dataset: Dataset) -> Mapping[str, int]:
    """The row of each id."""
    if dataset not in _KNOWN:
        _KNOWN[dataset] = {name: row for row, name in enumerate(dataset.ids)}
    return _KNOWN[dataset]
