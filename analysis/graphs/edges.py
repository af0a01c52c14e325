"""Links as the rows of a table: CSV, TSV, JSON lines, Parquet or Feather, told by content.

Two columns name the linked samples by their ids: those that `columns` names, else `source` and `target`, `from` and
`to`, `a` and `b`, `u` and `v` where they are there, else the first two. A column of weights is read where `weight`
names it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.dataset import Dataset
from analysis.datasets.fingerprints import hash_of_file
from analysis.datasets.table_file import Table, read_table
from analysis.graph import Links, Weights
from analysis.graph_plugin import GraphSource
from analysis.graphs.named import links_of_names
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place

USUAL = (("source", "target"), ("from", "to"), ("a", "b"), ("u", "v"), ("src", "dst"))


def fingerprint(spec: GraphSpec, dataset: Dataset, place: Place) -> Mapping[str, str]:
    said = "|".join((*spec.columns, spec.weight, str(spec.header)))
    return {"file": hash_of_file(place.resolve(spec.path, f"the links of graph {spec.name!r}")), "read": said}


def read(spec: GraphSpec, dataset: Dataset, place: Place, needed: Sequence[Any]) -> Links:
    path = place.resolve(spec.path, f"the links of graph {spec.name!r}")
    wanted = [name for name in (*spec.columns, spec.weight) if name] or [name for pair in USUAL for name in pair]
    table = read_table(path, header=spec.header, wanted=wanted)
    ends = _ends(spec, table)
    names = [_names(table, name) for name in ends]
    weights = _weights(table, spec) if spec.weight else None
    notes = () if spec.columns else (f"Links go from column {ends[0]!r} to {ends[1]!r} of {table.name!r}.",)
    return links_of_names(dataset, *names, weights=weights, notes=notes)


def _ends(spec: GraphSpec, table: Table) -> tuple[str, str]:
    if spec.columns:
        if len(spec.columns) != 2 or spec.columns[0] == spec.columns[1]:
            raise BadInput(
                f"columns of graph {spec.name!r} is {list(spec.columns)}; name the two columns that a link goes"
                ' between, for example ["source", "target"].'
            )
        return spec.columns[0], spec.columns[1]
    for pair in USUAL:
        if set(pair) <= set(table.names):
            return pair
    if len(table.names) < 2:
        raise BadInput(f"{table.name!r} has one column, {table.names[0]!r}; a link needs two, so give a table of both.")
    return table.names[0], table.names[1]


def _names(table: Table, column: str) -> pd.Series:
    import pyarrow as pa

    cells = table.column(column, "the ends of links")
    if pa.types.is_nested(cells.type) or "binary" in str(cells.type):
        raise BadInput(
            f"column {column!r} of {table.name!r} is {cells.type}; ends of links are texts or whole numbers."
        )
    names: pd.Series = cells.to_pandas()
    if pa.types.is_floating(cells.type):
        names = _whole(table, column, names)
    texts = names.astype("string").str.strip()
    empty = np.flatnonzero((texts.isna() | (texts == "")).to_numpy())
    if len(empty):
        raise BadInput(
            f"column {column!r} of {table.name!r} is empty in row {empty[0] + 1}; every link has two ends, so fill it"
            " or leave the row out."
        )
    return texts


def _whole(table: Table, column: str, cells: pd.Series) -> pd.Series:
    """Floats as whole numbers, NaN as none; refused where they are not whole or too large to be told apart."""
    given = cells.to_numpy()
    numbers, digits = given.astype(np.float64), np.finfo(given.dtype).nmant + 1
    wrong = np.flatnonzero((numbers != np.floor(numbers)) & ~np.isnan(numbers) | (np.abs(numbers) >= 2.0**digits))
    if len(wrong):
        raise BadInput(
            f"column {column!r} of {table.name!r} holds {numbers[wrong[0]]:.17g} in row {wrong[0] + 1}; ids in a column"
            f" of {given.dtype} are whole and below 2^{digits}, so save them as texts."
        )
    return pd.Series(numbers).astype("Int64")


def _weights(table: Table, spec: GraphSpec) -> Weights:
    import pyarrow as pa

    column = table.column(spec.weight, "the weights of links")
    if pa.types.is_temporal(column.type):
        raise BadInput(f"column {spec.weight!r} of {table.name!r} is {column.type}; weights are numbers.")
    cells = column.to_pandas()
    found: Weights = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~np.isfinite(found))
    if len(wrong):
        raise BadInput(
            f"column {spec.weight!r} of {table.name!r} holds {str(cells.iloc[wrong[0]])[:40]!r} in row {wrong[0] + 1};"
            " weights are numbers."
        )
    return found


GRAPH = GraphSource(name="edges", title="Table of links", version=2, fingerprint=fingerprint, read=read)
