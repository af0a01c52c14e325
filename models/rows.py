"""Encoders of rows of numbers: one layer, no weights on disk, everything at once."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from models.encoder import Card, EncoderRecipe, Items, Vectors
from models.errors import BadInput


class RowEncoder:
    """A function from items to rows, with the option of unit length. A row of zeros stays one."""

    def __init__(self, rows_of: Callable[[Items], Vectors], *, normalize: bool, notes: tuple[str, ...] = ()) -> None:
        self.rows_of, self.normalize, self.notes = rows_of, normalize, notes

    @property
    def batch(self) -> int:
        """Any number of rows at once."""
        return np.iinfo(np.int64).max

    def cost(self, items: Items) -> npt.NDArray[np.int64]:
        """The same for every row."""
        return np.ones(len(items), dtype=np.int64)

    def encode(self, items: Items, layers: Sequence[int]) -> list[Vectors]:
        """The rows, once per asked layer (there is one, 0)."""
        rows = self.rows_of(items)
        if self.normalize:
            lengths = np.sqrt(np.square(rows, dtype=np.float64).sum(axis=1, keepdims=True))
            rows = (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)
        return [rows for _ in layers]


def matrix_of(items: Items) -> Vectors:
    """Rows as one float32 matrix; a matrix that is one already is not copied. BadInput names a row with a hole."""
    matrix = np.asarray(items, dtype=np.float32)
    wrong = np.flatnonzero(~np.isfinite(matrix).all(axis=1))
    if len(wrong):
        raise BadInput(f"sample {wrong[0]} (counted from 0) has values that are not finite numbers; leave it out.")
    return matrix


def row_card(recipe: EncoderRecipe, title: str, decided_by: dict[str, str | int | bool]) -> Card:
    """The card of an encoder without weights: one layer, as wide as the samples make it."""
    normalize = bool(recipe.normalize)
    return Card(
        title=title,
        weights_sha256="",
        layers=1,
        width=0,
        parameters=0,
        pooling="",
        normalize=normalize,
        identity={"normalize": normalize, **decided_by},
    )
