"""Vectors as text: GloVe and word2vec (a word, then its numbers), and tables of bare numbers (projector TSVs).

One row per line, split at tabs, commas or spaces. A first line of two whole numbers (how many, how wide) is
word2vec's header. A word may hold spaces: the last d parts of a line are its numbers.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.datasets.content import BOM
from analysis.datasets.delimited import is_number, not_utf8
from analysis.datasets.matrix import to_float32
from models.errors import BadInput

LOOKED_AT = 100  # lines that the layout is told by
LONGEST_LINE = 1 << 22  # characters
MOST_NUMBERS = 100_000  # in a row of text
BLOCK = 1 << 26  # bytes parsed at a time
Found = tuple[npt.NDArray[np.float32], tuple[str, ...] | None]


@dataclass(frozen=True)
class Layout:
    """How the lines are written. `width`: numbers in a row. `named`: a word comes first. `first`: lines to skip."""

    delimiter: str
    width: int
    named: bool
    first: int
    trailing: bool


def read_word_vectors(path: Path) -> Found:
    """Vectors (n, d), and the words where lines begin with one."""
    layout = layout_of(path)
    what = f"the vectors of {path.name!r}"
    try:
        words, numbers = _read_fast(path, layout)
    except _Odd:
        words, numbers = _read_slowly(path, layout)
    if words and "" in words:
        raise BadInput(f"row {words.index('') + 1} of {path.name!r} has no word before its numbers; mend that line.")
    return to_float32(numbers, what), words


def layout_of(path: Path) -> Layout:
    """The layout of a file, from its first lines."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            start = list(islice(iter(lambda: file.readline(LONGEST_LINE), ""), LOOKED_AT))
    except UnicodeDecodeError as error:
        raise not_utf8(path) from error
    if any(len(line) == LONGEST_LINE for line in start):
        raise BadInput(f"{path.name!r} has lines of {LONGEST_LINE:,} characters or more; save wide vectors as .npy.")
    lines = [line.rstrip("\r\n") for line in start]
    head = lines[0].split() if lines else []  # half a byte order mark is no line
    header = len(lines) > 1 and len(head) == 2 and all(part.isdigit() for part in head)
    header = header and len(lines[1].split()) in (int(head[1]), int(head[1]) + 1) and len(lines[1].split()) > 2
    rows = [line for line in lines[header:] if line.strip()]
    if not rows:
        raise BadInput(f"{path.name!r} has no vectors below its first line; give one per line.")
    delimiter = next((mark for mark in ("\t", ",") if mark in rows[-1]), " ")
    trailing = all(line.endswith(delimiter) for line in rows)
    parts = [(line[:-1] if trailing else line).split(delimiter) for line in rows]
    titles = not header and len(parts) > 1 and not any(map(is_number, parts[0])) and all(map(is_number, parts[1]))
    named = not all(is_number(row[0]) for row in parts[titles:])
    usual = Counter(map(len, parts)).most_common(1)[0][0]
    width = int(head[1]) if header else usual - named
    if width > MOST_NUMBERS:
        raise BadInput(f"{path.name!r} has {width:,} numbers in a row; at most {MOST_NUMBERS:,} are read from text.")
    numbers = next(row for row in reversed(parts) if len(row) == usual)[named:]
    if width < 1 or not all(map(is_number, numbers)):
        wrong = next((part for part in numbers if not is_number(part)), rows[-1])
        raise BadInput(
            f"{path.name!r} is text but no vectors ({wrong[:40]!r} is no number); a table of samples has"
            ' source = "table".'
        )
    return Layout(delimiter, width, named, int(header or titles), trailing)


class _Odd(Exception):
    """A line that the fast reader cannot place."""


def _read_fast(path: Path, layout: Layout) -> tuple[tuple[str, ...] | None, npt.NDArray[Any]]:
    import pyarrow as pa
    from pyarrow import csv as arrow

    numbers = [f"n{i}" for i in range(layout.width)]
    names = ["word"] * layout.named + numbers + ["end"] * layout.trailing
    try:
        table = arrow.read_csv(
            path,
            read_options=arrow.ReadOptions(column_names=names, skip_rows=layout.first, block_size=BLOCK),
            parse_options=arrow.ParseOptions(delimiter=layout.delimiter, quote_char=False),
            convert_options=arrow.ConvertOptions(
                column_types=dict.fromkeys(numbers, pa.float32()) | {"word": pa.string(), "end": pa.string()},
                strings_can_be_null=False,
                null_values=[],
                include_columns=names[: layout.named + layout.width],
            ),
        )
    except pa.ArrowInvalid as error:
        raise _Odd from error
    words = tuple(table.column("word").to_pylist()) if layout.named else None
    matrix = np.empty((table.num_rows, layout.width), dtype=np.float32)
    for i, name in enumerate(numbers):
        matrix[:, i] = table.column(name).to_numpy()
    return words, matrix


def _read_slowly(path: Path, layout: Layout) -> tuple[tuple[str, ...] | None, npt.NDArray[Any]]:
    """Line by line: for words that hold spaces, and to say which line is wrong."""
    words: list[str] = []
    rows: list[npt.NDArray[np.float64]] = []
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                line = raw.removeprefix(BOM if number == 1 else b"").decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise not_utf8(path) from error
            if number <= layout.first or not line.strip():
                continue
            parts = _split(line, layout)
            if parts is None:
                found = len(line.removesuffix(layout.delimiter).split(layout.delimiter)) - layout.named
                raise BadInput(
                    f"{path.name!r} is ragged: line {number} has {found} numbers, the others {layout.width};"
                    " give vectors of one length."
                )
            try:
                rows.append(np.array([float(part) for part in parts[layout.named :]], dtype=np.float64))
            except ValueError as error:
                wrong = next(part for part in parts[layout.named :] if not is_number(part))
                raise BadInput(
                    f"line {number} of {path.name!r} has {wrong[:40]!r} where a number should be; mend that line."
                ) from error
            words.append(parts[0])
    return (tuple(words) if layout.named else None), np.array(rows).reshape(len(rows), layout.width)


def _split(line: str, layout: Layout) -> list[str] | None:
    """The word, if any, and the numbers of a line; None where there are more or fewer than in the others."""
    line = line.removesuffix(layout.delimiter) if layout.trailing else line
    if not layout.named:
        parts = line.split(layout.delimiter)
        return parts if len(parts) == layout.width else None
    parts = line.rsplit(layout.delimiter, layout.width)
    if len(parts) <= layout.width:
        return None
    _, spaced, last = parts[0].rpartition(layout.delimiter)
    one_more = spaced and is_number(last) and last[-1].isdigit()
    return None if one_more else parts
