"""Every two spaces of a study compared, as one matrix per number; cells no better than chance are told apart.

With m cells, one in twenty lies beyond its own 95 % band by chance alone. So a cell counts as beyond chance only where
it lies beyond a band widened for m (Bonferroni, normal law: mean ± z(1 - .025 / m) SD of its null, the SD read off the
95 % band's width).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ask import Ask
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.registry import comparisons


@dataclass(frozen=True, eq=False)
class Matrix:
    """One number over all pairs of spaces: `cells[a, b]`, the same both ways; pairs that were not compared lack."""

    number: str
    names: tuple[str, ...]
    cells: dict[tuple[str, str], Number]
    same: float  # of a space with itself

    @property
    def title(self) -> str:
        """What the number is called."""
        return title_of(self.number)

    @property
    def judged(self) -> int:
        """How many cells have a value and a null."""
        return sum(cell.beyond_null is not None for cell in self.cells.values())

    def values(self) -> npt.NDArray[np.float64]:
        """The matrix (spaces, spaces), NaN where there is no number; the diagonal is what it is by definition."""
        found = np.full((len(self.names), len(self.names)), np.nan)
        np.fill_diagonal(found, self.same)
        place = {name: i for i, name in enumerate(self.names)}
        for (a, b), cell in self.cells.items():
            if cell.value is not None:
                found[place[a], place[b]] = found[place[b], place[a]] = cell.value
        return found

    def beyond_chance(self, a: str, b: str) -> bool | None:
        """Whether a cell is beyond chance, corrected for the number of cells; None where nobody can tell."""
        cell = self.cells.get((a, b), self.cells.get((b, a)))
        return None if cell is None else beyond(cell, self.judged)

    def table(self) -> pd.DataFrame:
        """One row per pair."""
        rows = []
        for (a, b), cell in self.cells.items():
            columns = ("value", "low", "high", "null_mean", "null_low", "null_high", "n", "why")
            row = {"a": a, "b": b} | {column: getattr(cell, column) for column in columns}
            rows.append(row | {"beyond_chance": self.beyond_chance(a, b)})
        return pd.DataFrame(rows)


def title_of(number: str) -> str:
    """What a number of a comparison is called.

    >>> title_of("mutual_knn@10")
    'Mutual kNN, k = 10'
    """
    name, _, k = number.partition("@")
    return comparisons()[name].title + (f", k = {k}" if k else "")


def beyond(cell: Number, cells: int) -> bool | None:
    """Whether a number is beyond its null's band, widened for so many numbers."""
    if cell.value is None or cell.null_mean is None or cell.null_low is None or cell.null_high is None:
        return None
    sd = (cell.null_high - cell.null_low) / (2 * NormalDist().inv_cdf(0.975))
    return abs(cell.value - cell.null_mean) > NormalDist().inv_cdf(1 - 0.025 / max(1, cells)) * sd


def matrices(pipeline: Pipeline, asks: Sequence[Ask]) -> dict[str, Matrix]:
    """A matrix for each number that the comparisons among these asks have, in their order."""
    names = tuple(space.name for space in pipeline.spaces())
    found: dict[str, dict[tuple[str, str], Number]] = {}
    for ask in asks:
        result = pipeline.find(ask) if ask.kind == "comparison" else None
        for number, cell in ({} if result is None else result.numbers).items():
            found.setdefault(number, {})[ask.subject, ask.other] = cell
    return {
        number: Matrix(number, names, cells, comparisons()[number.partition("@")[0]].same)
        for number, cells in found.items()
    }
