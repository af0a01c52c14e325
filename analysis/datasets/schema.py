"""What the columns of a table hold and which roles they would play, before anything is computed.

Guesses, in this order: vectors are lists of numbers of one length; images are bytes or paths that look like some;
the id is the first column of distinct short words; the text is the column called so, or that of longest average
length; labels are columns of few values, those of a usual name first. What is left of the numbers is `numeric`
where a table has neither text, image nor vector.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.datasets.delimited import is_number
from analysis.datasets.image_column import STARTS, bytes_of_text
from analysis.datasets.table_file import Table
from analysis.plugin import Preview

Type = Literal["text", "whole number", "number", "true or false", "list of numbers", "image", "date", "structure"]

HEAD = 10  # rows shown
LOOKED_AT = 1000  # cells that a type is told by
EXAMPLE = 80  # characters
ID_NAMES = ("id", "ids", "_id", "uid", "uuid", "key", "index", "")
TEXT_NAMES = ("text", "texts", "sentence", "content", "abstract", "body", "document", "question", "review")
LABEL_NAMES = ("label", "labels", "category", "class", "target", "topic", "intent", "sentiment", "y")
NUMBERS = ("whole number", "number")
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True)
class Column:
    """What is known of a column. `distinct` is None for lists and bytes; `length`: mean characters of a cell."""

    name: str
    type: Type
    example: str
    distinct: int | None
    missing: int
    length: float
    spaced: bool


def preview_of(table: Table) -> Preview:
    """Columns with their types, the first rows, and the roles they would be given."""
    columns = [_column(table, name) for name in table.names]
    shown = ["name", "type", "example", "distinct", "missing"]
    facts = pd.DataFrame([[getattr(column, key) for key in shown] for column in columns], columns=shown)
    suggestion: dict[str, Any] = dict(suggest(columns, table.rows))
    notes: tuple[str, ...] = ()
    if table.header is not None:
        suggestion["header"] = table.header
        notes = ("The first row names the columns.",) if table.header else ("No header: the columns are numbered.",)
    head = pd.DataFrame({name: _shown(table, name) for name in table.names})
    return Preview(
        rows=table.rows,
        columns=facts.rename(columns={"name": "column"}).astype({"distinct": "Int64"}),
        head=head,
        suggestion=suggestion,
        notes=notes,
    )


def suggest(columns: list[Column], rows: int) -> dict[str, Any]:
    """Keys of [dataset] with the columns that would fill them."""
    found: dict[str, Any] = {}
    left = list(columns)

    def give(role: str, column: Column | None) -> None:
        if column is not None:
            found[role] = column.name
            left.remove(column)

    give("vector", _first(left, lambda c: c.type == "list of numbers" and not c.missing))
    give("image", _first(left, lambda c: c.type == "image" and not c.missing))
    ids = [c for c in left if c.distinct == rows and not c.missing and not c.spaced and c.length <= 40]
    named = [c for c in ids if c.name.lower() in ID_NAMES or c.name.lower().endswith("_id")]
    words = [c for c in ids if c.type == "text"]
    texts = [c for c in left if c.type == "text" and not c.missing]
    give("id", next(iter(named or (words if len(texts) > 1 else [])), None))
    texts = [c for c in left if c.type == "text" and not c.missing]
    called = [c for c in texts if c.name.lower() in TEXT_NAMES]
    many = [c for c in texts if not _is_label(c, rows) or (c.spaced and c.name.lower() not in LABEL_NAMES)]
    alone = [] if any(c.type in NUMBERS for c in left) else texts
    give("text", max(called or many or alone, key=lambda c: c.length, default=None))
    labels = [c for c in left if _is_label(c, rows)]
    labels.sort(key=lambda c: c.name.lower() not in LABEL_NAMES)
    if labels:
        found["labels"] = tuple(c.name for c in labels)
    numbers = [c for c in left if c.type in NUMBERS and c not in labels and not c.missing]
    if numbers and not found.keys() & {"text", "image", "vector"}:
        found["numeric"] = tuple(c.name for c in numbers)
    return found


def _first(columns: list[Column], holds: Any) -> Column | None:
    return next((column for column in columns if holds(column)), None)


def _is_label(column: Column, rows: int) -> bool:
    distinct = column.distinct or 0
    kinds = ("text", "whole number", "true or false")
    return column.type in kinds and 2 <= distinct <= max(2, min(200, rows // 2))


def _column(table: Table, name: str) -> Column:
    import pyarrow.compute as pc

    column = table.columns.column(name)
    if str(column.type) in ("string", "large_string"):
        column = column.cast("large_string")
        column = pc.if_else(pc.equal(column, ""), None, column)
    cells = column.drop_null()[:LOOKED_AT].to_pylist()
    kind = _type(cells)
    plain = kind in ("text", "whole number", "number", "true or false", "date")
    lengths = [len(str(cell)) for cell in cells] if plain else []
    return Column(
        name=name,
        type=kind,
        example=_example(cells[0]) if cells else "",
        distinct=pc.count_distinct(column).as_py() if plain else None,
        missing=column.null_count,
        length=float(np.mean(lengths)) if lengths else 0.0,
        spaced=any(" " in cell for cell in cells if isinstance(cell, str)),
    )


def _type(cells: list[Any]) -> Type:
    """The type that all of the first cells have, those of text files told by how they are written."""
    if not cells or all(isinstance(cell, str) for cell in cells):
        return _written_type(cells)
    first = cells[0]
    if isinstance(first, bytes) or (isinstance(first, dict) and "bytes" in first):
        data = first if isinstance(first, bytes) else first["bytes"] or b""
        return "image" if data.startswith(STARTS) or not isinstance(first, bytes) else "structure"
    if isinstance(first, list):
        numbers = all(isinstance(part, int | float) for cell in cells for part in cell)
        return "list of numbers" if numbers and min(map(len, cells)) > 1 else "structure"
    for python, name in ((bool, "true or false"), (int, "whole number"), (float, "number"), (dict, "structure")):
        if isinstance(first, python):
            return name  # type: ignore[return-value]
    return "date" if hasattr(first, "isoformat") else "text"


def _written_type(cells: list[str]) -> Type:
    if not cells:
        return "text"
    if all(is_number(cell) for cell in cells):
        return "whole number" if all(cell.strip().lstrip("+-").isdigit() for cell in cells) else "number"
    if all(cell.strip() in ("true", "false", "True", "False") for cell in cells):
        return "true or false"
    if all(cell.strip()[:1] == "[" and _is_list(cell) for cell in cells[:20]):
        return "list of numbers"
    if all(cell.lower().endswith(SUFFIXES) or bytes_of_text(cell) for cell in cells[:20]):
        return "image"
    return "text"


def _is_list(cell: str) -> bool:
    return all(map(is_number, cell.strip().strip("[]").replace(",", " ").split()))


def _example(cell: Any) -> str:
    if isinstance(cell, bytes) or (isinstance(cell, dict) and "bytes" in cell):
        return "bytes"
    text = str(cell)
    return text if len(text) <= EXAMPLE else f"{text[: EXAMPLE - 1]}…"


def _shown(table: Table, name: str) -> pd.Series:
    """The first cells, long ones and nested ones cut to a line of text."""
    cells = table.columns.column(name)[:HEAD].to_pylist()
    plain = all(cell is None or isinstance(cell, int | float) for cell in cells)
    return pd.Series(cells if plain else [None if cell is None else _example(cell) for cell in cells], name=name)
