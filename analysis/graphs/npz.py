"""An adjacency matrix in an `.npz`: as scipy.sparse saves it (CSR, CSC, COO), whole, or as a list of row pairs.

Row i is sample i, or the sample that an array `ids` names, or, where the samples are numbered and some of the rows,
sample "i". Entries that are not zero are links; of an undirected graph, either of the two entries is enough. Weights
are the entries. Nothing that could run is read.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.dataset import Dataset
from analysis.datasets.content import content_of
from analysis.datasets.fingerprints import hash_of_file
from analysis.datasets.vector_file import Member, load_member, members_of
from analysis.graph import MOST_LINKS, Ends, Links, Weights, codes_of
from analysis.graph_plugin import GraphSource
from analysis.graphs.named import FEW, rows_of_names
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place

COMPRESSED = {"indices", "indptr", "shape"}


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    return {"file": hash_of_file(place.resolve(spec.path, f"the matrix of graph {spec.name!r}"))}


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    path = place.resolve(spec.path, f"the matrix of graph {spec.name!r}")
    if content_of(path) != "npz":
        raise BadInput(f"{path.name!r} is no .npz; save the matrix with scipy.sparse.save_npz.")
    members = members_of(path)
    pairs, weights, nodes = _entries(path, members)
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= nodes):
        raise BadInput(f"{path.name!r} links row {pairs.max()} of {nodes:,}; it is damaged, so save it again.")
    if not spec.directed:  # the two entries of one link are no repeat
        first = np.unique(codes_of(pairs, max(nodes, 1), directed=False), return_index=True)[1]
        pairs, weights = pairs[first], None if weights is None else weights[first]
    place_of, names = _places(path, members, dataset, nodes)
    ends = place_of[pairs]
    known = (ends >= 0).all(axis=1)
    lost = np.unique(pairs[~known][ends[~known] < 0])[:FEW]
    kept = None if weights is None else weights[known]
    return Links(ends[known], kept, int((~known).sum()), tuple(names(row) for row in lost))


def _entries(path: Path, members: Mapping[str, Member]) -> tuple[Ends, Weights | None, int]:
    """Row pairs of the entries that are not zero, their values where they are not all one, and the number of rows."""
    if "edges" in members:
        pairs = _whole(path, "edges")
        if pairs.ndim != 2 or pairs.shape[1] != 2:
            raise BadInput(f"array 'edges' of {path.name!r} has shape {pairs.shape}; give two columns of row numbers.")
        return pairs, None, int(pairs.max(initial=-1)) + 1
    if set(members) >= COMPRESSED:
        return _compressed(path, members)
    if {"row", "col", "shape"} <= set(members):
        rows, columns = _whole(path, "row"), _whole(path, "col")
        if rows.shape != columns.shape or rows.ndim != 1:
            raise BadInput(f"{path.name!r} has {rows.shape} rows for {columns.shape} columns; save it again.")
        return _valued(np.column_stack([rows, columns]), _data(path, members, len(rows)), _square(path))
    square = [name for name, (shape, _) in members.items() if len(shape) == 2 and shape[0] == shape[1]]
    if len(square) == 1:
        matrix = load_member(path, square[0])
        rows, columns = np.nonzero(matrix)
        return _valued(np.column_stack([rows, columns]), matrix[rows, columns].astype(np.float64), len(matrix))
    raise BadInput(
        f"{path.name!r} holds {', '.join(members) or 'nothing'}; give a matrix saved by scipy.sparse.save_npz (CSR, CSC"
        " or COO), or an array 'edges' of row pairs."
    )


def _compressed(path: Path, members: Mapping[str, Member]) -> tuple[Ends, Weights | None, int]:
    indptr, indices, n = _whole(path, "indptr"), _whole(path, "indices"), _square(path)
    if indptr.ndim != 1 or len(indptr) != n + 1 or indptr[0] != 0 or (np.diff(indptr) < 0).any():
        raise BadInput(f"'indptr' of {path.name!r} does not fit a matrix of {n:,} rows; save it again.")
    if indices.ndim != 1 or indptr[-1] != len(indices):
        raise BadInput(f"{path.name!r} says {indptr[-1]:,} entries and has {indices.size:,}; save it again.")
    form = _form(path) if "format" in members else "csr"
    if form not in ("csr", "csc"):
        raise BadInput(f"{path.name!r} is saved as {form[:10]!r}; save it as CSR, CSC or COO (matrix.tocsr()).")
    pairs = np.column_stack([np.repeat(np.arange(n), np.diff(indptr)), indices])
    return _valued(pairs if form == "csr" else pairs[:, ::-1], _data(path, members, len(indices)), n)


def _valued(pairs: Ends, data: Weights | None, nodes: int) -> tuple[Ends, Weights | None, int]:
    if data is None:
        return pairs, None, nodes
    there = data != 0
    return pairs[there], None if (data[there] == 1).all() else data[there], nodes


def _data(path: Path, members: Mapping[str, Member], entries: int) -> Weights | None:
    if "data" not in members:
        return None
    data = load_member(path, "data")
    if data.shape != (entries,) or (not np.issubdtype(data.dtype, np.number) and data.dtype != bool):
        raise BadInput(f"'data' of {path.name!r} has shape {data.shape} for {entries:,} entries; save it again.")
    values: Weights = data.astype(np.float64)
    if not np.isfinite(values).all():
        raise BadInput(f"'data' of {path.name!r} holds NaN or infinite values; weights are numbers.")
    return values


def _whole(path: Path, name: str) -> npt.NDArray[np.int64]:
    array = load_member(path, name)
    if array.size > 2 * MOST_LINKS:
        raise BadInput(f"array {name!r} of {path.name!r} has {array.size:,} entries; give a smaller graph.")
    if not np.issubdtype(array.dtype, np.integer):
        raise BadInput(f"array {name!r} of {path.name!r} is {array.dtype}; row numbers are whole.")
    return array.astype(np.int64)


def _square(path: Path) -> int:
    shape = _whole(path, "shape").ravel()
    if len(shape) != 2 or shape[0] != shape[1] or not 0 <= shape[0] < 1 << 31:
        raise BadInput(f"the matrix of {path.name!r} has shape {shape.tolist()}; an adjacency matrix is square.")
    return int(shape[0])


def _form(path: Path) -> str:
    said = load_member(path, "format").item()
    return said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)


def _places(path: Path, members: Mapping[str, Member], dataset: Dataset, nodes: int) -> tuple[Ends, Any]:
    """The sample of each row of the matrix, -1 for none, and what a row is called."""
    if "ids" in members:
        ids = [str(name) for name in load_member(path, "ids").ravel().tolist()]
        if len(ids) < nodes:
            raise BadInput(f"'ids' of {path.name!r} names {len(ids):,} of {nodes:,} rows; name each.")
        return rows_of_names(dataset, ids), lambda row: ids[row]
    n, listed = len(dataset), "edges" in members
    numbered = all(one.isascii() and one.isdigit() for one in dataset.ids)
    if not numbered and (nodes == n or (listed and nodes < n)):
        return np.arange(nodes), str
    if numbered:
        return rows_of_names(dataset, [str(row) for row in range(nodes)]), str
    raise BadInput(
        f"{path.name!r} is a graph of {nodes:,} rows for {n:,} samples; add an array `ids`, or give one of as many."
    )


GRAPH = GraphSource(name="npz", title="Adjacency matrix", version=1, fingerprint=fingerprint, read=read)
