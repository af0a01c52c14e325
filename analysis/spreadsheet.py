"""Tables as CSV that a spreadsheet opens without running anything: texts that it would take for formulas are marked.

A text that begins with =, +, -, @ (or their wide forms), a tab, a carriage return or a line feed, and is no number,
gets an apostrophe before it; so does one that begins with apostrophes before such a sign, so that the mark can be
taken off again (`unmarked`). Names of columns are texts too. The rest is RFC 4180. Source: OWASP, "CSV Injection".
"""

from pathlib import Path
from typing import Any

import pandas as pd

MARK = "'"
FORMULA = rf"{MARK}*[=+\-@＝＋－＠\t\r\n]"  # what a text that is marked begins with
SAID = (
    "of the CSV would be taken for formulas by a spreadsheet and have an apostrophe before them; take it off, or read"
    " the Parquet, where texts are as they are."
)


def marked(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """A table whose texts no spreadsheet takes for formulas, and how many had to be marked.

    >>> table, n = marked(pd.DataFrame({"x": ["=1+1", "-1.5", "a=b", "'=", None], "@y": 5 * [-1]}))
    >>> table["x"].tolist()[:4], list(table), n
    (["'=1+1", '-1.5', 'a=b', "''="], ['x', "'@y"], 3)
    """
    columns = [_marked(pd.Series([name], dtype=object)) for name in table.columns]
    out, n = table.copy(deep=False), sum(count for _, count in columns)
    for at in range(table.shape[1]):
        cells = table.iloc[:, at]
        if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
            continue
        found, count = _marked(cells)
        if count:
            out.isetitem(at, found.to_numpy(dtype=object))
            n += count
    out.columns = pd.Index([cells.iloc[0] for cells, _ in columns], name=table.columns.name)
    return out, n


def unmarked(texts: pd.Series) -> pd.Series:
    """The texts as they were before `marked`."""
    held = texts.astype(object)
    return held.mask(held.astype(str).str.match(MARK + FORMULA), held.astype(str).str.slice(1))


def csv_of(table: pd.DataFrame, *, end: str = "\r\n") -> tuple[bytes, tuple[str, ...]]:
    """A table as CSV, and the sentence about what was marked, if anything.

    With CRLF at its lines' ends, every cell that holds a CR or LF is quoted; with LF, those that hold that.
    """
    safe, n = marked(table)
    content: str = safe.to_csv(index=False, lineterminator=end)
    count = "1 text" if n == 1 else f"{n:,} texts"
    return content.encode("utf-8", "surrogatepass"), (f"{count} {SAID}",) * bool(n)


def write_csv(table: pd.DataFrame, path: Path, *, end: str = "\n") -> tuple[str, ...]:
    """Write a table as CSV; what is to be said of it."""
    content, said = csv_of(table, end=end)
    path.write_bytes(content)
    return said


def _marked(cells: pd.Series) -> tuple[pd.Series, int]:
    held: Any = cells.astype(object)
    texts = held.dropna().astype(str)
    would = texts[texts.str.match(FORMULA)]
    would = would[pd.to_numeric(would, errors="coerce").isna()]
    if not len(would):
        return cells, 0
    held = held.copy()
    held.loc[would.index] = MARK + would
    return held, len(would)
