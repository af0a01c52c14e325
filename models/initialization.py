"""Weights other than the trained ones: drawn anew as the architecture draws them, from statistics, or shuffled.

All are controls: what a space owes to its architecture alone, and what to the sizes of its weights alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from models.encoder import EncoderRecipe
from models.hashes import sha256_of_text
from models.weight_groups import Scheme, scheme_of

if TYPE_CHECKING:
    from torch import nn


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from this seed within the block; the process's own generator goes on afterwards as if nothing was."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def shuffle_weights(module: "nn.Module", seed: int) -> None:
    """Deal the values of each tensor of weights anew within it: same values, no places."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for _, weights in sorted(module.named_parameters()):
            places = torch.randperm(weights.numel(), generator=generator)
            weights.copy_(weights.flatten()[places].view_as(weights))


def scheme_in(recipe: EncoderRecipe) -> Scheme | None:
    """The scheme by which a recipe gives new weights to some tensors of a random network; None where it does not."""
    if recipe.init == "statistics":
        return scheme_of(recipe.grouping, recipe.mode)
    if recipe.init == "shuffled" and recipe.grouping:
        return scheme_of(recipe.grouping, "shuffled")
    return None


def is_drawn(recipe: EncoderRecipe) -> bool:
    """Whether the network is drawn at random first, whatever comes then."""
    return recipe.init == "random" or scheme_in(recipe) is not None


def source_of(recipe: EncoderRecipe) -> str:
    """The model whose trained weights are read: itself, another, or "" for none."""
    scheme = scheme_in(recipe)
    if scheme is None:
        return "" if recipe.init == "random" else recipe.model
    return (recipe.init_from or recipe.model) if scheme.needs_source else ""


def reads_own_weights(recipe: EncoderRecipe) -> bool:
    """Whether the model's own trained weights are read."""
    return bool(source_of(recipe)) and source_of(recipe) == recipe.model


def initialized_sha256(recipe: EncoderRecipe, weights: str, config: str) -> str:
    """What the weights are, known before they are made: their file's hash, or a hash of how they are drawn.

    `weights`: of the model that is read; `config`: of the network's settings.
    """
    if recipe.init == "pretrained":
        return weights
    scheme = scheme_in(recipe)
    if scheme is not None:
        return sha256_of_text(f"{scheme} {recipe.init_seed} {weights} {config} {_versions()}")
    source = config if recipe.init == "random" else weights
    return sha256_of_text(f"{recipe.init} {recipe.init_seed} {source} {_versions()}")


def _versions() -> str:
    """The libraries whose random draws these are."""
    from importlib.metadata import version

    return f"torch {version('torch')} transformers {version('transformers')}"
