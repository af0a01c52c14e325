"""The files that a [[metrics]] path means: found, confined to where the study may read, and counted."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.datasets.content import check_readable
from analysis.datasets.fingerprints import hash_of_files
from analysis.study import MetricsSpec
from models.errors import BadInput
from models.place import Place

MOST_FILES = 10_000
MOST_BYTES = 4 << 30  # of all the files of one [[metrics]]
LONGEST_JSON = 256 << 20


def said(spec: MetricsSpec) -> str:
    """What a section is called in sentences."""
    return f"{spec.source} {spec.path!r}"


def files_of(spec: MetricsSpec, place: Place, is_one: Callable[[Path], bool], expected: str) -> dict[str, Path]:
    """The path itself where it is a file, else every file below it that `is_one`: by relative path, in its order.

    `expected` says in words what was looked for. Links are followed only to where the study may read.
    """
    root = place.resolve(spec.path, "path of [[metrics]]")
    found = [root] if root.is_file() else _below(root, is_one)
    files: dict[str, Path] = {}
    size = 0
    for path in found:
        real = place.resolve(str(path), "a file of [[metrics]]")
        check_readable(real)
        size += real.stat().st_size
        files[path.name if path == root else path.relative_to(root).as_posix()] = real
        if len(files) > MOST_FILES or size > MOST_BYTES:
            raise BadInput(
                f"{said(spec)} holds over {MOST_FILES:,} files or {MOST_BYTES >> 30} GiB; name one of its folders."
            )
    if not files:
        raise BadInput(f"{said(spec)} holds no {expected} (looked in {root}); give the folder or file that does.")
    return files


def fingerprint_of(files: Mapping[str, Path]) -> dict[str, str]:
    """What decides the readings: the files' names and bytes."""
    return {"files": hash_of_files(dict(files))}


def text_of(path: Path) -> str:
    """A text file of reasonable length; bytes that are no UTF-8, as at a torn end, are marked."""
    if path.stat().st_size > LONGEST_JSON:
        raise BadInput(f"{path.name!r} is larger than {LONGEST_JSON >> 20} MiB; give a smaller one.")
    return path.read_text(encoding="utf-8-sig", errors="replace")


def parsed(text: str, name: str) -> Any:
    """A text as JSON; BadInput for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput(f"{name!r} is cut off or no JSON; copy it again.") from None


def number_in(value: object) -> float | None:
    """A JSON value as a number; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _below(root: Path, is_one: Callable[[Path], bool]) -> Iterator[Path]:
    return iter(sorted(path for path in root.rglob("*") if is_one(path) and path.is_file()))
