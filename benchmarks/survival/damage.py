"""Disks that are full or read-only, caches of another version, artifacts that were cut or altered.

A small study runs on a cache that something is wrong with: it ends with its numbers, the same to the last digit, or
with one sentence and, once the disk is well again, with its numbers. Full and read-only disks are file systems in
memory that are mounted where that is allowed (root); elsewhere a full disk is one that refuses the n-th write (ENOSPC),
and a read-only one is not tried.
"""

import contextlib
import csv
import errno
import io
import json
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.survival.outcome import Outcome

STUDY = """
k = 5
draws = 10
analyses = ["health"]
[dataset]
path = "t.csv"
numeric = ["a", "b", "c"]
labels = ["kind"]
[[checkpoint]]
name = "columns"
family = "numeric"
"""
WORLD = 30  # samples
SHORT, LONG = 1, 100  # trials of each kind
ENOUGH = 256  # MiB
Numbers = list[dict[str, str]]


def rows(*, short: bool = False, minutes: float = float("inf"), trials: int = LONG) -> list[Outcome]:
    """A line for each kind of damage."""
    trials, deadline = SHORT if short else trials, time.monotonic() + 60 * minutes
    mounts = _can_mount()
    how = "a file system in memory" if mounts else "the n-th write refused (ENOSPC), for mounts are not allowed here"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(folder)
        whole = _well(folder, folder / "whole")
        kinds: list[tuple[str, Callable[[Path, random.Random, Numbers], str], str]] = [
            ("a full disk", full_mounted if mounts else full_refused, f"{how}, then more room"),
            ("an artifact cut, altered, emptied, swapped or gone", altered, "one file of a finished cache"),
            ("a cache whose records are of another version", versioned, "older without checksums; other plug-ins"),
        ]
        if mounts:
            kinds.append(("a read-only cache", read_only, "whole, or lacking an artifact; mounted read-only"))
        return [_line(kind, trial, note, folder, whole, trials, deadline) for kind, trial, note in kinds]


def write_world(folder: Path) -> None:
    """A table and a study over it."""
    points = np.random.default_rng(0).normal(size=(WORLD, 3))
    lines = [",".join([*map(str, point), "xyz"[i % 3]]) for i, point in enumerate(points)]
    (folder / "t.csv").write_text("\n".join(["a,b,c,kind", *lines]) + "\n")
    (folder / "study.toml").write_text(STUDY)


def run(folder: Path, cache: Path) -> tuple[int, str]:
    """Exit status and standard error of the command line."""
    from analysis.__main__ import main

    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        status = main(["run", str(folder / "study.toml"), "--out", str(folder / "out"), "--cache", str(cache)])
    return status, said.getvalue()


def numbers(folder: Path) -> Numbers:
    """What a run wrote, without the seconds it took."""
    with (folder / "out" / "numbers.csv").open(newline="") as file:
        return [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]


def full_mounted(folder: Path, dice: random.Random, whole: Numbers) -> str:
    """A disk of some kilobytes, and a larger one; what went wrong, if anything."""
    with _mounted(folder / "disk", f"size={4 * dice.randint(1, 200)}k") as disk:
        status, said = run(folder, disk / "cache")
        wrong = _refusal(status, said, ("full", "room", "space"))
        subprocess.run(["mount", "-o", f"remount,size={ENOUGH}m", str(disk)], check=True)
        return wrong or _ends_well(folder, disk / "cache", whole)


def full_refused(folder: Path, dice: random.Random, whole: Numbers) -> str:
    """A disk that refuses everything from the n-th file on."""
    cache, left = folder / "refused" / str(dice.random()), dice.randint(0, 20)
    opened = os.open

    def refusing(path: Any, flags: int, *more: Any, **options: Any) -> int:
        nonlocal left
        if flags & (os.O_WRONLY | os.O_RDWR) and str(path).startswith(str(cache)):
            left -= 1
            if left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return opened(path, flags, *more, **options)

    def opener(self: Path, mode: str = "r", *more: Any, **options: Any) -> Any:
        return open(self, mode, *more, opener=refusing, **options)

    with mock.patch.object(Path, "open", opener):
        status, said = run(folder, cache)
    return _refusal(status, said, ("full", "room", "space")) or _ends_well(folder, cache, whole)


def altered(folder: Path, dice: random.Random, whole: Numbers) -> str:
    """A finished cache of which one file is not what it was."""
    cache = folder / "altered"
    if not cache.exists():
        run(folder, cache)
    files = sorted(file for file in cache.glob("artifacts/*/*/*") if file.stat().st_size)
    file, way = dice.choice(files), dice.choice(("cut", "bit", "zeros", "gone", "swapped", "longer"))
    content = bytearray(file.read_bytes())
    if way == "cut":
        content = content[: dice.randrange(len(content))]
    elif way == "bit":
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    elif way == "zeros":
        content = bytearray(len(content))
    elif way == "longer":
        content += b"\0" * 10
    elif way == "swapped":
        content = bytearray(dice.choice([other for other in files if other != file]).read_bytes())
    before = file.read_bytes()
    file.unlink() if way == "gone" else file.write_bytes(content)
    where = f"{file.name} ({way})"
    if wrong := _ends_well(folder, cache, whole):
        return f"{where}: {wrong}"
    said = json.loads((folder / "out" / "manifest.json").read_text())["complaints"]
    if bytes(content) != before and way != "gone" and not said and file.read_bytes() != before:
        return f"{where}: nothing was said, and the file is still another"
    return ""


def versioned(folder: Path, dice: random.Random, whole: Numbers) -> str:
    """A finished cache whose records are of before checksums, or of another version of the plug-ins."""
    from analysis.checksums import sealed

    cache, older = folder / "versions" / str(dice.random()), dice.random() < 0.5
    run(folder, cache)
    for file in cache.glob("artifacts/*/*/artifact.json"):
        record = json.loads(file.read_text())
        del record["seal"]
        if older:
            file.write_text(json.dumps({key: value for key, value in record.items() if key != "sums"}))
        elif dice.random() < 0.5:
            record["recipe"]["version"] = record["recipe"].get("version", 0) + 1
            file.write_bytes(sealed(record))
    return _ends_well(folder, cache, whole)


def read_only(folder: Path, dice: random.Random, whole: Numbers) -> str:
    """A cache on a file system that is read-only: whole, or lacking an artifact."""
    with _mounted(folder / "disk", f"size={ENOUGH}m") as disk:
        run(folder, disk)
        lacking = dice.random() < 0.5
        if lacking:
            file = dice.choice(sorted(disk.glob("artifacts/*/*/artifact.json")))
            file.unlink()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        if not lacking:
            return _ends_well(folder, disk, whole)
        status, said = run(folder, disk)
        wrong = _refusal(status, said, ("cannot be written",)) if status else ""
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        return wrong or _ends_well(folder, disk, whole)


def _line(
    kind: str,
    trial: Callable[[Path, random.Random, Numbers], str],
    note: str,
    folder: Path,
    whole: Numbers,
    trials: int,
    deadline: float,
) -> Outcome:
    start, dice, wrong, tried = time.monotonic(), random.Random(kind), [], 0
    while tried < trials and (tried == 0 or time.monotonic() < deadline):
        tried += 1
        try:
            said = trial(folder, dice, whole)
        except Exception as error:
            said = f"a traceback: {type(error).__name__} {error}"
        wrong += [f"{kind}, trial {tried}: {said}"] * bool(said)
    return Outcome(kind, tried, tried - len(wrong), time.monotonic() - start, tuple(wrong), note)


def _well(folder: Path, cache: Path) -> Numbers:
    status, said = run(folder, cache)
    if status:
        raise RuntimeError(f"the study does not run: {said}")
    return numbers(folder)


def _ends_well(folder: Path, cache: Path, whole: Numbers) -> str:
    status, said = run(folder, cache)
    if status:
        return f"it did not end well: {said[-300:]!r}"
    return "" if numbers(folder) == whole else "the numbers are others"


def _refusal(status: int, said: str, words: tuple[str, ...]) -> str:
    """What is wrong with how a run ended that could not write; nothing where it needed no room."""
    if status == 0:
        return ""
    last = said.strip().splitlines()[-1] if said.strip() else ""
    well = status == 1 and "Traceback" not in said and any(word in last for word in words)
    return "" if well else f"exit {status}, {said[-300:]!r}"


@contextlib.contextmanager
def _mounted(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _can_mount() -> bool:
    try:
        with tempfile.TemporaryDirectory() as name, _mounted(Path(name) / "disk", "size=64k"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False
