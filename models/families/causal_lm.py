"""The states of a language model that reads left to right; also of llama2.c's own files."""

from dataclasses import dataclass

from models.checkpoints import legible
from models.encoder import Card, EncoderRecipe, Items
from models.llama2c_encoder import Llama2cEncoder, card_of, found_llama2c
from models.text_encoder import TextEncoder
from models.text_family import TextFamily


@dataclass(frozen=True, kw_only=True)
class CausalFamily(TextFamily):
    def describe(self, recipe: EncoderRecipe) -> Card:
        with legible(recipe.model):
            own = found_llama2c(recipe)
            return card_of(recipe, *own) if own else super().describe(recipe)

    def load(self, recipe: EncoderRecipe, items: Items | None = None) -> TextEncoder:
        with legible(recipe.model):
            own = found_llama2c(recipe)
            return Llama2cEncoder(recipe, *own) if own else super().load(recipe, items)


FAMILY = CausalFamily(name="causal_lm", title="Causal language model")
