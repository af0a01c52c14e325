"""Vectors as they are: computed elsewhere, they come in as float32 rows and go out unchanged."""

from dataclasses import dataclass

from models.encoder import Card, EncoderRecipe, Items, Modality
from models.rows import RowEncoder, matrix_of, row_card


@dataclass(frozen=True)
class VectorsFamily:
    name: str = "vectors"
    title: str = "Vectors as they are"
    version: int = 1
    modality: Modality = "vector"
    whole: bool = True

    def describe(self, recipe: EncoderRecipe) -> Card:
        return row_card(recipe, self.title, {})

    def load(self, recipe: EncoderRecipe, items: Items | None = None) -> RowEncoder:
        return RowEncoder(matrix_of, normalize=bool(recipe.normalize))


FAMILY = VectorsFamily()
