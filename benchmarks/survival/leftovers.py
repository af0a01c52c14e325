"""What a trial has left behind: processes, locks that somebody holds, half work.

Processes of a trial are known by a variable of their environment, which whatever they start inherits.
"""

import fcntl
import time
from collections.abc import Callable
from pathlib import Path

TRIAL = "ANCHORAGE_TRIAL"  # its value is the trial's folder
SOON = 90.0  # seconds that a process may take to end


def left(folder: Path) -> str:
    """Processes that still know of a folder after a while, locks that are held in it, and work that is half done."""
    until(lambda: not of_trial(folder) and not held(folder), SOON)
    if those := of_trial(folder):
        return f"a process is left: {next(iter(those.values()))}"
    if locks := held(folder):
        return f"a lock is held: {locks[0]}"
    partial = [path.name for path in folder.glob("cache/partial/*")]
    return f"half work is left: {partial[:3]}" if partial else ""


def held(folder: Path) -> list[str]:
    """Locks that somebody holds. A process that ends gives its memory back first, and then its locks."""
    found = []
    for path in [*folder.glob("cache/jobs/**/alive"), *folder.glob("cache/**/*.lock")]:
        with path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(path.name)
    return found


def of_trial(folder: Path) -> dict[int, str]:
    """The processes that a trial has started, with their command lines."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{TRIAL}={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200]
        except OSError:
            continue
    return found


def until(true: Callable[[], bool], seconds: float) -> None:
    """Wait until something is true, or so many seconds."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
