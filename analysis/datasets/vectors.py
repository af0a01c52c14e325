"""Vectors made elsewhere, with a table that says what their rows are.

The table is joined by the ids that the vectors carry (words) where `id` names its column of them, else row by row.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.dataset import Dataset
from analysis.datasets.fingerprints import hash_of_file
from analysis.datasets.roles import Given, dataset_of, roles_named, text_of
from analysis.datasets.sampling import sample_rows
from analysis.datasets.schema import preview_of
from analysis.datasets.table_file import Table, kernels_in_words, read_table
from analysis.datasets.vector_file import VectorFile, members_of, read_vectors
from analysis.plugin import DatasetSource, Preview
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place


def fingerprint(spec: DatasetSpec, place: Place) -> Mapping[str, str]:
    found = {"file": hash_of_file(place.resolve(spec.path, "the file of vectors"))}
    if spec.metadata:
        found["metadata"] = hash_of_file(place.resolve(spec.metadata, "the metadata table"))
    return found


def load(spec: DatasetSpec, place: Place, seed: int) -> Dataset:
    path = place.resolve(spec.path, "the file of vectors")
    file = read_vectors(path, spec.array)
    table = _metadata(spec, place, file)
    if table is not None:
        given = Given(file.vectors, file.ids, file.notes)
        with kernels_in_words(table.name):
            return dataset_of(table, spec, place, seed, name=path.stem, given=given)
    if named := roles_named(spec):
        raise BadInput(f"[dataset] names the column {named[0]!r} but no table; set `metadata` to the file that has it.")
    n = len(file.vectors)
    rows = sample_rows(n, spec.sample, seed)
    return Dataset(
        name=path.stem,
        ids=tuple(file.ids[row] if file.ids else str(row) for row in rows),
        frame=pd.DataFrame(index=pd.RangeIndex(len(rows))),
        vectors=file.vectors if len(rows) == n else file.vectors[rows],
        notes=file.notes if len(rows) == n else (*file.notes, f"A sample of {len(rows)} of {n} rows."),
    )


def preview(spec: DatasetSpec, place: Place) -> Preview:
    path = place.resolve(spec.path, "the file of vectors")
    members = members_of(path)
    array = spec.array or next((name for name, (shape, _) in members.items() if len(shape) == 2), "")
    file = read_vectors(path, array if len(members) > 1 else spec.array)
    start = " ".join(f"{value:.4g}" for value in file.vectors[:1, :4].ravel())
    row = {"column": "vector", "type": f"{file.vectors.shape[1]} numbers", "example": f"{start} …", "missing": 0}
    head = pd.DataFrame(file.vectors[:10, :6], columns=[f"dimension {i}" for i in range(file.vectors[:, :6].shape[1])])
    columns, suggestion = pd.DataFrame([row]), {"array": array} if len(members) > 1 else {}
    notes = [*file.notes] + [f"Array {name}: {shape} {dtype}." for name, (shape, dtype) in members.items()]
    if file.ids is not None:
        head.insert(0, "id", file.ids[:10])
    if (table := _metadata(spec, place, file)) is not None:
        with kernels_in_words(table.name):
            below = preview_of(table)
        columns = pd.concat([columns, below.columns], ignore_index=True)
        head = pd.concat([head, below.head.rename(columns={"id": "id in the table"})], axis=1)
        keys = {"labels", "text", "header"} | ({"id"} if _names_all(table, below.suggestion.get("id"), file) else set())
        suggestion |= {key: value for key, value in below.suggestion.items() if key in keys}
        notes += below.notes
    return Preview(len(file.vectors), columns, head, suggestion, tuple(notes))


def _metadata(spec: DatasetSpec, place: Place, file: VectorFile) -> Table | None:
    """The table in the order of the vectors; whether it has a header is settled by its number of rows."""
    if not spec.metadata:
        return None
    path, n = place.resolve(spec.metadata, "the metadata table"), len(file.vectors)
    table = read_table(path, header=spec.header, columns=spec.columns, wanted=roles_named(spec))
    if spec.id and file.ids is not None:
        return _joined(table, spec.id, file.ids)
    if table.rows != n and table.header is not None and spec.header is None and not spec.columns:
        other = read_table(path, header=not table.header)
        table = other if other.rows == n else table
    if table.rows != n:
        raise BadInput(
            f"{path.name!r} has {table.rows} rows for {n} vectors; give one row per vector, or ids in both and `id`."
        )
    return table


def _joined(table: Table, name: str, ids: tuple[str, ...]) -> Table:
    column = pd.Index(text_of(table, name, "id").to_pylist())
    if column.has_duplicates:
        twice = column[column.duplicated()][0]
        raise BadInput(f"column {name!r} of {table.name!r} has the id {twice!r} twice; make its ids unique.")
    rows = column.get_indexer(pd.Index(ids))
    if (rows < 0).any():
        first = ids[int(np.argmax(rows < 0))]
        raise BadInput(
            f"{(rows < 0).sum()} vectors have no row in column {name!r} of {table.name!r} (first: {first!r});"
            " add their rows, or leave out `id` to join row by row."
        )
    return table.take(rows)


def _names_all(table: Table, name: str | None, file: VectorFile) -> bool:
    """Whether a column names every vector (where the vectors carry ids)."""
    return name is not None and (file.ids is None or set(file.ids) <= set(text_of(table, name, "id").to_pylist()))


DATASET = DatasetSource(
    name="vectors",
    title="Vectors",
    version=1,
    fingerprint=fingerprint,
    load=load,
    preview=preview,
)
