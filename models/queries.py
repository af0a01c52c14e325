"""Embedding a few new items now, with encoders that stay in memory: a text typed on a page, an uploaded image."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from models.embedding_job import family_called
from models.encoder import EncoderRecipe, Items, Vectors
from models.errors import BadInput

KEPT = 2  # encoders in memory


class QueryEncoders:
    """The encoders last asked, at most two, each with the items it was fitted on (where it was)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, tuple[Any, Items | None]] = OrderedDict()

    def embed(
        self, recipe: EncoderRecipe, items: Items, layers: Sequence[int], fitted_on: Items | None = None
    ) -> list[Vectors]:
        """Vectors of new items, one (n, width) matrix per layer.

        `fitted_on`: the samples, for families that are fitted on them (columns, TF-IDF).
        """
        family = family_called(recipe.family)
        if family.whole and fitted_on is None:
            raise BadInput(f"{family.title} is fitted on the samples; a query needs them.")
        key = (recipe, recipe.place, id(fitted_on) if family.whole else 0)
        if key not in self._kept:
            while len(self._kept) >= KEPT:
                self._kept.popitem(last=False)
            self._kept[key] = (family.load(recipe, fitted_on), fitted_on)  # held, so that its id stays its own
        self._kept.move_to_end(key)
        vectors: list[Vectors] = self._kept[key][0].encode(items, layers)
        return vectors


_ENCODERS = QueryEncoders()


def embed_now(
    recipe: EncoderRecipe, items: Items, layers: Sequence[int], fitted_on: Items | None = None
) -> list[Vectors]:
    """Vectors of new items by this process's own kept encoders."""
    return _ENCODERS.embed(recipe, items, layers, fitted_on)
