"""Hashes of files: those of the standard, of the bytes as they are now, and kept over a restart for large ones."""

import hashlib
import os
from pathlib import Path

import pytest

from models import hashes
from models.hashes import remember_in, sha256_of, sha256_of_files, sha256_of_text


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of notes that keeps the hash of every file, however small and new."""
    monkeypatch.setattr(hashes, "LARGE", 1)
    monkeypatch.setattr(hashes, "SETTLED", -1)
    monkeypatch.setattr(hashes, "TICK", -1)
    monkeypatch.setattr(hashes, "_folders", [])
    remember_in(tmp_path / "hashes")
    return tmp_path / "hashes"


def restart() -> None:
    hashes._known.cache_clear()


def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read from here on."""
    found: list[Path] = []
    read = hashes._read
    monkeypatch.setattr(hashes, "_read", lambda path: (found.append(path), read(path))[1])
    return found


def test_hashes_are_those_of_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2
    assert sha256_of(path) == sha256_of_files((path,)) == sha256_of_text("abc") == known
    path.write_bytes(b"abcd")
    assert sha256_of(path) == hashlib.sha256(b"abcd").hexdigest()


def test_a_large_file_is_not_read_again_after_a_restart(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"abc")
    first, read = sha256_of(path), reads(monkeypatch)
    restart()
    assert sha256_of(path) == first and not read
    path.write_bytes(b"xyz")  # same size
    assert sha256_of(path) == hashlib.sha256(b"xyz").hexdigest() and read == [path]
    assert len(list(notes.iterdir())) == 1


def test_another_file_with_the_times_of_the_old_is_read(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "w", tmp_path / "other"
    path.write_bytes(b"abc")
    other.write_bytes(b"xyz")
    sha256_of(path)
    status = path.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)
    restart()
    assert sha256_of(path) == hashlib.sha256(b"xyz").hexdigest()


@pytest.mark.parametrize("damage", [b"", b"0" * 64, b"\xff\xfe", b"one more word"])
def test_a_note_that_was_altered_is_not_believed(tmp_path: Path, notes: Path, damage: bytes) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"abc")
    first = sha256_of(path)
    (note,) = notes.iterdir()
    note.write_bytes(damage + note.read_bytes()[len(damage) :] if damage else b"")
    restart()
    assert sha256_of(path) == first


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path: Path, notes: Path) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"abc")
    notes.write_bytes(b"a file is in its place")
    assert sha256_of(path) == sha256_of_text("abc")


def test_a_small_or_new_file_leaves_no_note(tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    path.write_bytes(b"abc")
    monkeypatch.setattr(hashes, "LARGE", 4)
    sha256_of(path)
    monkeypatch.setattr(hashes, "LARGE", 1)
    monkeypatch.setattr(hashes, "SETTLED", 60_000_000_000)
    restart()
    sha256_of(path)
    assert not notes.exists()
