"""Protocol Buffers' wire format, as much as it takes to read a few fields without the library.

A message is a row of (field << 3 | type) varints with their values: type 0 a varint, 1 eight bytes, 2 a length and
bytes, 5 four bytes (https://protobuf.dev/programming-guides/encoding). ValueError where a message is torn.
"""

import struct
from collections.abc import Iterator

Field = tuple[int, int | bytes]


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a message: number, and value (bytes, but an int for a varint)."""
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = varint(message, at)
            yield number, value
            continue
        if kind == 2:
            length, at = varint(message, at)
        elif kind in (1, 5):
            length = 8 if kind == 1 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at + length > len(message):
            raise ValueError("torn message")
        yield number, message[at : at + length]
        at += length


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to ten bytes of seven bits, the lowest first, and where it ends."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        value |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return value, at
    raise ValueError("torn varint")


def signed(value: int) -> int:
    """A 64-bit varint as a number with a sign.

    >>> signed((1 << 64) - 3)
    -3
    """
    return value - (1 << 64) if value >= 1 << 63 else value


def double(value: int | bytes) -> float:
    """Eight bytes as a number."""
    if not isinstance(value, bytes) or len(value) != 8:
        raise ValueError("no double")
    return float(struct.unpack("<d", value)[0])


def single(value: int | bytes) -> float:
    """Four bytes as a number."""
    if not isinstance(value, bytes) or len(value) != 4:
        raise ValueError("no float")
    return float(struct.unpack("<f", value)[0])


def inner(value: int | bytes) -> bytes:
    """A message or text within a message."""
    if not isinstance(value, bytes):
        raise ValueError("no bytes")
    return value
