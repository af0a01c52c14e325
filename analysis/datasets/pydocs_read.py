"""Docstrings of installed packages, parsed with `ast` from their files: nothing of them is ever imported.

An id is the qualified name as the files spell it (`numpy.lib._function_base_impl.interp`). Left out: tests,
other projects' code that a package carries along, names with a leading underscore, texts under 120 characters,
and every text but the first where several names share one.
"""

import ast
import inspect
import re
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from models.errors import BadInput

Kind = Literal["module", "class", "function", "method"]

PACKAGES = ("numpy", "scipy", "pandas", "scikit-learn", "networkx")  # as they are installed
FOLDERS = {"scikit-learn": "sklearn"}  # where the import name differs
SHORTEST = 120  # characters
PASSED_OVER = frozenset({"tests", "externals", "_lib", "distutils", "_build_utils"})  # tests, guests, build tools
LITERAL = re.compile(
    r"""[ \t]*([rRuU]?("{3}|'{3}|"|')(?:\\.|(?!\2).)*\2)[ \t]*(?:[#;].*?)?$""", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Docstring:
    """One docstring. `scope`: its id without the module's. `file`: relative to the folder that holds the package."""

    id: str
    scope: tuple[str, ...]
    kind: Kind
    text: str
    file: str
    line: int

    @property
    def package(self) -> str:
        """The package's import name."""
        return self.id.partition(".")[0]

    @property
    def subpackage(self) -> str:
        """The folder the file lies in, to three levels."""
        return ".".join(self.file.split("/")[:-1][:3])


@dataclass(frozen=True)
class Docs:
    """Docstrings of unique texts, how many repeats were left out, and the files that did not parse."""

    kept: tuple[Docstring, ...]
    repeats: int
    unreadable: tuple[str, ...]


def installed() -> dict[str, tuple[str, Path]]:
    """Version and folder of each package that is installed; BadInput when none is."""
    found = {}
    for package in PACKAGES:
        spec = find_spec(FOLDERS.get(package, package))  # of a top-level name: nothing is executed
        if spec is None or not spec.submodule_search_locations:
            continue
        try:
            found[package] = (version(package), Path(spec.submodule_search_locations[0]))
        except PackageNotFoundError:
            continue
    if not found:
        raise BadInput(f"none of {', '.join(PACKAGES)} is installed; install one, or choose another source.")
    return found


@lru_cache(maxsize=2)
def read_docs(folders: tuple[Path, ...]) -> Docs:
    """Parse every file of these package folders (1,400 of the five, some 7 s); kept for the life of the process."""
    kept: dict[str, Docstring] = {}  # by text
    ids: set[str] = set()
    unreadable: list[str] = []
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            file = path.relative_to(folder.parent).as_posix()
            if not PASSED_OVER.isdisjoint(file.split("/")) or path.name == "conftest.py":
                continue
            try:
                found = list(_docstrings(path, file))
            except (SyntaxError, ValueError, OSError):
                unreadable.append(file)
                continue
            for doc in found:
                if doc.id not in ids:  # a property's setter and an overload repeat it
                    ids.add(doc.id)
                    kept.setdefault(doc.text, doc)
    return Docs(tuple(kept.values()), len(ids) - len(kept), tuple(unreadable))


def texts_of(files: Sequence[str], lines: Sequence[int]) -> list[str]:
    """The docstrings that start at these lines, reading these files alone and parsing none of them.

    For samples whose ids, files and lines are known from the same versions of the packages.
    """
    parents = {folder.name: folder.parent for _, folder in installed().values()}
    sources: dict[str, tuple[str, list[int]]] = {}
    texts = []
    for file, line in zip(files, lines, strict=True):
        if file not in sources:
            sources[file] = _source(parents.get(file.partition("/")[0], Path()) / file)
        source, starts = sources[file]
        literal = LITERAL.match(source, starts[line - 1]) if line <= len(starts) else None
        if literal is None:
            raise BadInput(f"no docstring at line {line} of {file}; the package has changed, so read `pydocs` again.")
        texts.append(_literal(literal[1]))
    return texts


def _source(path: Path) -> tuple[str, list[int]]:
    """A file's text and where each of its lines begins."""
    with tokenize.open(path) as file:  # in the encoding that it declares
        source = file.read()
    return source, [0, *(match.end() for match in re.finditer("\n", source))]


def _docstrings(path: Path, file: str) -> Iterator[Docstring]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in other projects' files
        tree = ast.parse(path.read_bytes())
    module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return _walk(tree, module, (), "module", file)


def _walk(node: ast.AST, module: str, scope: tuple[str, ...], kind: Kind, file: str) -> Iterator[Docstring]:
    assert isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    text = ast.get_docstring(node)
    if text and len(text) >= SHORTEST:
        yield Docstring(".".join((module, *scope)), scope, kind, text, file, node.body[0].lineno)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and child.name[0] != "_":
            is_class = isinstance(child, ast.ClassDef)
            below: Kind = "class" if is_class else "method" if kind == "class" else "function"
            yield from _walk(child, module, (*scope, child.name), below, file)


def _literal(source: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return inspect.cleandoc(ast.literal_eval(source))
