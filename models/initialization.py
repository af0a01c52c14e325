"""Weights other than the trained ones: drawn anew as the architecture draws them, or the trained ones shuffled.

Both are controls: what a space owes to its architecture alone, and what to the sizes of its weights alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from models.checkpoints import sha256_of_text
from models.encoder import EncoderRecipe
from models.errors import BadInput

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


def initialized_sha256(recipe: EncoderRecipe, weights: str, config: str) -> str:
    """What the weights are, known before they are made: their file's hash, or a hash of how they are drawn."""
    if recipe.init == "pretrained":
        return weights
    if recipe.init == "statistics":
        raise BadInput("init = 'statistics' is not available yet; use pretrained, random or shuffled.")
    source = config if recipe.init == "random" else weights
    return sha256_of_text(f"{recipe.init} {recipe.init_seed} {source} {_versions()}")


def _versions() -> str:
    """The libraries whose random draws these are."""
    from importlib.metadata import version

    return f"torch {version('torch')} transformers {version('transformers')}"
