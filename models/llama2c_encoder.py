"""A llama2.c file as a text encoder: what `TextEncoder` does, with weights and tokenizer from llama2.c's own files."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.encoder import Card, EncoderRecipe, Items
from models.errors import BadInput
from models.hashes import sha256_of, sha256_of_text
from models.initialization import initialized_sha256, scheme_in, seeded, shuffle_weights
from models.llama2c import Header, read_header, read_tokens, read_weights, tokenizer_of
from models.loading import load_state
from models.lookup import Found, find_model
from models.text_encoder import TextEncoder
from models.text_settings import TextSettings

if TYPE_CHECKING:
    from torch import nn


def found_llama2c(recipe: EncoderRecipe) -> tuple[Path, Header] | None:
    """The llama2.c file that a recipe names, and its header; None where it names something else."""
    if not recipe.model.endswith(".bin"):
        return None
    path = find_model(recipe.model, recipe.place).path
    header = read_header(path)
    return None if header is None else (path, header)


def tokenizer_beside(recipe: EncoderRecipe, model: Path) -> Path:
    """The tokenizer's file: the one the recipe names, else the only `tok*.bin` beside the model."""
    if recipe.tokenizer:
        return find_model(recipe.tokenizer, recipe.place, what="tokenizer").path
    found = [path for path in sorted(model.parent.glob("tok*.bin")) if path != model]
    if len(found) != 1:
        raise BadInput(
            f"model {recipe.model!r} has {len(found)} tokenizers beside it (tok*.bin); name one as `tokenizer`."
        )
    return recipe.place.resolve(str(found[0]), "tokenizer")


def card_of(recipe: EncoderRecipe, model: Path, header: Header) -> Card:
    """The card of a llama2.c file."""
    if scheme_in(recipe) is not None:
        raise BadInput(
            f"model {recipe.model!r} is a llama2.c file: its weights are read, shuffled as a whole or drawn at random;"
            f" leave out init = {recipe.init!r} with its grouping, or give a model of transformers."
        )
    tokenizer, settings = tokenizer_beside(recipe, model), settings_of(recipe, model, header)
    read_tokens(tokenizer, header.vocabulary)
    sha256 = initialized_sha256(recipe, sha256_of(model), sha256_of_text(str(sorted(header.config().items()))))
    tables = (() if header.tied else ("head",)) + ("embed",)
    sizes = {name: int(np.prod(shape)) for name, shape in header.shapes()}
    parameters = sum(size for name, size in sizes.items() if name not in ("cos", "sin"))
    return Card(
        title=recipe.model,
        weights_sha256=sha256,
        layers=settings.layers,
        width=header.width,
        parameters=parameters,
        pooling=settings.pooling,
        normalize=settings.normalize,
        identity={
            "weights": sha256,
            "config": "llama2.c",
            "tokenizer": sha256_of(tokenizer),
            "pooling": settings.pooling,
            "normalize": settings.normalize,
            "max_length": settings.max_length,
            "prefix": settings.prefix,
            "dtype": recipe.dtype,
        },
        reference="llama2.c, version 0",
        work=settings.work,
        asked=parameters - sum(sizes[name] for name in tables),
    )


def settings_of(recipe: EncoderRecipe, model: Path, header: Header) -> TextSettings:
    """How its texts become vectors: the recipe's wishes, else the mean of the tokens' states, as they are."""
    return TextSettings(
        folder=model.parent,
        config=header.config(),
        layers=header.blocks + 1,
        width=header.width,
        pooling=recipe.pooling or "mean",
        normalize=bool(recipe.normalize),
        max_length=max(2, min(recipe.max_length, header.context)),
        prefix=recipe.prefix,
        lowercase=False,
        dense=(),
    )


def build_llama(recipe: EncoderRecipe, model: Path, header: Header) -> Any:
    """The whole language model of transformers, with the file's weights, or with others as the recipe says."""
    from transformers import LlamaConfig, LlamaForCausalLM

    with seeded(recipe.init_seed):
        module = LlamaForCausalLM(LlamaConfig(**header.config()))
    if recipe.init != "random":
        load_state(module, read_weights(model, header), f"model {recipe.model!r}")
    if recipe.init == "shuffled":
        shuffle_weights(module, recipe.init_seed)
    return module.float()


class Llama2cEncoder(TextEncoder):
    """The states of a llama2.c model's tokens, pooled."""

    def __init__(self, recipe: EncoderRecipe, model: Path, header: Header) -> None:
        found = Found(path=model, origin="directory", name=recipe.model)
        super().__init__(recipe, settings_of(recipe, model, header), found, tokenizer_beside(recipe, model))
        self.header = header

    @cached_property
    def tokenizer(self) -> Any:
        """The tokenizer, as transformers has it."""
        tokens = read_tokens(self.tokenizer_folder, self.header.vocabulary)
        return tokenizer_of(tokens, self.header.context)

    def cost(self, items: Items) -> npt.NDArray[np.int64]:
        """Tokens of each text."""
        lists = self.tokenizer([self.read(text) for text in items])["input_ids"] if len(items) else []
        return np.clip(np.array([len(tokens) for tokens in lists], np.int64), 1, self.settings.max_length)

    def build(self) -> "nn.Module":
        """The transformer below the head."""
        from torch import nn

        model = build_llama(self.recipe, self.found.path, self.header).model
        model.config.use_cache = False
        return nn.ModuleList([model, nn.Sequential()])
