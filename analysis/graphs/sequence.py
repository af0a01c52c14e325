"""Each sample is linked to those that come next: in the order of the dataset, or of a column of times or numbers.

`k` says to how many, 1 where it is not given; `label` names a column whose every value is a sequence of its own (a
session, a patient). A sample without a time, or without a sequence, stays alone. Equal times keep the dataset's order.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.dataset import Dataset
from analysis.graph import MOST_LINKS, Links
from analysis.graph_plugin import GraphSource
from analysis.graphs.named import no_column
from analysis.recipe import hash_of_array
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    return {
        "k": str(spec.k or 1),
        "order": hash_of_array(places_of(spec, dataset)),
        "of": hash_of_array(_of(spec, dataset)),
    }


def places_of(spec: GraphSpec, dataset: Dataset) -> npt.NDArray[np.float64]:
    """Where each sample stands, (n,), NaN where nothing says."""
    if len(spec.columns) > 1:
        raise BadInput(f"columns of graph {spec.name!r} names {len(spec.columns)}; an order has one column.")
    if not spec.columns:
        return np.arange(len(dataset), dtype=np.float64)
    name = spec.columns[0]
    if name in dataset.numeric_names and dataset.numeric is not None:
        return dataset.numeric[:, dataset.numeric_names.index(name)].astype(np.float64)
    _check(spec, dataset, name)
    cells = dataset.frame[name].astype("string").str.strip()
    cells = cells.mask(cells == "")
    numbers = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    given = cells.notna().to_numpy()
    if np.isfinite(numbers[given]).all():
        return np.asarray(numbers, np.float64)
    times = pd.to_datetime(cells, errors="coerce", utc=True, format="ISO8601")
    wrong = np.flatnonzero(times.isna().to_numpy() & given)
    if len(wrong):
        raise BadInput(
            f"column {name!r} of graph {spec.name!r} holds {str(cells.iloc[wrong[0]])[:40]!r}, which is neither a"
            " number nor a time; write times as 2024-05-31 or 2024-05-31T12:00."
        )
    seconds = (times - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return np.asarray(seconds.to_numpy(np.float64, na_value=np.nan), np.float64)


def _of(spec: GraphSpec, dataset: Dataset) -> npt.NDArray[np.int64]:
    """The sequence of each sample, -1 for none."""
    if not spec.label:
        return np.zeros(len(dataset), np.int64)
    _check(spec, dataset, spec.label)
    codes = pd.factorize(dataset.frame[spec.label].astype("string"))[0]
    return codes.astype(np.int64)


def _check(spec: GraphSpec, dataset: Dataset, name: str) -> None:
    if name not in dataset.frame.columns:
        raise no_column(spec, "column", name, dataset.frame.columns)


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    order, of = places_of(spec, dataset), _of(spec, dataset)
    there = np.flatnonzero(np.isfinite(order) & (of >= 0))
    rows = there[np.lexsort((there, order[there], of[there]))]
    sizes = np.unique(of[rows], return_counts=True)[1].astype(np.int64)
    reach = np.minimum(min(spec.k or 1, len(rows)), sizes - 1)
    total = int((reach * sizes - reach * (reach + 1) // 2).sum())
    if total > MOST_LINKS:
        raise BadInput(
            f"k of graph {spec.name!r} is {spec.k}, which would be {total:,} links; at most {MOST_LINKS:,} are made, so"
            " give less."
        )
    stops = np.repeat(np.cumsum(sizes), sizes)  # where the sequence of each ends
    pairs, at = [], np.arange(len(rows))
    for step in range(1, int(reach.max(initial=0)) + 1):
        at = at[at + step < stops[at]]
        pairs.append(np.column_stack([rows[at], rows[at + step]]))
    left = len(dataset) - len(rows)
    notes = (f"{left:,} samples have no place in a sequence.",) if left else ()
    return Links(np.concatenate(pairs).astype(np.int64) if pairs else np.empty((0, 2), np.int64), notes=notes)


GRAPH = GraphSource(name="sequence", title="Sequence", version=1, fingerprint=fingerprint, read=read)
