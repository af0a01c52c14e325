"""Numeric columns standardised: (x - mean) / SD of each column over the samples, with the population's SD.

A constant column has no direction; it becomes 0, and a note says so.
"""

from dataclasses import dataclass

import numpy as np

from models.encoder import Card, EncoderRecipe, Items, Modality, Vectors
from models.errors import BadInput
from models.rows import RowEncoder, matrix_of, row_card


@dataclass(frozen=True)
class NumericFamily:
    name: str = "numeric"
    title: str = "Numeric columns, standardised"
    version: int = 1
    modality: Modality = "numeric"
    whole: bool = True

    def describe(self, recipe: EncoderRecipe) -> Card:
        return row_card(recipe, self.title, {})

    def load(self, recipe: EncoderRecipe, items: Items | None = None) -> RowEncoder:
        if items is None:
            raise BadInput("numeric columns are standardised over the samples; there are none.")
        values = matrix_of(items).astype(np.float64)
        mean, deviation = values.mean(axis=0), values.std(axis=0)
        constant = (values == values[:1]).all(axis=0)
        scale = np.where(constant, np.inf, deviation)

        def standardize(rows: Items) -> Vectors:
            return np.asarray((matrix_of(rows) - mean) / scale, dtype=np.float32)

        count = int(constant.sum())
        notes = (f"{count} of {len(mean)} columns are constant and count as 0",) if count else ()
        return RowEncoder(standardize, normalize=bool(recipe.normalize), notes=notes)


FAMILY = NumericFamily()
