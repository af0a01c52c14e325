"""From the states of a text's tokens to one vector: their mean or maximum, the first one's or the last one's."""

from typing import TYPE_CHECKING

from models.encoder import Pooling

if TYPE_CHECKING:
    import torch


def pool(states: "torch.Tensor", mask: "torch.Tensor", pooling: Pooling) -> "torch.Tensor":
    """Pool (n, tokens, width) states over the tokens that `mask` (n, tokens) marks with 1; padding has no part."""
    import torch

    states = states.float()
    if pooling == "cls":
        return states[:, 0]
    if pooling == "last":
        return states[torch.arange(len(states), device=states.device), mask.sum(dim=1) - 1]
    where = mask.unsqueeze(-1).bool()
    if pooling == "max":
        return states.masked_fill(~where, float("-inf")).amax(dim=1)
    return states.masked_fill(~where, 0.0).sum(dim=1) / mask.sum(dim=1, keepdim=True)
