"""The history in a run's own `run-ID.wandb`, read without Weights & Biases' library.

The file is a log of 32 KiB blocks as LevelDB writes them (`doc/log_format.md` there): seven bytes of head, then
chunks of CRC-32 (of type and bytes), length, type (1 whole; 2, 3, 4 the first, a middle and the last part) and bytes.
A record is a message whose field 2 is a step of the history: items (1) of key (1) or nested keys (2) and JSON (16).
"""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.imports.wire import fields, inner

BLOCK = 32768
HEAD = b":W&B"
MOST_PARTS = 8192  # of a record: 256 MiB
CHUNK = 7  # bytes before a chunk's own
WHOLE, FIRST, MIDDLE, LAST = 1, 2, 3, 4


def history(path: Path) -> Iterator[dict[str, Any]]:
    """Each step that the run logged. ValueError, in a few words, where the file is torn or damaged."""
    for record in _records(path):
        for number, value in fields(record):
            if number == 2:
                yield dict(_item(inner(item)) for field, item in fields(inner(value)) if field == 1)


def _item(message: bytes) -> tuple[str, Any]:
    key, nested, text = "", [], "null"
    for number, value in fields(message):
        if number == 1:
            key = inner(value).decode("utf-8", "replace")
        elif number == 2:
            nested.append(inner(value).decode("utf-8", "replace"))
        elif number == 16:
            text = inner(value).decode("utf-8", "replace")
    try:
        return key or ".".join(nested), json.loads(text)
    except RecursionError:
        raise ValueError("holds a value nested too deeply") from None


def _records(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        if file.read(CHUNK)[:4] != HEAD:
            raise ValueError("is no log of a run")
        parts: list[bytes] = []
        while True:
            room = BLOCK - file.tell() % BLOCK
            if room < CHUNK:
                file.seek(room, 1)
            head = file.read(CHUNK)
            if not head:
                return
            length, kind = int.from_bytes(head[4:6], "little"), head[6] if len(head) == CHUNK else 0
            chunk = file.read(length)
            if len(head) < CHUNK or len(chunk) < length:
                raise ValueError("stops in the middle of a record")
            if kind not in (WHOLE, FIRST, MIDDLE, LAST) or zlib.crc32(head[6:] + chunk) != int.from_bytes(
                head[:4], "little"
            ):
                raise ValueError("is damaged")
            parts = [chunk] if kind in (WHOLE, FIRST) else parts
            if kind in (MIDDLE, LAST):
                parts.append(chunk)
            if len(parts) > MOST_PARTS:
                raise ValueError("holds a record that is far too long")
            if kind in (WHOLE, LAST):
                yield b"".join(parts)
