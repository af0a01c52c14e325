"""SHA-256 of files, remembered while their size and time of change (ctime, which no program sets) stay the same.

For the process always; for large files also in the folder that `remember_in` names, so that a start reads no gigabytes
before the first word. A note there has a seal and says what it is of: any other is not believed.
"""

import hashlib
import time
from contextlib import suppress
from functools import lru_cache
from os import stat_result
from pathlib import Path

LARGE = 1 << 26  # bytes of a file whose hash outlives the process
TICK = 50_000_000  # nanoseconds; more than the tick of any clock of files: a change within it would keep the time
SETTLED = 60_000_000_000  # the same for notes: pages that are written through a mapping change the time this late

_folders: list[Path] = []


def remember_in(folder: Path) -> None:
    """Keep the hashes of large files in a folder, from now on; it need not exist, nor be writable."""
    _folders[:] = [folder]


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes."""
    status = path.stat()
    age = time.time_ns() - status.st_ctime_ns
    if age <= TICK:
        return _read(path)
    said = f"{path.absolute()} {status.st_dev} {status.st_ino} {status.st_size} {status.st_ctime_ns}"
    return _known(str(path), said, _lasting(status, age))


def sha256_of_files(files: tuple[Path, ...]) -> str:
    """Hash of several files: of one, its own; of more, of their names and hashes."""
    if len(files) == 1:
        return sha256_of(files[0])
    return sha256_of_text("".join(f"{file.name} {sha256_of(file)}\n" for file in files))


def sha256_of_text(text: str) -> str:
    """Hash of a text."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _lasting(status: stat_result, age: int) -> str:
    """The folder that keeps the hash of such a file; empty where none does."""
    return str(_folders[0]) if _folders and status.st_size >= LARGE and age > SETTLED else ""


@lru_cache(maxsize=1024)
def _known(path: str, said: str, folder: str) -> str:
    if not folder:
        return _read(Path(path))
    note = Path(folder) / f"{sha256_of_text(path)[:32]}.txt"
    with suppress(OSError, UnicodeDecodeError):
        digest, _, seal = note.read_text(encoding="ascii").partition(" ")
        if seal == sha256_of_text(f"{said} {digest}"):
            return digest
    digest = _read(Path(path))
    with suppress(OSError):  # a full or read-only disk costs the next start some seconds
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(f"{digest} {sha256_of_text(f'{said} {digest}')}", encoding="ascii")
    return digest


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
