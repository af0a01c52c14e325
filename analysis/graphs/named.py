"""Names of samples as a file of links writes them, and the rows they mean."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.dataset import Dataset
from analysis.graph import Links, Weights
from analysis.study import GraphSpec
from models.errors import BadInput, nearest

FEW = 3  # strangers that are named


def links_of_names(
    dataset: Dataset,
    sources: Sequence[Any] | pd.Series,
    targets: Sequence[Any] | pd.Series,
    *,
    weights: Weights | None = None,
    notes: tuple[str, ...] = (),
    directed: bool | None = None,
) -> Links:
    """The links between samples; those that name anything else are counted."""
    ends = np.column_stack([rows_of_names(dataset, names) for names in (sources, targets)])
    known = (ends >= 0).all(axis=1)
    strangers = _strangers(ends, (sources, targets))
    return Links(
        ends[known],
        None if weights is None else weights[known],
        int((~known).sum()),
        strangers,
        notes,
        directed,
    )


def rows_of_names(dataset: Dataset, names: Sequence[Any] | pd.Series) -> npt.NDArray[np.int64]:
    """The row of each name, -1 for none."""
    found: npt.NDArray[np.int64] = pd.Index(dataset.ids).get_indexer(pd.Index(names)).astype(np.int64)
    return found


def no_column(spec: GraphSpec, part: str, name: str, known: Iterable[Any]) -> BadInput:
    """The sentence for a column that the samples do not have, or not besides their ids and what is embedded."""
    there = list(map(str, known)) or ["none"]
    return BadInput(
        f"graph {spec.name!r} names {part} {name!r}, which is no column of the samples besides their ids and what is"
        f" embedded{nearest(name, there)}"
    )


def _strangers(ends: npt.NDArray[np.int64], columns: Sequence[Sequence[Any] | pd.Series]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for at, names in enumerate(columns):
        first = np.flatnonzero(ends[:, at] < 0)[:FEW]
        found |= dict.fromkeys(str(name) for name in pd.Series(names).iloc[first])
    return tuple(found)[:FEW]
