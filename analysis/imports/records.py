"""TFRecord files: length (8 bytes), its masked CRC-32C, the record, and the record's masked CRC-32C.

The CRC is Castagnoli's (polynomial 0x1EDC6F41, reflected), rotated right by 15 bits plus 0xA282EAD8 (TensorFlow,
`core/lib/hash/crc32c.h`).
"""

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LONGEST = 256 << 20  # bytes of a record; a longer one is taken for damage


@cache
def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        rows.append(byte)
    return tuple(rows)


def crc32c(data: bytes) -> int:
    """Castagnoli's CRC.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    table, crc = _table(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    """The CRC as files hold it."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path: Path) -> Iterator[tuple[bytes, int]]:
    """The records of a file, each with its stated CRC, which `whole` checks for those that matter.

    ValueError, in a few words, where the file is torn or a length is damaged: what follows cannot be found.
    """
    with path.open("rb") as file:
        while head := file.read(12):
            length = int.from_bytes(head[:8], "little")
            if len(head) < 12:
                raise ValueError("stops in the middle of a record")
            if masked(head[:8]) != struct.unpack("<I", head[8:])[0] or length > LONGEST:
                raise ValueError("is damaged")
            record, crc = file.read(length), file.read(4)
            if len(crc) < 4:
                raise ValueError("stops in the middle of a record")
            yield record, struct.unpack("<I", crc)[0]


def whole(record: bytes, crc: int) -> bool:
    """Whether a record is what was written."""
    return masked(record) == crc
