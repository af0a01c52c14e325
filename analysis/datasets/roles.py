"""Which part each column of a table plays: id, text, image, vector, numbers, labels; the rest is metadata.

Ids, texts and labels are text as written; an empty cell is missing. What cannot be used is refused by its first
row, counted from 1 below the header.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.dataset import Dataset
from analysis.datasets.image_column import images_of
from analysis.datasets.matrix import matrix_of_lists, numbers_of_texts, to_float32
from analysis.datasets.sampling import Rows, sample_rows
from analysis.datasets.table_file import Table
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place


@dataclass(frozen=True, eq=False)
class Given:
    """What comes from beside the table: vectors from their own file, and the ids that they carry."""

    vectors: npt.NDArray[np.float32] | None = None
    ids: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()


def roles_named(spec: DatasetSpec) -> tuple[str, ...]:
    """Every column that [dataset] names."""
    return tuple(name for name in (spec.id, spec.text, spec.image, spec.vector, *spec.numeric, *spec.labels) if name)


def dataset_of(
    table: Table, spec: DatasetSpec, place: Place, seed: int, *, name: str, given: Given | None = None
) -> Dataset:
    """Samples of a table: every row is checked, then the sample is drawn; images alone are read for it only."""
    given = given or Given()
    ids = given.ids if given.ids is not None else _ids(table, spec.id)
    texts = _texts(table, spec.text) if spec.text else None
    labels = {label: pd.Series(text_of(table, label, "labels").to_pandas(), name=label) for label in spec.labels}
    stratum = labels[spec.labels[0]] if spec.labels else None
    rows = sample_rows(table.rows, spec.sample, seed, stratum)
    notes = [*given.notes, *_notes(texts, table.rows, rows, spec)]
    taken = table.take(rows) if len(rows) < table.rows else table
    where = f"of {table.name!r}"
    images: Any = None
    if spec.image:
        images, image_notes = images_of(taken.column(spec.image, "image"), [ids[row] for row in rows], table, place)
        notes += image_notes
    vectors = given.vectors
    if spec.vector:
        vectors = matrix_of_lists(table.column(spec.vector, "vector"), f"column {spec.vector!r} {where}")
    numeric = _numeric(table, spec.numeric) if spec.numeric else None
    frame, frame_notes = _frame(taken, spec, {key: column.iloc[rows] for key, column in labels.items()})
    return Dataset(
        name=name,
        ids=tuple(ids[row] for row in rows) if len(rows) < len(ids) else tuple(ids),
        frame=frame,
        labels=spec.labels,
        texts=[texts[row] for row in rows] if texts is not None else None,
        images=images,
        numeric=_at(numeric, rows),
        numeric_names=spec.numeric,
        vectors=_at(vectors, rows),
        notes=(*notes, *frame_notes),
    )


def text_of(table: Table, name: str, role: str) -> Any:
    """A column as text, a pyarrow column of strings in which missing and empty cells are null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = table.column(name, role)
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    try:
        texts = column.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadInput(
            f"column {name!r} of {table.name!r} holds {column.type}, which cannot serve as {role}; name another."
        ) from error
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, texts.type), texts)


def _ids(table: Table, name: str) -> list[str]:
    if not name:
        return [str(row) for row in range(table.rows)]
    column = text_of(table, name, "id")
    way_out = "or leave out `id` to use row numbers"
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy())[0]) + 1
        raise BadInput(
            f"column {name!r} of {table.name!r} has {column.null_count} empty ids (first in row {row});"
            f" fill them in, {way_out}."
        )
    ids: list[str] = column.to_pylist()
    repeated = np.flatnonzero(pd.Series(ids, dtype="object").duplicated().to_numpy())
    if len(repeated):
        raise BadInput(
            f"column {name!r} of {table.name!r} has {len(repeated)} repeated ids (first: {ids[repeated[0]]!r} in row"
            f" {repeated[0] + 1}); make them unique, {way_out}."
        )
    return ids


def _texts(table: Table, name: str) -> list[str]:
    import pyarrow.compute as pc

    column = text_of(table, name, "text")
    empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(column), ""), True).to_numpy()
    if empty.any():
        raise BadInput(
            f"column {name!r} of {table.name!r} has {empty.sum()} empty texts (first in row {np.argmax(empty) + 1});"
            " leave those rows out."
        )
    texts: list[str] = column.to_pylist()
    return texts


def _numeric(table: Table, names: tuple[str, ...]) -> npt.NDArray[np.float32]:
    columns = [
        numbers_of_texts(text_of(table, name, "numeric").to_pylist(), f"numeric column {name!r} of {table.name!r}")
        for name in names
    ]
    return to_float32(np.column_stack(columns), f"the numeric columns of {table.name!r}")


def _at(matrix: npt.NDArray[np.float32] | None, rows: Rows) -> npt.NDArray[np.float32] | None:
    return matrix if matrix is None or len(rows) == len(matrix) else matrix[rows]


def _notes(texts: list[str] | None, n: int, rows: Rows, spec: DatasetSpec) -> list[str]:
    notes = []
    if texts is not None and (repeats := n - len(set(texts))):
        notes.append(f"{repeats} of {n} texts repeat an earlier one.")
    if len(rows) < n:
        by = f", stratified by {spec.labels[0]}" if spec.labels else ""
        notes.append(f"A sample of {len(rows)} of {n} rows{by}.")
    return notes


def _frame(table: Table, spec: DatasetSpec, labels: dict[str, pd.Series]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Label and metadata columns in the table's order, and what was left out because no table shows it."""
    import pyarrow as pa

    items = {spec.id, spec.text, spec.image, spec.vector, *spec.numeric}
    columns: dict[str, pd.Series] = {}
    left_out = []
    for name in table.names:
        kind = table.columns.schema.field(name).type
        if name in labels:
            columns[name] = labels[name].reset_index(drop=True)
        elif name in items:
            continue
        elif pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            left_out.append(name)
        elif pa.types.is_string(kind):
            columns[name] = text_of(table, name, "metadata").to_pandas()
        else:
            columns[name] = table.column(name, "metadata").to_pandas()
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.rows))
    if not left_out:
        return frame, ()
    return frame, (f"Left out of the table of samples (lists or bytes): {', '.join(left_out)}.",)
