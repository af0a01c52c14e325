"""Damaged and hostile copies of valid files: input i of a seed is always the same bytes.

One in ten is random bytes, one in a hundred the valid file itself; the others are valid files after one to six changes:
bits flipped, bytes set, parts cut, doubled, moved or spliced in from another file, integers set to their extremes,
words of the format put in. Formats that carry checksums are changed below them (`Repack`): the archive's or record's
sums are made anew, so that the change reaches the reader behind them.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Literal

EXTREMES = (
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    (1 << 62),
    (1 << 63),
    (1 << 64) - 1,
)
ORDERS: tuple[Literal["little", "big"], ...] = ("little", "big")
LONGEST = 1 << 16  # bytes that one change puts in
LETTERS = bytes(range(32, 127)) + b"\n\t\r"
PLAIN = ("CSV", "TSV", "JSONL")  # whose valid files hold letters beyond ASCII
Change = Callable[[bytes, random.Random], bytes]
Repack = Callable[[bytes, random.Random, Change], bytes]


def mutated(
    seeds: Sequence[bytes], words: Sequence[bytes], repack: Repack | None, *, reader: str, number: int
) -> tuple[bytes, bool]:
    """Input `number` of a reader, and whether it is a valid file unchanged."""
    dice = random.Random(f"{reader}/{number}")
    seed = dice.choice(seeds)
    way = dice.random()
    if way < 0.01:
        return seed, True
    if way < 0.1:
        head = seed[: dice.randrange(0, 17)] if dice.random() < 0.5 else b""
        return head + dice.randbytes(dice.choice((0, 1, 7, 64, 1000, 20_000))), False

    plain = (b"\0" not in seed and seed.isascii()) or reader in PLAIN

    def change(data: bytes, dice: random.Random) -> bytes:
        for _ in range(dice.choice((1, 1, 1, 1, 2, 3, 6))):
            data = _once(data, dice, seeds, words, plain=plain and dice.random() < 0.8)
        return data

    if repack is not None and dice.random() < 0.6:
        return repack(seed, dice, change), False
    return change(seed, dice), False


def _once(data: bytes, dice: random.Random, seeds: Sequence[bytes], words: Sequence[bytes], *, plain: bool) -> bytes:
    at = dice.randrange(len(data) + 1)
    if data and dice.random() < 0.3:  # heads and tails hold what the rest is read by
        at = min(len(data), dice.randrange(128)) if dice.random() < 0.6 else max(0, len(data) - dice.randrange(128))
    end = min(len(data), at + dice.choice((1, 1, 1, 2, 4, 8, 40, 400)))
    way = dice.randrange(12)
    if way in (0, 1, 2) and at < len(data):
        byte = dice.choice(LETTERS) if plain else data[at] ^ 1 << dice.randrange(8)
        return data[:at] + bytes([byte]) + data[at + 1 :]
    if way == 3:
        fill = bytes(dice.choices(LETTERS, k=end - at)) if plain else dice.randbytes(end - at)
        return data[:at] + fill + data[end:]
    if way == 4:
        return data[:at] + data[end:]
    if way == 5:
        return data[:at] if dice.random() < 0.3 else data[:at] + data[at:end] * dice.choice((2, 3, 50)) + data[end:]
    if way == 6:
        other = dice.choice(seeds)
        start = dice.randrange(len(other) + 1)
        return data[:at] + other[start : start + dice.choice((8, 100, 3000))] + data[end:]
    if way in (7, 8):
        width, value = dice.choice((1, 2, 4, 8)), dice.choice(EXTREMES)
        if plain:
            return data[:at] + str(dice.choice((value, -value, value / 7))).encode() + data[end:]
        return data[:at] + (value & (1 << 8 * width) - 1).to_bytes(width, dice.choice(ORDERS)) + data[at + width :]
    if way in (9, 10) and words:
        return data[:at] + dice.choice(words) + data[at if dice.random() < 0.5 else end :]
    return data[:at] + data[at : at + 1] * dice.choice((10, 1000, LONGEST)) + data[end:]


def in_zip(data: bytes, dice: random.Random, change: Change) -> bytes:
    """Change one member of a zip archive, its sum made anew; other files as they are."""
    if not data.startswith(b"PK"):
        return change(data, dice)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        chosen = dice.randrange(len(members))
        with zipfile.ZipFile(out, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as packed:
            for at, member in enumerate(members):
                content = archive.read(member)
                packed.writestr(member.filename, change(content, dice) if at == chosen else content)
    return out.getvalue()


def in_png(data: bytes, dice: random.Random, change: Change) -> bytes:
    """Change one chunk of a PNG, its sum made anew; other files as they are."""
    if not data.startswith(b"\x89PNG"):
        return change(data, dice)
    chunks, at = [], 8
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    chosen = dice.randrange(len(chunks))
    out = data[:8]
    for number, (kind, held) in enumerate(chunks):
        content = change(held, dice) if number == chosen else held
        out += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    return out


def in_records(data: bytes, dice: random.Random, change: Change) -> bytes:
    """Change one record of an event file, its sums made anew."""
    from analysis.imports.records import masked

    records, at = [], 0
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 8], "little")
        records.append(data[at + 12 : at + 12 + length])
        at += 16 + length
    chosen = dice.randrange(len(records))
    out = b""
    for number, record in enumerate(records):
        content = change(record, dice) if number == chosen else record
        size = struct.pack("<Q", len(content))
        out += size + struct.pack("<I", masked(size)) + content + struct.pack("<I", masked(content))
    return out
