"""Numbers from outside as a finite float32 matrix, or a sentence that says where they are not one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

BLOCK = 1 << 22  # numbers converted at a time, so that a memory-mapped file is never copied whole


def to_float32(array: npt.NDArray[Any], what: str) -> npt.NDArray[np.float32]:
    """A matrix of any real type as float32; `what` names it: "the matrix of 'v.npy'"."""
    if array.dtype.kind not in "fiub":
        raise BadInput(f"{what} holds {array.dtype} values, not numbers; save it as float32.")
    if array.ndim != 2 or array.shape[1] == 0:
        raise BadInput(f"{what} has shape {array.shape}; give one row of numbers per sample.")
    out = np.empty(array.shape, dtype=np.float32)
    step = max(1, BLOCK // array.shape[1])
    for start in range(0, len(array), step):
        block = np.asarray(array[start : start + step])
        with np.errstate(over="ignore"):
            out[start : start + step] = block
        bad = ~np.isfinite(out[start : start + step]).all(axis=1)
        if bad.any():
            _refuse_row(block, int(np.flatnonzero(bad)[0]), start, what)
    return out


def _refuse_row(block: npt.NDArray[Any], row: int, start: int, what: str) -> None:
    values = block[row]
    if not np.isfinite(values).all():
        column = int(np.flatnonzero(~np.isfinite(values))[0])
        raise BadInput(
            f"{what} has NaN or infinite values (first: {values[column]} in row {start + row + 1}, number"
            f" {column + 1}); leave those samples out or make their vectors anew."
        )
    largest = values[np.argmax(np.abs(values))]
    raise BadInput(
        f"{what} has values too large for float32 (first: {largest} in row {start + row + 1}); scale it down."
    )


def matrix_of_lists(column: Any, what: str) -> npt.NDArray[np.float32]:
    """A pyarrow column of lists of numbers, or of their text ("[0.1, 0.2]"), as a matrix."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], column.type.storage_type)
    missing = column.is_null()
    if pc.any(missing).as_py():
        row = pc.index(missing, True).as_py()
        raise BadInput(
            f"{what} has {column.null_count} samples without a vector (first in row {row + 1}); leave them out."
        )
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        rows = [_numbers(cell, row, what) for row, cell in enumerate(column.to_pylist(), 1)]
        _same_lengths(np.array([len(row) for row in rows]), what)
        return to_float32(np.array(rows, dtype=np.float64).reshape(len(rows), -1), what)
    if not any(
        is_list(column.type) for is_list in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    ):
        raise BadInput(f"{what} holds {column.type}, not lists of numbers; name another column.")
    _same_lengths(pc.list_value_length(column).to_numpy(), what)
    values = pc.list_flatten(column)
    kind = values.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise BadInput(f"{what} holds lists of {kind}, not of numbers; name another column.")
    return to_float32(values.to_numpy().reshape(len(column), -1), what)


def numbers_of_texts(cells: Sequence[str | None], what: str) -> npt.NDArray[np.float64]:
    """Cells of one column as numbers, (n,); an empty cell or one that is no number is refused."""
    import pandas as pd

    texts = pd.Series(list(cells), dtype="object")
    values = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        first = "nothing" if texts[bad[0]] is None else repr(texts[bad[0]])
        raise BadInput(
            f"{what} has {len(bad)} cells that are no finite number (first: {first} in row {bad[0] + 1});"
            " mend them, or leave the column out."
        )
    return values


def _numbers(cell: str, row: int, what: str) -> list[float]:
    try:
        numbers = [float(part) for part in cell.strip().strip("[]()").replace(",", " ").replace(";", " ").split()]
    except ValueError as error:
        raise BadInput(f"{what} has {cell[:40]!r} in row {row}, not a list of numbers like [0.1, 0.2].") from error
    return numbers


def _same_lengths(lengths: npt.NDArray[np.int64], what: str) -> None:
    if not len(lengths):
        return
    odd = np.flatnonzero(lengths != lengths[0])
    if len(odd):
        raise BadInput(
            f"{what} is ragged: row {odd[0] + 1} has {lengths[odd[0]]} numbers, row 1 has {lengths[0]};"
            " give vectors of one length."
        )
