"""Arrays of an `.npz` that holds a graph: held against size and type by their headers before they are unpacked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt

from analysis.datasets.content import DAMAGE
from analysis.datasets.vector_file import Member, damaged, load_member, npy_header
from analysis.graph import MOST_LINKS, Weights
from models.errors import BadInput

PART = 64 << 20  # bytes of a whole matrix read at a time
MOST_BYTES = 16 * MOST_LINKS  # of one array, unpacked: two 8-byte row numbers a link


@dataclass(frozen=True)
class Arrays:
    """The arrays of one file, by what their headers say."""

    path: Path
    members: Mapping[str, Member]

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape that an array's header says."""
        return self.members[name][0]

    def refuse(self, name: str, what: str) -> BadInput:
        """The sentence about an array."""
        return BadInput(f"array {name!r} of {self.path.name!r} {what}")

    def rows(self, name: str) -> npt.NDArray[np.int64]:
        """Whole numbers: rows of the matrix, or how many."""
        found = self._load(name, "iu", "row numbers are whole")
        if found.dtype == np.uint64 and found.max(initial=0) > np.iinfo(np.int64).max:
            raise self.refuse(name, f"holds {found.max()}; row numbers end below 2^63.")
        return found.astype(np.int64, copy=False)

    def reals(self, name: str) -> npt.NDArray[Any]:
        """Entries: truths or real numbers, all finite."""
        found = self._load(name, "biuf", "entries are real numbers, or true and false")
        if found.dtype.kind == "f" and not np.isfinite(found).all():
            raise self.refuse(name, "holds NaN or infinite values; weights are numbers.")
        return found

    def weights(self, name: str, entries: int) -> Weights:
        """One weight for each of so many entries."""
        if self.shape(name) != (entries,):
            raise self.refuse(name, f"has shape {self.shape(name)} for {entries:,} entries; save it again.")
        with np.errstate(over="ignore"):  # what is beyond is refused with the graph's other weights
            return self.reals(name).astype(np.float64, copy=False)

    def names(self, name: str) -> npt.NDArray[Any]:
        """Names of rows, (rows,)."""
        return self._load(name, "Uiu", "ids are texts or whole numbers")

    def word(self, name: str) -> str:
        """One word."""
        if prod(self.shape(name)) != 1:
            raise self.refuse(name, f"has shape {self.shape(name)}; it is one word, so save the matrix again.")
        said = self._load(name, "US", "it is one word").item()
        return said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)

    def parts(self, name: str) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[Any]]]:
        """The entries of a whole matrix that are not zero, some rows of it at a time: row and column, value.

        However large the matrix is, a part of it is in memory at a time, straight from the archive.
        """
        shape, _ = self.members[name]
        kind = self._kind(name, "biuf", "entries are real numbers, or true and false")
        if kind.hasobject:
            load_member(self.path, name)  # says what they are
        try:
            with ZipFile(self.path) as archive, archive.open(f"{name}.npy") as file:
                _, _, columns_first = npy_header(file)
                lines, length = shape[::-1] if columns_first else shape
                step = max(1, PART // max(1, length * kind.itemsize))
                for start in range(0, lines, step):
                    count = min(step, lines - start)
                    block = np.frombuffer(file.read(count * length * kind.itemsize), kind).reshape(count, length)
                    line, place = np.nonzero(block)
                    values = block[line, place]
                    if kind.kind == "f" and not np.isfinite(values).all():
                        raise self.refuse(name, "holds NaN or infinite values; weights are numbers.")
                    ends = (place, line + start) if columns_first else (line + start, place)
                    yield np.column_stack(ends).astype(np.int64, copy=False), values
        except BadInput:
            raise
        except DAMAGE as error:
            raise damaged(self.path, error) from error

    def _kind(self, name: str, kinds: str, rule: str) -> np.dtype[Any]:
        said = self.members[name][1]
        try:
            kind = np.dtype(said)
        except (TypeError, ValueError):  # records
            raise self.refuse(name, f"is {said[:40]}; {rule}.") from None
        if kind.kind not in kinds + "O":  # objects are refused in words of their own
            raise self.refuse(name, f"is {kind}; {rule}.")
        return kind

    def _load(self, name: str, kinds: str, rule: str) -> npt.NDArray[Any]:
        shape, kind = self.members[name][0], self._kind(name, kinds, rule)
        if prod(shape) * kind.itemsize > MOST_BYTES:
            raise self.refuse(
                name, f"has {prod(shape):,} entries, {prod(shape) * kind.itemsize:,} bytes; give a smaller graph."
            )
        return load_member(self.path, name)
