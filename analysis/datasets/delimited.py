"""CSV and TSV, quoted as in RFC 4180, every cell kept as it is written.

Delimiter, quoting and header are told by content. A tab-separated file whose quotes do not come in pairs is read
as one that knows no quoting; the same in a comma-separated file is an error, for there it cannot be told apart
from damage.
"""

import csv
import mmap
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from models.errors import BadInput

HEAD_ROWS = 200  # rows that delimiter and header are told by
HEAD_CHARACTERS = 1 << 18
BLOCK = 1 << 26  # bytes parsed at a time; no cell may be longer
MOST_COLUMNS = 20_000  # of a table; more of them take minutes to tell apart
DELIMITERS = {"\t": "tabs", ",": "commas", ";": "semicolons"}
USUAL = frozenset(
    {"id", "text", "label", "labels", "sentence", "category", "class", "title", "name", "word", "image", "path"}
    | {"vector", "embedding", "url", "date"}
)


@dataclass(frozen=True)
class Dialect:
    """How a file is written. `blank`: empty lines before the first row."""

    delimiter: str
    quoted: bool
    blank: int
    head: tuple[tuple[str, ...], ...]


def read_delimited(
    path: Path, *, header: bool | None, columns: Sequence[str], wanted: Sequence[str]
) -> tuple[Any, bool]:
    """The file as a pyarrow table of strings, and whether its first row was a header.

    `header` None: told by content, `wanted` being column names that would settle it.
    """
    dialect = dialect_of(path)
    first = dialect.head[0]
    if header is None:
        header = first == tuple(columns) if columns else has_header(dialect.head, wanted)
    names = _names(path, first, header, columns)
    return _read(path, dialect, names, header), header


def dialect_of(path: Path) -> Dialect:
    """Delimiter and quoting of a file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            start = file.read(HEAD_CHARACTERS)
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    blank = len(start) - len(start.lstrip("\r\n"))
    whole = len(start) < HEAD_CHARACTERS
    best, delimiter = (0.0, False), ","
    for candidate in DELIMITERS:
        for quoted in (True, False):
            rows = _rows(start, candidate, quoted, whole)
            widths = Counter(map(len, rows))
            width, count = widths.most_common(1)[0] if widths else (1, 0)
            if width > 1 and len(rows[0]) > 1 and (count / widths.total(), quoted) > best:
                best, delimiter = (count / widths.total(), quoted), candidate
    quoted = _is_quoted(path, delimiter)
    head = _rows(start, delimiter, quoted, whole)
    if not head:
        raise BadInput(f"{path.name!r} begins with a row of over {csv.field_size_limit()} characters; is it a table?")
    check_columns(path.name, len(head[0]))
    lines = start[:blank].replace("\r\n", "\n")
    return Dialect(delimiter, quoted, len(lines), tuple(map(tuple, head)))


def check_columns(name: str, columns: int) -> None:
    """Refuse a table of more columns than can be told apart in a short time."""
    if columns > MOST_COLUMNS:
        raise BadInput(
            f"{name!r} has {columns:,} columns or more; a table may have {MOST_COLUMNS:,}, so save wide rows of numbers"
            " as .npy."
        )


def has_header(rows: Sequence[Sequence[str]], wanted: Sequence[str] = ()) -> bool:
    """Whether the first row names the columns: told by what is asked for, by numbers, by length, by repeats.

    >>> has_header([["text", "category"], ["my card is lost", "lost_card"]])
    True
    >>> has_header([["a stirring , funny film", "1"], ["dull", "0"]])
    False
    """
    first, rest = [cell.strip() for cell in rows[0]], rows[1:]
    if set(first) & (set(wanted) | USUAL) or {cell.lower() for cell in first} & USUAL:
        return True
    named = first[1:] if first[0] == "" and len(first) > 1 else first  # pandas leaves its index unnamed
    if not all(named) or len(set(named)) < len(named) or any(is_number(cell) for cell in named):
        return False
    if any(len(cell) > 64 or len(cell.split()) > 4 or cell.startswith("[") for cell in named):
        return False
    below = [[row[i] for row in rest if i < len(row) and row[i]] for i in range(len(first))]
    if any(cells and all(map(is_number, cells)) for cells in below):
        return True
    if any(cell in cells for cell, cells in zip(first, below, strict=True) if cell):
        return False
    return len(first) > 1 or not rest or " " not in first[0]


def is_number(cell: str) -> bool:
    """Whether a cell is written as a number, or as NaN or infinity."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # Python would take 1_000


def not_utf8(path: Path) -> BadInput:
    """The sentence for text in another encoding, naming the first line that shows it."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = f"byte 0x{line[error.start]:02x} in line {number}"
                return BadInput(f"{path.name!r} is not in UTF-8 ({byte}); save it as UTF-8.")
    return BadInput(f"{path.name!r} is not in UTF-8; save it as UTF-8.")


def _rows(start: str, delimiter: str, quoted: bool, whole: bool) -> list[list[str]]:
    text = StringIO(start, newline="")
    if quoted:
        reader = csv.reader(text, delimiter=delimiter)
    else:
        reader = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) == HEAD_ROWS:
                return rows
    except csv.Error:  # a cell beyond csv's limit: a quote that is never closed
        return rows
    return rows if whole or len(rows) < 2 else rows[:-1]  # the last may be cut


def _is_quoted(path: Path, delimiter: str) -> bool:
    """Whether cells that begin with a quote end with one, all through the file."""
    ends = re.escape(delimiter.encode()) + rb"\r\n"
    opening = rb'"(?:(?<=[%s]")|(?<![\s\S]")|(?<=\xef\xbb\xbf"))' % ends
    cell = re.compile(opening + rb'(?:[^"]++|"")*+(?:"(?![^%s])|(?P<open>))' % ends)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for match in cell.finditer(data):
            if match["open"] is None:
                continue
            if delimiter == "\t":
                return False
            line = data[: match.start()].count(b"\n") + 1
            raise BadInput(
                f"{path.name!r} has a quoted cell in line {line} that does not end with its quote;"
                " write a quote inside a quoted cell twice."
            )
    return True


def _names(path: Path, first: Sequence[str], header: bool, columns: Sequence[str]) -> list[str]:
    if not header:
        if columns and len(columns) != len(first):
            raise BadInput(
                f"`columns` names {len(columns)} columns but {path.name!r} has {len(first)}; name each of them."
            )
        return list(columns) or [f"column{i}" for i in range(1, len(first) + 1)]
    if columns and tuple(columns) != tuple(first):
        raise BadInput(
            f"`columns` is for tables without a header, and {path.name!r} has one ({', '.join(first)});"
            " leave it out, or set header = false."
        )
    return [name or f"column{i}" for i, name in enumerate(first, 1)]


def _read(path: Path, dialect: Dialect, names: list[str], header: bool) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow

    odd: list[Any] = []

    def keep(row: Any) -> str:
        odd.append(row)
        return "error"

    def read(threads: bool) -> Any:
        return arrow.read_csv(
            path,
            read_options=arrow.ReadOptions(
                column_names=names,
                skip_rows_after_names=dialect.blank + header,
                block_size=BLOCK,
                use_threads=threads,
            ),
            parse_options=arrow.ParseOptions(
                delimiter=dialect.delimiter,
                quote_char='"' if dialect.quoted else False,
                newlines_in_values=dialect.quoted,
                invalid_row_handler=keep,
            ),
            convert_options=arrow.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=False, null_values=[]
            ),
        )

    try:
        return read(threads=True)
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise not_utf8(path) from error
        odd.clear()
        with suppress(pa.ArrowInvalid):
            read(threads=False)  # once more, for the number of the row
        if not odd:
            raise BadInput(f"{path.name!r} cannot be read as a table: {error}.") from error
        row = odd[0]
        where = "" if row.number is None else f" {row.number - header}"
        raise BadInput(
            f"{path.name!r} has {row.actual_columns} cells in row{where} where the others have"
            f" {row.expected_columns} (split at {DELIMITERS[dialect.delimiter]}): {row.text[:60]!r}; mend that row,"
            " or quote cells that hold the delimiter."
        ) from error
