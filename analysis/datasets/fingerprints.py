"""What decides the samples, as hashes of the bytes they are read from."""

from pathlib import Path

from analysis.datasets.content import check_readable
from analysis.recipe import hash_of
from models.hashes import sha256_of


def hash_of_file(path: Path) -> str:
    """The sha256 of a file's bytes."""
    check_readable(path)
    return sha256_of(path)


def hash_of_files(files: dict[str, Path]) -> str:
    """One hash for files under names: their relative paths and their bytes, in the order of the names."""
    return hash_of(*(part for name in sorted(files) for part in (name, hash_of_file(files[name]))))


def hash_of_folder(folder: Path) -> str:
    """One hash for all that lies in a folder, hidden files aside."""
    return hash_of_files({file.relative_to(folder).as_posix(): file for file in visible_files(folder)})


def visible_files(folder: Path) -> list[Path]:
    """Every file below a folder that neither is hidden nor lies in a hidden folder, sorted by path."""
    return sorted(
        path
        for path in folder.rglob("*")
        if not any(part.startswith(".") for part in path.relative_to(folder).parts) and path.is_file()
    )
