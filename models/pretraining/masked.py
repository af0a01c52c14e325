"""Masked language modelling: which tokens are hidden, and the loss of telling them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Generator, Tensor


def hide(ids: "Tensor", open: "Tensor", *, mask: int, share: float, generator: "Generator") -> "tuple[Tensor, Tensor]":
    """Token ids with a share of those `open` to it always replaced by `mask`, and which those are, (m, length) each."""
    import torch

    hidden = (torch.rand(ids.shape, generator=generator).to(ids.device) < share) & open
    return torch.where(hidden, torch.tensor(mask, device=ids.device), ids), hidden


def loss_of(head: Any, states: "Tensor", ids: "Tensor", hidden: "Tensor") -> "tuple[Tensor, float]":
    """Mean cross entropy of the hidden tokens, and the share that is told right; 0 and NaN where none is hidden.

    `head` gives logits (m, vocabulary) for states (m, d), here of the hidden places alone.
    """
    from torch.nn import functional

    if not hidden.any():
        return head(states[:1, 0]).sum() * 0.0, float("nan")  # of a frozen encoder the head alone has gradients
    logits, truth = head(states[hidden]), ids[hidden]
    right = float((logits.detach().argmax(dim=-1) == truth).float().mean())
    return functional.cross_entropy(logits.float(), truth), right
