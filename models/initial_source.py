"""The weights that statistics are taken from: found, hashed without being read, and read."""

from pathlib import Path
from typing import TYPE_CHECKING

from models.checkpoints import COUNTER, bare_file, read_json, read_tensors
from models.encoder import EncoderRecipe
from models.errors import BadInput
from models.hashes import sha256_of
from models.initial_weights import initialize
from models.initialization import scheme_in, source_of
from models.loading import pretrained
from models.lookup import Found, fetch_weights, find_configured
from models.text_settings import read_settings
from models.weights import weights_of

if TYPE_CHECKING:
    import torch
    from torch import nn

HEADS = ("pooler.", "contact_head.", "lm_head.", "cls.")  # outside every grouping


def source_sha256(recipe: EncoderRecipe) -> str:
    """Hash of the weights that a recipe takes statistics from; "" where it takes none."""
    if not source_of(recipe):
        return ""
    found = find_configured(source_of(recipe), recipe.place)
    bare = _bare(found, recipe)
    return sha256_of(bare) if bare else weights_of(found, network_folder(found))[0]


def draw_from_source(module: "nn.Module", recipe: EncoderRecipe) -> None:
    """Give a random network the weights that a recipe's scheme asks for; nothing where it has none."""
    scheme = scheme_in(recipe)
    if scheme is None:
        return
    name = source_of(recipe)
    initialize(module, scheme, source_tensors(name, recipe) if name else None, recipe.init_seed)


def source_tensors(name: str, recipe: EncoderRecipe) -> "dict[str, torch.Tensor]":
    """Every tensor of a model, called as in the network without a head: of an encoder-decoder, both halves."""
    found = find_configured(name, recipe.place)
    fetch_weights(found)
    bare = _bare(found, recipe)
    if bare:
        return {key: value for key, value in read_tensors(bare).items() if not _is_state(key)}
    from transformers import AutoModel, AutoModelForTextEncoding
    from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES

    folder = network_folder(found)
    try:
        module = pretrained(AutoModel, folder, optional=HEADS, name=name, weights=found.weights)
    except BadInput:
        if read_json(folder / "config.json").get("model_type") not in MODEL_FOR_TEXT_ENCODING_MAPPING_NAMES:
            raise  # else it may be the encoder alone of an encoder-decoder
        module = pretrained(AutoModelForTextEncoding, folder, optional=HEADS, name=name, weights=found.weights)
    return {key: value.detach() for key, value in module.named_parameters()}


def network_folder(found: Found) -> Path:
    """Where the network lies: where sentence-transformers wrote a model, in a folder that its `modules.json` names."""
    if (found.path / "modules.json").is_file():
        return read_settings(found.path, EncoderRecipe(family="transformer", model=found.name)).folder
    return found.path


def _bare(found: Found, recipe: EncoderRecipe) -> Path | None:
    """The file of a state dict that is read as it is; None of a model with a configuration."""
    if recipe.architecture or found.path.is_file() or not (network_folder(found) / "config.json").is_file():
        return found.weights or bare_file(found.path)
    return None


def _is_state(name: str) -> bool:
    """Whether an entry of a state dict is a running statistic, which is no weight."""
    return name.endswith(COUNTER) or "running_" in name
