"""Whether stored bytes are those that were written: a SHA-256 of every file, and one of the record that holds them.

A file whose size and time of change (ctime, which no program sets) are those that were noted when it was written is not
read again, however large. Any other (altered, restored, copied from elsewhere) is hashed, once per process. A change in
the same tick of the clock as the writing would keep the time: so a time counts only where it lies behind the note.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

TICK = 50_000_000  # nanoseconds; more than the tick of any clock of files
SEAL = b',\n "seal": "'  # before the record's own sum, its last value


def sums_of(files: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """What is noted of files: their sum and time of change, and the moment of the note."""
    found = {}
    for name, path in files.items():
        digest = _digest(path)
        found[name] = {"sha256": digest, "changed": path.stat().st_ctime_ns, "noted": time.time_ns()}
    return found


def check(path: Path, noted: Mapping[str, Any]) -> None:
    """ValueError where a file is not the one that was noted."""
    status = path.stat()
    if status.st_ctime_ns == noted["changed"] and status.st_ctime_ns + TICK < noted["noted"]:
        return
    settled = status.st_ctime_ns + TICK < time.time_ns()
    found = _kept_digest(str(path), status.st_size, status.st_ctime_ns) if settled else _digest(path)
    if found != noted["sha256"]:
        raise ValueError(f"the checksum of {path.name} is not the one it was written with")


def sealed(record: Mapping[str, Any]) -> bytes:
    """A record as JSON, its own sum in it."""
    text = json.dumps(record, indent=1, allow_nan=False).encode()
    return text.removesuffix(b"\n}") + SEAL + hashlib.sha256(text).hexdigest().encode() + b'"\n}'


def unsealed(content: bytes) -> dict[str, Any]:
    """The record that `sealed` wrote; ValueError where a byte of it is another. One of before seals is as it is."""
    record: dict[str, Any] = json.loads(content)
    if not isinstance(record, dict):
        raise ValueError("its record is no table of values")
    if "seal" in record or "sums" in record:
        text = content[: content.rfind(SEAL)] + b"\n}"
        if hashlib.sha256(text).hexdigest() != record.get("seal"):
            raise ValueError("its record was altered")
    return record


@lru_cache(maxsize=4096)
def _kept_digest(path: str, size: int, changed: int) -> str:
    return _digest(Path(path))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        return hashlib.file_digest(file, "sha256").hexdigest()
