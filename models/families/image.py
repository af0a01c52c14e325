"""Image encoders: any image checkpoint of transformers, and bare torch state dicts of a registered architecture."""

from dataclasses import dataclass

from models.architecture import architecture_called
from models.bare_encoder import BareEncoder
from models.checkpoints import bare_file, legible, parameters_in
from models.encoder import Card, EncoderRecipe, Items, Modality
from models.errors import BadInput
from models.hashes import sha256_of
from models.image_encoder import ImageEncoder, check_input, read_image_settings
from models.initial_source import source_sha256
from models.initialization import initialized_sha256, is_drawn, reads_own_weights
from models.lookup import find_configured, find_model
from models.sizes import check_size
from models.weights import weights_of


@dataclass(frozen=True)
class ImageFamily:
    name: str = "image"
    title: str = "Image encoder"
    version: int = 1
    modality: Modality = "image"
    whole: bool = False

    def describe(self, recipe: EncoderRecipe) -> Card:
        return _describe_bare(recipe) if recipe.architecture else _describe(recipe)

    def load(self, recipe: EncoderRecipe, items: Items | None = None) -> BareEncoder | ImageEncoder:
        if recipe.architecture:
            path = bare_file(find_model(recipe.model, recipe.place).path) if recipe.model else None
            return BareEncoder(recipe, architecture_called(recipe.architecture), path)
        work = self.describe(recipe).work
        found = find_configured(recipe.model, recipe.place)
        return ImageEncoder(recipe, read_image_settings(found.path, recipe), found, work)


def _describe_bare(recipe: EncoderRecipe) -> Card:
    architecture = architecture_called(recipe.architecture)
    if recipe.pooling in ("cls", "last"):
        raise BadInput(f"{architecture.name} gives maps, which have no {recipe.pooling} token; set pooling = 'mean'.")
    if not recipe.model and not is_drawn(recipe):
        raise BadInput(f"architecture {architecture.name!r} needs a `model`: the file with its state dict.")
    file = bare_file(find_model(recipe.model, recipe.place).path) if recipe.model else None
    weights = source_sha256(recipe) if is_drawn(recipe) else sha256_of(file) if file else ""
    sha256 = initialized_sha256(recipe, weights, architecture.name)
    return Card(
        title=f"{recipe.model or 'random'} ({architecture.title})",
        weights_sha256=sha256,
        layers=architecture.layers,
        width=architecture.width,
        parameters=architecture.parameters,
        pooling=recipe.pooling or "mean",
        normalize=bool(recipe.normalize),
        identity={
            "weights": sha256,
            "architecture": architecture.name,
            "pooling": recipe.pooling or "mean",
            "normalize": bool(recipe.normalize),
            "dtype": recipe.dtype,
        },
        reference=architecture.reference,
        work=architecture.work,
    )


def _describe(recipe: EncoderRecipe) -> Card:
    if not recipe.model:
        raise BadInput("family 'image' needs a `model`: a folder, a name on the hub, or a file with `architecture`.")
    with legible(recipe.model):
        return _describe_folder(recipe)


def _describe_folder(recipe: EncoderRecipe) -> Card:
    found = find_configured(recipe.model, recipe.place)
    settings = read_image_settings(found.path, recipe)
    asked = settings.weights
    check_size(asked, settings.layers, recipe.model)
    check_input(settings)
    weights, files = weights_of(found, settings.folder) if reads_own_weights(recipe) else (source_sha256(recipe), ())
    parameters = parameters_in(files) if files else None
    sha256 = initialized_sha256(recipe, weights, sha256_of(settings.folder / "config.json"))
    return Card(
        title=recipe.model,
        weights_sha256=sha256,
        layers=settings.layers,
        width=settings.width,
        parameters=parameters,
        pooling=settings.pooling,
        normalize=bool(recipe.normalize),
        identity={
            "weights": sha256,
            "config": sha256_of(settings.folder / "config.json"),
            "processor": sha256_of(settings.processor),
            "pooling": settings.pooling,
            "normalize": bool(recipe.normalize),
            "dtype": recipe.dtype,
        },
        work=settings.work(parameters),
        asked=asked,
    )


FAMILY = ImageFamily()
