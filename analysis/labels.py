"""A label column: categories with codes, or numbers. Samples without a label keep their place, as -1 or NaN."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.recipe import hash_of, hash_of_array

DISTINCT_NUMBERS = 30  # a column of numbers with at most this many different ones is categorical


@dataclass(frozen=True, eq=False)
class Labels:
    """One label per sample.

    `codes`: (n,) int32 into `classes`, -1 where there is none (categorical). `values`: (n,) float64, NaN where
    there is none (numeric). Only the one that its `kind` names is meaningful; the other is empty.
    """

    name: str
    kind: Literal["categorical", "numeric"]
    classes: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    values: npt.NDArray[np.float64]

    @cached_property
    def key(self) -> str:
        """Hash of name, classes and values."""
        return hash_of(self.name, self.kind, *self.classes, hash_of_array(self.codes), hash_of_array(self.values))

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which samples have a label, (n,)."""
        return self.codes >= 0 if self.kind == "categorical" else np.isfinite(self.values)

    def of_rows(self, rows: npt.NDArray[np.integer]) -> "Labels":
        """The labels of some samples, (m,) rows."""
        if self.kind == "categorical":
            return replace(self, codes=self.codes[rows])
        return replace(self, values=self.values[rows])

    def permuted(self, rng: np.random.Generator) -> "Labels":
        """The same labels shuffled among the samples that have one."""
        where = np.flatnonzero(self.known)
        dealt = rng.permutation(where)
        codes, values = self.codes.copy(), self.values.copy()
        if self.kind == "categorical":
            codes[where] = self.codes[dealt]
        else:
            values[where] = self.values[dealt]
        return replace(self, codes=codes, values=values)


def labels_of(name: str, column: pd.Series) -> Labels:
    """Read a column: categorical unless every value is a finite number and more than 30 differ."""
    texts = column.astype("string").str.strip()
    texts = texts.mask(texts == "")
    codes, classes = pd.factorize(texts)
    numbers = pd.to_numeric(pd.Series(classes), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isfinite(numbers).all() and len(np.unique(numbers)) > DISTINCT_NUMBERS:
        return Labels(name, "numeric", (), np.empty(0, np.int32), np.append(numbers, np.nan)[codes])
    codes, classes = pd.factorize(texts, sort=True)
    return Labels(name, "categorical", tuple(map(str, classes)), codes.astype(np.int32), np.empty(0, np.float64))
