"""The See Also sections of docstrings as a graph over them.

A reference names the end of a qualified name (`svd`, `linalg.svd`, `Series.std`, `numpy.ndarray.sum`). It fits an
id whose parts contain its own in order, leading underscores aside, the last part matching the last; a method fits
only under its class's name, or from within that class. Of several the nearest wins: the one that shares most of
the path with the docstring (where the reference starts with a package: the one of fewest public parts), then the
shortest.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from analysis.datasets.pydocs_read import FOLDERS, PACKAGES, Docs, Docstring

SECTION = re.compile(r"^See Also\n-{3,}\n(.*?)(?=\n[^\n]+\n-{3,}\n|\Z)", re.DOTALL | re.MULTILINE | re.IGNORECASE)
ROLE = re.compile(r":[\w:]+:`~?([^`]*)`|`~?([^`]*)`")
IMPORTED = frozenset(FOLDERS.get(package, package) for package in PACKAGES)
NAME = re.compile(r"[A-Za-z_]\w*(\.\w+)*")


def references(text: str) -> list[str]:
    r"""Names in the See Also section of a numpydoc docstring.

    >>> references("Sum.\n\nSee Also\n--------\nmean, std\nnumpy.prod : Product.\n    of all")
    ['mean', 'std', 'numpy.prod']
    """
    section = SECTION.search(text)
    if section is None:
        return []
    found = []
    for line in section[1].splitlines():
        if line[:1].isspace() or not line:
            continue  # a description
        names = re.split(r"\s*:(?:\s|$)", ROLE.sub(r"\1\2", line), maxsplit=1)[0]
        parts = (name.strip().removesuffix("()") for name in names.split(","))
        found += [name for name in parts if NAME.fullmatch(name)]
    return found


def see_also(docs: Docs) -> npt.NDArray[np.int32]:
    """Pairs of rows of `docs.kept` that reference each other, (m, 2), each pair once, smaller row first."""
    rows = {doc.id: row for row, doc in enumerate(docs.kept)}
    by_name: dict[str, list[Docstring]] = defaultdict(list)
    for doc in docs.kept:
        by_name[doc.id.rpartition(".")[2]].append(doc)
    pairs = {
        (min(row, other), max(row, other))
        for row, doc in enumerate(docs.kept)
        for name in references(doc.text)
        if (other := rows.get(_resolve(name, doc, by_name), row)) != row
    }
    return np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)


def _resolve(name: str, source: Docstring, by_name: Mapping[str, Sequence[Docstring]]) -> str:
    """Id of the nearest docstring that a reference fits, or the empty string."""
    parts, here = _plain(name), _plain(source.id)
    package = parts[0] if parts[0] in IMPORTED else here[0]
    best, nearest = "", (-100, 0)
    for doc in by_name.get(name.rpartition(".")[2], ()):
        there = _plain(doc.id)
        if doc is source or there[0] != package or not _in_order(parts, there) or not _reaches(parts, doc, source):
            continue
        if parts[0] in IMPORTED:  # it starts from the top, so it means the most public one
            near = -sum(part[0] != "_" for part in doc.id.split("."))
        else:
            near = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False)))
        if (near, -len(there)) > nearest:
            best, nearest = doc.id, (near, -len(there))
    return best


def _plain(name: str) -> tuple[str, ...]:
    return tuple(part.lstrip("_") for part in name.split("."))


def _in_order(parts: Sequence[str], there: Sequence[str]) -> bool:
    rest = iter(there)
    return all(part in rest for part in parts)  # each search goes on where the last ended


def _reaches(parts: Sequence[str], doc: Docstring, source: Docstring) -> bool:
    """Whether a reference may mean this docstring: always, save for a method of a class that it does not name."""
    if doc.kind != "method":
        return True
    owner = doc.id.rpartition(".")[0]
    if len(parts) > 1:
        return doc.scope[-2] in parts
    return owner == (source.id if source.kind == "class" else source.id.rpartition(".")[0])
