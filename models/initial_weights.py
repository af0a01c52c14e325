"""Weights drawn from the statistics of other weights (Wu, Li and Liang, 2022, their "statistics-only" schemes).

For each group of tensors of a source, the mean and population SD over all their entries; a network that was drawn at
random gets new values from them wherever the scheme says so. A source may have other layers or widths than the
network, as long as it has the groups: those that pool over layers fit any network.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.errors import BadInput
from models.weight_groups import Scheme, touched

if TYPE_CHECKING:
    import torch
    from torch import nn

Tensors = Mapping[str, "torch.Tensor"]


@dataclass(frozen=True, eq=False)
class Group:
    """All entries of a group, and what they amount to."""

    values: "torch.Tensor"  # (n,)
    mean: float
    sd: float


def groups_in(source: Tensors, scheme: Scheme) -> dict[str, Group]:
    """The groups that a scheme makes of these tensors; SD over all entries, divided by n."""
    import torch

    parts: dict[str, list[torch.Tensor]] = defaultdict(list)
    for one in touched({name: tuple(tensor.shape) for name, tensor in source.items()}, scheme):
        if one.group:
            parts[one.group].append(source[one.name].detach().flatten())
    found = {}
    for name, tensors in parts.items():
        values = torch.cat(tensors)
        exact = values.double()
        mean = float(exact.mean())
        found[name] = Group(values, mean, float((exact - mean).square().mean().sqrt()))
    return found


def initialize(module: "nn.Module", scheme: Scheme, source: Tensors | None, seed: int) -> tuple[str, ...]:
    """Give a module the weights of a scheme, in place; the names of the tensors touched.

    Those not touched stay as they are: the module should come freshly drawn. The same seed, module and source give the
    same weights, whatever was drawn before. BadInput where the source lacks a group.
    """
    import torch

    weights = dict(module.named_parameters())
    plan = touched({name: tuple(tensor.shape) for name, tensor in weights.items()}, scheme)
    groups = groups_in(source, scheme) if source is not None and scheme.needs_source else {}
    generator = torch.Generator().manual_seed(_stream(seed))
    members: dict[str, list[str]] = defaultdict(list)
    norms = {one.name for one in plan if one.part.role == "norm"}
    for one in plan:
        if one.group:
            members[one.group].append(one.name)
    for name, tensors in members.items():
        if scheme.needs_source and name not in groups:
            raise BadInput(
                f"the weights that statistics are taken from have no {name!r}; take them from a checkpoint of the same"
                " architecture, or set grouping = 'across_layers' or 'whole_model'."
            )
        _fill([weights[tensor] for tensor in tensors], groups.get(name), scheme, tensors[0] in norms, generator)
    return tuple(name for tensors in members.values() for name in tensors)


def _fill(
    weights: "list[nn.Parameter]", group: Group | None, scheme: Scheme, norm: bool, generator: "torch.Generator"
) -> None:
    """New values for the tensors of one group."""
    import torch

    dealt = None
    if scheme.mode == "shuffled" and group is not None:
        dealt = _dealt(group.values, sum(one.numel() for one in weights), generator)
    with torch.no_grad():
        for one in weights:
            if scheme.mode == "gain":
                one.mul_(scheme.value)
                continue
            if scheme.mode == "constant":
                one.fill_(scheme.value)
                continue
            assert group is not None
            if dealt is not None:
                one.copy_(dealt[: one.numel()].view_as(one))
                dealt = dealt[one.numel() :]
            elif scheme.mode == "scale" and norm:
                one.fill_(group.mean)
            else:
                drawn = torch.randn(one.shape, generator=generator, dtype=torch.float32)
                one.copy_(drawn * group.sd + (group.mean if scheme.mode == "mean_sd" else 0.0))


def _dealt(values: "torch.Tensor", count: int, generator: "torch.Generator") -> "torch.Tensor":
    """So many values: each once where there are as many, else drawn with repeats."""
    import torch

    n = len(values)
    places = torch.randperm(n, generator=generator) if n == count else torch.randint(n, (count,), generator=generator)
    return values[places]


def _stream(seed: int) -> int:
    """A seed unlike that of the random initialisation, whose first draws would otherwise be these."""
    return int.from_bytes(hashlib.sha256(f"statistics {seed}".encode()).digest()[:8], "big") >> 1
