"""The entries of an adjacency matrix in an `.npz`: CSR, CSC or COO as scipy.sparse saves them, whole, or row pairs."""

from collections.abc import Callable

import numpy as np

from analysis.graph import MOST_LINKS, Ends, Weights
from analysis.graphs.matrix_arrays import Arrays
from models.errors import BadInput

MOST_ENTRIES = 2 * MOST_LINKS  # of a whole matrix: both of a link without a direction
COMPRESSED = {"indices", "indptr", "shape"}
Entries = tuple[Ends, Weights | None, int]


def entries_of(arrays: Arrays, check: Callable[[int], None]) -> Entries:
    """Row pairs of the entries that are not zero, their values where they are not all one, and the number of rows.

    `check` refuses a number of rows that has no samples, before what is as large as that is read.
    """
    members = arrays.members
    if "edges" in members:
        shape = arrays.shape("edges")
        if len(shape) != 2 or shape[1] != 2:
            raise arrays.refuse("edges", f"has shape {shape}; give two columns of row numbers.")
        pairs = arrays.rows("edges")
        return pairs, None, int(pairs.max(initial=-1)) + 1
    if set(members) >= COMPRESSED:
        return _compressed(arrays, check)
    if {"row", "col", "shape"} <= set(members):
        return _coordinates(arrays, check)
    square = [name for name, (shape, _) in members.items() if len(shape) == 2 and shape[0] == shape[1]]
    if len(square) == 1:
        check(arrays.shape(square[0])[0])
        return _whole(arrays, square[0])
    raise BadInput(
        f"{arrays.path.name!r} holds {', '.join(members) or 'nothing'}; give a matrix saved by scipy.sparse.save_npz"
        " (CSR, CSC or COO), or an array 'edges' of row pairs."
    )


def _whole(arrays: Arrays, name: str) -> Entries:
    pairs: list[Ends] = [np.empty((0, 2), np.int64)]
    values: list[Weights] = [np.empty(0)]
    found = 0
    for ends, entries in arrays.parts(name):
        found += len(ends)
        if found > MOST_ENTRIES:
            raise arrays.refuse(name, f"has over {MOST_ENTRIES:,} entries that are not zero; give a smaller graph.")
        pairs.append(ends)
        values.append(entries.astype(np.float64))
    return _valued(np.concatenate(pairs), np.concatenate(values), arrays.shape(name)[0])


def _coordinates(arrays: Arrays, check: Callable[[int], None]) -> Entries:
    n, shape, other = _square(arrays), arrays.shape("row"), arrays.shape("col")
    if shape != other or len(shape) != 1:
        raise BadInput(f"{arrays.path.name!r} has {shape} rows for {other} columns; save it again.")
    check(n)
    data = _data(arrays, shape[0])
    return _valued(np.column_stack([arrays.rows("row"), arrays.rows("col")]), data, n)


def _compressed(arrays: Arrays, check: Callable[[int], None]) -> Entries:
    n, shape, name = _square(arrays), arrays.shape("indices"), arrays.path.name
    check(n)
    form = arrays.word("format") if "format" in arrays.members else "csr"
    if form not in ("csr", "csc"):
        raise BadInput(f"{name!r} is saved as {form[:10]!r}; save it as CSR, CSC or COO (matrix.tocsr()).")
    indptr = arrays.rows("indptr") if arrays.shape("indptr") == (n + 1,) else np.empty(0, np.int64)
    counts = np.diff(indptr)
    if not len(indptr) or indptr[0] != 0 or (counts < 0).any():
        raise BadInput(f"'indptr' of {name!r} does not fit a matrix of {n:,} rows; save it again.")
    if shape != (indptr[-1],):
        entries = " x ".join(f"{size:,}" for size in shape)
        raise BadInput(f"{name!r} says {indptr[-1]:,} entries and has {entries}; save it again.")
    data = _data(arrays, shape[0])
    filled = np.flatnonzero(counts)
    pairs = np.column_stack([np.repeat(filled, counts[filled]), arrays.rows("indices")])
    return _valued(pairs if form == "csr" else pairs[:, ::-1], data, n)


def _valued(pairs: Ends, data: Weights | None, nodes: int) -> Entries:
    if data is None:
        return pairs, None, nodes
    there = data != 0
    return pairs[there], None if (data[there] == 1).all() else data[there], nodes


def _data(arrays: Arrays, entries: int) -> Weights | None:
    return arrays.weights("data", entries) if "data" in arrays.members else None


def _square(arrays: Arrays) -> int:
    said = arrays.shape("shape")
    shape = arrays.rows("shape").ravel().tolist() if said in ((2,), (1, 2), (2, 1)) else []
    if len(shape) != 2 or shape[0] != shape[1] or not 0 <= shape[0] < 1 << 31:
        raise BadInput(f"the matrix of {arrays.path.name!r} has shape {shape or said}; an adjacency matrix is square.")
    return int(shape[0])
