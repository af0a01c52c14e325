"""Arrays of an `.npz` that holds a graph: held against size and type by their headers before they are unpacked."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.datasets.vector_file import Member, load_member
from analysis.graph import MOST_LINKS, Weights
from models.errors import BadInput

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

    def _load(self, name: str, kinds: str, rule: str) -> npt.NDArray[Any]:
        shape, said = self.members[name]
        try:
            kind = np.dtype(said)
        except (TypeError, ValueError):  # records
            raise self.refuse(name, f"is {said[:40]}; {rule}.") from None
        if kind.kind not in kinds + "O":  # objects are refused in words of their own
            raise self.refuse(name, f"is {kind}; {rule}.")
        if prod(shape) * kind.itemsize > MOST_BYTES:
            raise self.refuse(
                name, f"has {prod(shape):,} entries, {prod(shape) * kind.itemsize:,} bytes; give a smaller graph."
            )
        return load_member(self.path, name)
