"""Each sample is linked to its k nearest: in another space of the study, or by columns of numbers.

Columns are standardised (population SD) and compared by euclidean distance; a sample without one of the numbers stays
alone. Undirected, a link needs one of its two ends to be among the other's nearest.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.graph import Ends, Links, codes_of
from analysis.graph_plugin import GraphSource
from analysis.graphs.named import no_column
from analysis.knn_graph import KnnGraph
from analysis.recipe import hash_of_array
from analysis.space import EmbeddingSpace
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place

K = 15


def needs(spec: GraphSpec, dataset: Dataset) -> Sequence[Ask]:
    if bool(spec.space) == bool(spec.columns):
        both = "both `space` and `columns`" if spec.space else "neither `space` nor `columns`"
        raise BadInput(f"graph {spec.name!r} has {both}; name one of them, for its nearest neighbours.")
    return (Ask("neighbors", subject=spec.space),) if spec.space else ()


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    if (spec.k or K) >= len(dataset):
        raise BadInput(f"k of graph {spec.name!r} is {spec.k or K} but there are {len(dataset)} samples; give less.")
    said = {"k": str(spec.k or K)}
    return said if spec.space else said | {"columns": hash_of_array(numbers_of(spec, dataset))}


def numbers_of(spec: GraphSpec, dataset: Dataset) -> npt.NDArray[np.float64]:
    """The columns as numbers, (n, columns), NaN where there is none; BadInput for what is no number."""
    found = []
    for name in spec.columns:
        if name in dataset.numeric_names and dataset.numeric is not None:
            found.append(dataset.numeric[:, dataset.numeric_names.index(name)].astype(np.float64))
            continue
        if name not in dataset.frame.columns:
            raise no_column(spec, "column", name, [*dataset.frame.columns, *dataset.numeric_names])
        column = dataset.frame[name]
        cells = column.astype("string").str.strip()
        numbers = pd.to_numeric(cells.mask(cells == ""), errors="coerce").to_numpy(np.float64, na_value=np.nan)
        wrong = np.flatnonzero(~np.isfinite(numbers) & (cells.notna() & (cells != "")).to_numpy())
        if len(wrong):
            raise BadInput(
                f"column {name!r} of graph {spec.name!r} holds {str(column.iloc[wrong[0]])[:40]!r}; neighbours need"
                " numbers."
            )
        found.append(numbers)
    return np.column_stack(found)


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    k = spec.k or K
    if spec.space:
        graph: KnnGraph = needed[0]
        return Links(_once(_pairs(graph.nearest(k), np.arange(graph.n)), graph.n, spec))
    from analysis.neighbors.graph import build_graph

    numbers = numbers_of(spec, dataset)
    rows = np.flatnonzero(np.isfinite(numbers).all(axis=1))
    if len(rows) <= k:
        raise BadInput(f"{len(rows)} samples have the columns of graph {spec.name!r}; {k} neighbours need more.")
    wide = numbers[rows] - numbers[rows].mean(axis=0)
    spread = wide.std(axis=0)
    vectors = (wide / np.where(spread > 0, spread, 1)).astype(np.float32)
    space = EmbeddingSpace(spec.name, "", vectors, [dataset.ids[row] for row in rows])
    found = build_graph(space, metric="euclidean", k=k, seed=0)
    left = len(dataset) - len(rows)
    notes = (f"{left:,} samples without the numbers have no neighbour.",) if left else ()
    return Links(_once(_pairs(found, rows), len(dataset), spec), notes=notes)


def _pairs(graph: KnnGraph, rows: npt.NDArray[np.integer]) -> Ends:
    return np.column_stack([np.repeat(rows, graph.k), rows[graph.indices].ravel()]).astype(np.int64)


def _once(pairs: Ends, n: int, spec: GraphSpec) -> Ends:
    """Two samples that are each other's neighbours are one link, no repeat."""
    if spec.directed:
        return pairs
    first = np.unique(codes_of(pairs, n, directed=False), return_index=True)[1]
    return pairs[first]


GRAPH = GraphSource(name="knn", title="Nearest neighbours", version=1, fingerprint=fingerprint, read=read, needs=needs)
