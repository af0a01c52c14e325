"""What a Parquet footer says of its column chunks, read here: Arrow ends the process over statistics that do not fit.

The footer is a struct in Thrift's compact protocol before its length and the letters PAR1; of it only the path to the
chunks' sizes is kept. Every number in it is a stranger's: nothing is reserved by one, and reading ends with the bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import BadInput

MAGIC, TAIL = b"PAR1", 8  # of a file's end: four bytes of length, then the letters
TYPES = ("BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY")
LARGEST = 16 << 20  # bytes of a footer: some 100,000 chunks, and five seconds
DEEPEST = 24  # structs within structs; the format has eight or so
ROW_GROUPS, COLUMNS, META = 4, 1, 3
TYPE, PATH, VALUES, UNPACKED = 1, 3, 5, 6
YES, NO, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)


@dataclass(frozen=True)
class Chunk:
    """A column's part of a row group: its type, its name with dots, its values, and its bytes unpacked."""

    kind: str
    name: str
    values: int
    unpacked: int


def chunks_of(path: Path) -> list[list[Chunk]]:
    """The chunks of each row group; BadInput for a footer that cannot be read."""
    try:
        groups = _Reader(_footer(path)).struct().get(ROW_GROUPS, [])
        return [[_chunk(chunk[META]) for chunk in group[COLUMNS]] for group in groups]
    except BadInput:
        raise
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise BadInput(
            f"{path.name!r} is a Parquet file that is cut off or damaged (its footer); copy it again."
        ) from None


def _footer(path: Path) -> bytes:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - TAIL))
        tail = file.read(TAIL)
        length = int.from_bytes(tail[:4], "little")
        if tail[4:] != MAGIC or length > size - TAIL:
            raise ValueError
        file.seek(size - TAIL - length)
        if length > LARGEST:
            raise BadInput(
                f"the footer of {path.name!r} has {length:,} bytes; at most {LARGEST:,} are taken here, so write fewer"
                " columns or row groups."
            )
        return file.read(length)


def _chunk(said: dict[int, Any]) -> Chunk:
    name = b".".join(said[PATH]).decode("utf-8")
    values, unpacked = int(said[VALUES]), int(said[UNPACKED])
    if min(values, unpacked) < 0:
        raise ValueError
    return Chunk(TYPES[said[TYPE]], name, values, unpacked)


class _Reader:
    """Thrift's compact protocol."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        found = shift = 0
        while (byte := self.byte()) & 0x80:
            found |= (byte & 0x7F) << shift
            shift += 7
            if shift > 63:
                raise ValueError
        return found | byte << shift

    def whole(self) -> int:
        """A signed number, zigzag."""
        number = self.varint()
        return (number >> 1) ^ -(number & 1)

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Fields by their numbers; none twice and none that Arrow would cut to another, so that it reads the same."""
        found: dict[int, Any] = {}
        field = 0
        while head := self.byte():
            field = field + (head >> 4) if head >> 4 else self.whole()
            if field in found or not 0 <= field < 1 << 15:
                raise ValueError
            found[field] = self.value(head & 15, depth, alone=True)
        return found

    def value(self, kind: int, depth: int, *, alone: bool = False) -> Any:
        """A value of a kind; alone in a field, a truth is told by its kind."""
        if depth > DEEPEST:
            raise ValueError
        if kind in (YES, NO):
            return kind == YES if alone else self.byte() == YES
        if kind in (I16, I32, I64):
            return self.whole()
        if kind in (BYTE, DOUBLE, BINARY):
            length = {BYTE: 1, DOUBLE: 8}.get(kind)
            return self.cut(self.varint() if length is None else length)
        if kind in (LIST, SET):
            return list(self.members(depth))
        if kind == MAP:
            return self.pairs(depth)
        if kind == STRUCT:
            return self.struct(depth + 1)
        raise ValueError

    def cut(self, length: int) -> bytes:
        if self.at + length > len(self.data):
            raise IndexError
        self.at += length
        return self.data[self.at - length : self.at]

    def members(self, depth: int) -> Iterator[Any]:
        head = self.byte()
        count = head >> 4 if head >> 4 < 15 else self.varint()
        for _ in range(min(count, len(self.data) + 1)):  # each takes a byte or more, so the data ends before
            yield self.value(head & 15, depth + 1)

    def pairs(self, depth: int) -> dict[Any, Any]:
        count = self.varint()
        if not count:
            return {}
        kinds = self.byte()
        rows = range(min(count, len(self.data) + 1))
        return {str(self.value(kinds >> 4, depth + 1)): self.value(kinds & 15, depth + 1) for _ in rows}
