"""Python files of the packages installed here and of Python itself: parsed, never imported."""

import ast
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from analysis.datasets.pydocs_read import PASSED_OVER, installed
from analysis.sequences.pairs import Limits, Pair, Part, SequenceTask, SourceFile, Split, number_of, part_of, split

LARGEST = 200_000  # bytes
MORE = ("streamlit", "sympy", "torch", "transformers")  # beside those whose docstrings are samples
STANDARD = "python"  # what files of the standard library are called
GUESTS = frozenset({"site-packages", "dist-packages", "test", "idlelib", "lib2to3", "config", "turtledemo"})


def folders() -> dict[str, Path]:
    """Where each package lies, and the standard library."""
    found = {folder.name: folder for _, folder in installed().values()}
    for name in MORE:
        spec = find_spec(name)  # of a top-level name: nothing is executed
        if spec is not None and spec.submodule_search_locations:
            found[name] = Path(spec.submodule_search_locations[0])
    return found | {STANDARD: Path(sysconfig.get_paths()["stdlib"])}


def files() -> Iterator[tuple[str, Path]]:
    """Name and path of every file that is read, in the order of their names."""
    for package, folder in sorted(folders().items()):
        for path in sorted(folder.rglob("*.py")):
            within = path.relative_to(folder)
            if PASSED_OVER.isdisjoint(within.parts) and GUESTS.isdisjoint(within.parts):
                yield f"{package}/{within.as_posix()}", path


def read(name: str, path: Path) -> SourceFile | None:
    """A file and its tree; None for one too large or not Python of this version."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        with tokenize.open(path) as file:
            text = file.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in other projects' files
            return SourceFile(name, text, ast.parse(text))
    except (SyntaxError, ValueError, OSError, RecursionError):
        return None


def corpus() -> Iterator[str]:
    """Texts of the files that no task is made of, in an order without order: what natural pre-training reads."""
    for name, path in sorted(files(), key=lambda one: number_of(one[0])):
        if part_of(name) == "corpus" and path.stat().st_size <= LARGEST:
            try:
                with tokenize.open(path) as file:
                    yield file.read()
            except (SyntaxError, ValueError, OSError):
                continue


def splits(tasks: Mapping[str, SequenceTask], limits: Limits | None = None) -> dict[str, Split]:
    """The pairs of every task, each file read once (a minute for the six, with torch and sympy installed)."""
    pairs: dict[str, list[tuple[Part, Pair]]] = {name: [] for name in tasks}
    for part, file in _held_out():
        for name, task in tasks.items():
            pairs[name] += [(part, pair) for pair in task.pairs(file)]
    return {name: split(found, limits) for name, found in pairs.items()}


def _held_out() -> Iterator[tuple[Part, SourceFile]]:
    """The files that tasks are made of, one after another."""
    for name, path in files():
        part = part_of(name)
        file = read(name, path) if part != "corpus" else None
        if file is not None:
            yield part, file
