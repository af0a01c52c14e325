"""What an Arrow file or stream would unpack to, read from its messages alone; nothing in it is unpacked.

A message is a flatbuffer that says how many rows a batch has, how long each of its arrays is and where their
buffers lie; a packed buffer begins with the eight bytes of its unpacked length. (Arrow columnar format 1.5, "IPC".)
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from models.errors import BadInput

CONTINUATION = b"\xff\xff\xff\xff"
FIRST_FEATHER = b"FEA1"
DICTIONARY, BATCH = 2, 3  # headers of messages
LONGEST_HEAD = 64 << 20  # bytes of one message's flatbuffer, or of the file's footer
MOST_ARRAYS = 1_000_000  # arrays and buffers of one message


@dataclass(frozen=True)
class Sizes:
    """Rows of all batches, elements of all their arrays, and bytes of all buffers when unpacked."""

    rows: int
    elements: int
    bytes: int


def arrow_sizes(path: Path) -> Sizes:
    """Sizes of a whole file or stream; BadInput where its messages cannot be followed.

    Of the first version of Feather, which is never packed, its size as it is; its rows are for the reader to count.
    """
    rows = elements = unpacked = 0
    try:
        with path.open("rb") as file:
            if file.read(len(FIRST_FEATHER)) == FIRST_FEATHER:
                return Sizes(0, 0, path.stat().st_size)
            for kind, batch, body in _messages(file, path.stat().st_size):
                rows += batch.number(0) if kind == BATCH else 0
                elements += batch.number(0) + sum(length for length, _ in batch.pairs(1))
                unpacked += sum(_unpacked(file, body + at, length, batch.has(3)) for at, length in batch.pairs(2))
    except (struct.error, IndexError, OverflowError, ValueError, OSError) as error:
        raise BadInput(
            f"{path.name!r} is an Arrow file that is cut off or damaged ({str(error)[:80]}); copy it again."
        ) from error
    return Sizes(rows, elements, unpacked)


@dataclass(frozen=True)
class _Flat:
    """A table of a flatbuffer: its fields lie where the table of offsets before it says."""

    data: bytes
    at: int

    def field(self, number: int) -> int:
        """Where a field lies; 0 where it is absent."""
        offsets = self.at - _read(self.data, "<i", self.at)
        if 4 + 2 * number >= _read(self.data, "<H", offsets):
            return 0
        step = _read(self.data, "<H", offsets + 4 + 2 * number)
        return self.at + step if step else 0

    def has(self, number: int) -> bool:
        return bool(self.field(number))

    def number(self, number: int, kind: str = "<q") -> int:
        at = self.field(number)
        value = _read(self.data, kind, at) if at else 0
        if value < 0:
            raise ValueError("a negative length")
        return value

    def table(self, number: int) -> "_Flat":
        at = self.field(number)
        if not at:
            raise ValueError("a part is missing")
        return _Flat(self.data, at + _read(self.data, "<I", at))

    def pairs(self, number: int, width: int = 16) -> Iterator[tuple[int, int]]:
        """The first and the last eight bytes of each struct of a vector, as numbers."""
        at = self.field(number)
        if not at:
            return
        start = at + _read(self.data, "<I", at)
        count = _read(self.data, "<I", start)
        if count > MOST_ARRAYS:
            raise ValueError(f"{count} arrays in one message")
        for i in range(count):
            first = start + 4 + i * width
            pair = _read(self.data, "<q", first), _read(self.data, "<q", first + width - 8)
            if min(pair) < 0:
                raise ValueError("a negative length")
            yield pair


def _messages(file: IO[bytes], size: int) -> Iterator[tuple[int, _Flat, int]]:
    """Kind, batch and start of the body of each message that holds arrays, as a reader would meet them."""
    file.seek(0)
    if file.read(4) == CONTINUATION:
        at = 0
        while at < size and (head := _head(file, at)) is not None:
            message, body = head
            yield from _batch(message, body)
            at = body + message.number(3)
        return
    file.seek(size - 10)
    length = _read(file.read(4), "<i", 0)
    if not 0 < length <= min(LONGEST_HEAD, size - 10):
        raise ValueError("no footer")
    file.seek(size - 10 - length)
    footer = _root(file.read(length))
    for vector in (2, 3):  # dictionaries, batches
        for at, _ in footer.pairs(vector, width=24):
            head = _head(file, at)
            if head is None:
                raise ValueError("a batch is missing")
            yield from _batch(*head)


def _head(file: IO[bytes], at: int) -> tuple[_Flat, int] | None:
    """The message at a place and where its body starts; None at the end of a stream."""
    file.seek(at)
    start = file.read(8)
    first = 8 if start[:4] == CONTINUATION else 4  # files from before 2019 have no mark before the length
    if len(start) < 8 or (length := _read(start, "<i", first - 4)) == 0:
        return None
    if not 0 < length <= LONGEST_HEAD:
        raise ValueError("a message of impossible length")
    file.seek(at + first)
    return _root(file.read(length)), at + first + length


def _batch(message: _Flat, body: int) -> Iterator[tuple[int, _Flat, int]]:
    kind = message.number(1, "<B")
    if kind == BATCH:
        yield kind, message.table(2), body
    elif kind == DICTIONARY:
        yield kind, message.table(2).table(1), body


def _unpacked(file: IO[bytes], at: int, length: int, packed: bool) -> int:
    if not packed or length < 8:
        return length
    file.seek(at)
    declared = _read(file.read(8), "<q", 0)
    return length if declared < 0 else declared  # -1: left as it is


def _root(data: bytes) -> _Flat:
    return _Flat(data, _read(data, "<I", 0))


def _read(data: bytes, kind: str, at: int) -> int:
    if at < 0:
        raise ValueError("an offset before the start")
    return int(struct.unpack_from(kind, data, at)[0])
