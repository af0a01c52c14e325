"""The entries of an adjacency matrix in an `.npz`: CSR, CSC or COO as scipy.sparse saves them, whole, or row pairs."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.datasets.vector_file import Member, load_member
from analysis.graph import MOST_LINKS, Ends, Weights
from models.errors import BadInput

COMPRESSED = {"indices", "indptr", "shape"}


def entries_of(path: Path, members: Mapping[str, Member]) -> tuple[Ends, Weights | None, int]:
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
