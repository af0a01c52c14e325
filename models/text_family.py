"""The families of text transformers differ in what they are for; how they are described and loaded is one."""

from dataclasses import dataclass
from pathlib import Path

from models.checkpoints import legible, parameters_in, weight_files
from models.encoder import Card, EncoderRecipe, Items, Modality
from models.errors import BadInput
from models.hashes import sha256_of, sha256_of_files
from models.initial_source import source_sha256
from models.initialization import initialized_sha256, is_drawn, reads_own_weights
from models.lookup import Found, find_configured, find_model
from models.sizes import check_size
from models.text_encoder import TextEncoder
from models.text_settings import TextSettings, read_settings
from models.tokens import tokenizer_sha256
from models.weights import weights_of


@dataclass(frozen=True, kw_only=True)
class TextFamily:
    """A kind of text transformer."""

    name: str
    title: str
    version: int = 1
    modality: Modality = "text"
    whole: bool = False

    def describe(self, recipe: EncoderRecipe) -> Card:
        """Read the card from configuration files alone; torch is not imported."""
        with legible(recipe.model):
            return self._describe(recipe)

    def _describe(self, recipe: EncoderRecipe) -> Card:
        found, settings, tokenizer = self._find(recipe)
        asked = settings.weights
        check_size(asked, settings.layers, recipe.model)
        weights, files = (
            weights_of(found, settings.folder) if reads_own_weights(recipe) else (source_sha256(recipe), ())
        )
        sha256 = initialized_sha256(recipe, weights, sha256_of(settings.folder / "config.json"))
        return Card(
            title=recipe.model,
            weights_sha256=sha256,
            layers=settings.layers,
            width=settings.width,
            parameters=parameters_in(files) if files else None,
            pooling=settings.pooling,
            normalize=settings.normalize,
            identity={
                "weights": sha256,
                "config": sha256_of(settings.folder / "config.json"),
                "tokenizer": tokenizer_sha256(tokenizer, recipe.tokenizer or recipe.model),
                "pooling": settings.pooling,
                "normalize": settings.normalize,
                "max_length": settings.max_length,
                "prefix": settings.prefix,
                "lowercase": settings.lowercase,
                "dense": _dense_sha256(recipe, settings),
                "dtype": recipe.dtype,
            },
            work=settings.work,
            asked=asked,
            spans=settings.config.get("model_type") in ("t5", "mt5", "umt5"),
        )

    def load(self, recipe: EncoderRecipe, items: Items | None = None) -> TextEncoder:
        """Get ready to encode; the weights come in at the first batch."""
        with legible(recipe.model):
            found, settings, tokenizer = self._find(recipe)
        return TextEncoder(recipe, settings, found, tokenizer)

    def _find(self, recipe: EncoderRecipe) -> tuple[Found, TextSettings, Path]:
        if not recipe.model:
            raise BadInput(f"family {self.name!r} needs a `model`: a folder, or a name such as 'all-MiniLM-L6-v2'.")
        found = find_configured(recipe.model, recipe.place)
        settings = read_settings(found.path, recipe)
        if not recipe.tokenizer:
            return found, settings, settings.folder
        other = find_model(recipe.tokenizer, recipe.place, what="tokenizer").path
        return found, settings, other


def _dense_sha256(recipe: EncoderRecipe, settings: TextSettings) -> str:
    """Hash of the settings of the layers after the pooling, and of their weights where those are used."""
    parts = [sha256_of(part.folder / "config.json") for part in settings.dense]
    if not is_drawn(recipe):
        parts += [sha256_of_files(weight_files(part.folder)) for part in settings.dense]
    return " ".join(parts)
