"""Rows as JSON objects, one a line or all in one array; every number kept as it is written."""

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from analysis.datasets.delimited import check_columns, not_utf8
from models.errors import BadInput

MOST_CELLS = 200_000_000  # of a table; rows that leave a column out take room in it all the same


def read_json_lines(path: Path) -> Any:
    """A file of one object per line as a pyarrow table."""
    return _table(path, _lines(path))


def read_json_array(path: Path) -> Any:
    """A file that is one array of objects as a pyarrow table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    try:
        plain, exact = json.loads(text), json.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path.name!r} is no valid JSON ({_why(error)}); mend it there.") from error
    return _table(path, (_row(path, i, p, e) for i, (p, e) in enumerate(zip(plain, exact, strict=True), 1)))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, 1):
                if line.isspace():
                    continue
                try:
                    plain = json.loads(line)
                    floats = isinstance(plain, dict) and any(type(v) is float for v in plain.values())
                    exact = json.loads(line, parse_float=str) if floats else plain
                except UnicodeDecodeError:
                    raise
                except (ValueError, RecursionError) as error:
                    raise BadInput(
                        f"line {number} of {path.name!r} is no JSON object ({_why(error)}); give one object a line."
                    ) from error
                yield _row(path, number, plain, exact)
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error


def _row(path: Path, number: int, plain: Any, exact: Any) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise BadInput(f"row {number} of {path.name!r} is no JSON object but {str(plain)[:40]!r}.")
    try:
        return {name: _cell(value, exact[name]) for name, value in plain.items()}
    except (OverflowError, RecursionError) as error:
        raise BadInput(f"row {number} of {path.name!r} cannot be used ({_why(error)}); mend it there.") from error


def _why(error: Exception) -> str:
    """The reason without Python's own advice: digits beyond its limit, brackets beyond its stack."""
    if isinstance(error, json.JSONDecodeError):
        return str(error)
    return "brackets nested too deeply" if isinstance(error, RecursionError) else "a number with too many digits"


def _cell(value: Any, exact: Any) -> Any:
    """A list of numbers as an array, missing as None, anything else as text as written."""
    if value is None or type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    if isinstance(value, float):
        return None if math.isnan(value) else str(exact)
    if isinstance(value, list) and value and all(type(part) in (int, float) for part in value):
        return np.array(value, dtype=np.float64)
    return json.dumps(value, ensure_ascii=False)


def _table(path: Path, rows: Iterable[dict[str, Any]]) -> Any:
    """Rows that need not name the same columns; what a row leaves out is missing."""
    import pyarrow as pa

    columns: dict[str, list[Any]] = {}
    n = 0
    for row in rows:
        for name, cell in row.items():
            column = columns.setdefault(name, [])
            column += [None] * (n - len(column))
            column.append(cell)
        n += 1
        check_columns(path.name, len(columns))
        if n * len(columns) > MOST_CELLS:
            raise BadInput(
                f"{path.name!r} has {len(columns):,} columns by its row {n:,}, over {MOST_CELLS:,} cells, most of them"
                " left out; give rows that name the same columns."
            )
    try:
        return pa.table({name: _column(cells + [None] * (n - len(cells))) for name, cells in columns.items()})
    except UnicodeEncodeError as error:
        raise BadInput(f"{path.name!r} holds half a surrogate pair, which is no text; mend it there.") from error


def _column(cells: list[Any]) -> Any:
    import pyarrow as pa

    if any(isinstance(cell, np.ndarray) for cell in cells):
        if not any(isinstance(cell, str) for cell in cells):
            return pa.array(cells, type=pa.list_(pa.float64()))
        cells = [json.dumps(cell.tolist()) if isinstance(cell, np.ndarray) else cell for cell in cells]
    return pa.array(cells, type=pa.string())
