"""An adjacency matrix in an `.npz`: as scipy.sparse saves it (CSR, CSC, COO), whole, or as a list of row pairs.

Row i is sample i, or the sample that an array `ids` names, or, where the samples are numbered and some of the rows,
sample "i". Entries that are not zero are links; of an undirected graph, either of the two entries is enough. Weights
are the entries. Nothing that could run is read.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from analysis.dataset import Dataset
from analysis.datasets.content import content_of
from analysis.datasets.fingerprints import hash_of_file
from analysis.datasets.vector_file import members_of
from analysis.graph import Ends, Links, codes_of
from analysis.graph_plugin import GraphSource
from analysis.graphs.matrix_arrays import Arrays
from analysis.graphs.matrix_entries import entries_of
from analysis.graphs.named import FEW, rows_of_names
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    return {"file": hash_of_file(place.resolve(spec.path, f"the matrix of graph {spec.name!r}"))}


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    path = place.resolve(spec.path, f"the matrix of graph {spec.name!r}")
    if content_of(path) != "npz":
        raise BadInput(f"{path.name!r} is no .npz; save the matrix with scipy.sparse.save_npz.")
    arrays = Arrays(path, members_of(path))
    pairs, weights, nodes = entries_of(arrays, lambda rows: _check_rows(arrays, dataset, rows))
    low, high = int(pairs.min(initial=0)), int(pairs.max(initial=-1))
    if low < 0 or high >= nodes:
        raise BadInput(
            f"{path.name!r} links row {low if low < 0 else high} of {nodes:,}, counted from 0; it is damaged, so"
            " save it again."
        )
    _check_rows(arrays, dataset, nodes, whole="edges" not in arrays.members)
    rows, codes = _linked_rows(pairs, nodes)
    if not spec.directed:  # the two entries of one link are no repeat
        first = np.unique(codes_of(codes, max(len(rows), 1), directed=False), return_index=True)[1]
        codes, weights = codes[first], None if weights is None else weights[first]
    place_of, names = _places(arrays, dataset, rows)
    ends = place_of[codes]
    known = (ends >= 0).all(axis=1)
    lost = np.unique(codes[~known][ends[~known] < 0])[:FEW]
    kept = None if weights is None else weights[known]
    return Links(ends[known], kept, int((~known).sum()), tuple(str(names[row]) for row in lost))


def _check_rows(arrays: Arrays, dataset: Dataset, nodes: int, *, whole: bool = False) -> None:
    """Refuse more rows than are named or have samples, and, of a whole matrix, fewer."""
    if "ids" in arrays.members:
        shape = arrays.shape("ids")
        if prod(shape) < nodes:
            raise BadInput(f"'ids' of {arrays.path.name!r} names {prod(shape):,} of {nodes:,} rows; name each.")
    elif not _numbered(dataset) and (nodes > len(dataset) or (whole and nodes < len(dataset))):
        raise BadInput(
            f"{arrays.path.name!r} is a graph of {nodes:,} rows for {len(dataset):,} samples; add an array `ids`, or"
            " give one of as many."
        )


def _linked_rows(pairs: Ends, nodes: int) -> tuple[Ends, Ends]:
    """The rows that have links, few of those that a file may speak of, and the pairs as places among them."""
    if nodes > pairs.size:
        rows, places = np.unique(pairs, return_inverse=True)
        return rows, places.reshape(-1, 2).astype(np.int64)
    seen = np.zeros(nodes, bool)
    seen[pairs] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[pairs]


def _numbered(dataset: Dataset) -> bool:
    return all(one.isascii() and one.isdigit() for one in dataset.ids)


def _places(arrays: Arrays, dataset: Dataset, rows: Ends) -> tuple[Ends, Sequence[Any]]:
    """The sample of each of some rows of the matrix, -1 for none, and what each is called."""
    if "ids" in arrays.members:
        ids = [str(name) for name in arrays.names("ids").ravel()[rows].tolist()]
        return rows_of_names(dataset, ids), ids
    if _numbered(dataset):
        numbers = [str(row) for row in rows.tolist()]
        return rows_of_names(dataset, numbers), numbers
    return rows, rows.tolist()


GRAPH = GraphSource(name="npz", title="Adjacency matrix", version=2, fingerprint=fingerprint, read=read)
