"""How much memory this machine, or the container we run in, has: what cannot fit is refused before it is tried."""

import ctypes
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

CONTAINER = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
UNKNOWN = 64 << 30  # bytes taken for granted on a system that does not say


@cache
def machine_memory() -> int:
    """Bytes of memory that a process here can have at most."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return UNKNOWN
    for path in CONTAINER:
        try:
            found = min(found, int(path.read_text(encoding="ascii")))
        except (OSError, ValueError):  # no such limit, or "max"
            continue
    return found


def give_back() -> None:
    """Let the system have what was freed: after tensors of many sizes glibc keeps gigabytes of it."""
    with suppress(OSError, AttributeError):  # no glibc
        ctypes.CDLL("libc.so.6").malloc_trim(0)
