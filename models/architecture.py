"""Architectures that a bare state dict can be put into: a file in `models/architectures` exports one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from models.discovery import discover
from models.errors import BadInput, nearest

if TYPE_CHECKING:
    import torch


class Stages(Protocol):
    """What a built architecture offers beside being a module."""

    def stages(self, images: "torch.Tensor") -> "list[torch.Tensor]":
        """Feature maps (n, channels, height, width): after the stem, then after each block."""
        ...

    def head(self, features: "torch.Tensor") -> "torch.Tensor":
        """Class scores of the pooled features of the last block, (n, classes)."""
        ...


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A network without weights.

    `layers`: the stem and every block. `size`: height and width of the images it reads. `mean`, `deviation`:
    of each channel on its training images, whose values lie between 0 and 1. `work`: operations per image. `tensors`:
    name and shape of each tensor of its state dict but training's counters, known without building it.
    """

    name: str
    title: str
    layers: int
    width: int
    size: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    parameters: int
    work: float
    build: "Callable[[], torch.nn.Module]"
    tensors: Callable[[], Mapping[str, tuple[int, ...]]]
    reference: str = ""


def architecture_called(name: str) -> Architecture:
    """One of the registered architectures; BadInput for another name."""
    known = discover("models.architectures", "ARCHITECTURE")
    if name not in known:
        raise BadInput(f"no architecture {name!r}{nearest(name, known)}")
    found: Architecture = known[name]
    return found


def architecture_of(tensors: Mapping[str, tuple[int, ...]]) -> Architecture | None:
    """The registered architecture whose state dict has just these tensors, if there is one."""
    known: Mapping[str, Architecture] = discover("models.architectures", "ARCHITECTURE")
    return next((found for found in known.values() if found.tensors() == tensors), None)
