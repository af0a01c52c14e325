"""What encoders made of a torch module share: device, precision, and vectors that leave as float32 arrays."""

import math
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.encoder import EncoderRecipe, Items, Vectors

if TYPE_CHECKING:
    import torch
    from torch import nn

LARGER_ON_GPU = 64
NVIDIA = Path("/proc/driver/nvidia/version")  # there when a driver is, so that torch need not be imported to ask


@cache
def device_name() -> str:
    """Where encoders run: `cuda` where there is a GPU that torch can use, else `cpu`."""
    if not NVIDIA.exists():
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def cores() -> int:
    """How many encoding processes this machine feeds: one where there is a GPU, else one per core we may use."""
    if device_name() == "cuda":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class TorchEncoder(ABC):
    """An encoder around a module that is built at the first `encode`; `autocast` names a quicker precision.

    `half_on_cpu`: operations per unit of cost from which half precision may be quicker on a CPU.
    `batch_on_cpu`: the least and largest cost of a batch there, and the operations it should have in between.
    """

    notes: tuple[str, ...] = ()
    half_on_cpu = math.inf
    batch_on_cpu: tuple[int, int, float] = (512, 8192, 1.1e10)

    def __init__(self, recipe: EncoderRecipe, work: float) -> None:
        self.recipe, self.work = recipe, work
        self.device = device_name()
        self.autocast = ""  # set by `models.precision` after a comparison with float32

    def prepare(self) -> None:  # noqa: B027  (most have nothing to fetch)
        """Fetch what is not on this machine yet."""

    @abstractmethod
    def build(self) -> "nn.Module":
        """The module with its weights, on the CPU in float32."""

    @abstractmethod
    def forward(self, items: Items, layers: Sequence[int]) -> "list[torch.Tensor]":
        """One (n, width) tensor per asked layer."""

    @abstractmethod
    def cost(self, items: Items) -> npt.NDArray[np.int64]:
        """Relative work of each item."""

    @cached_property
    def module(self) -> "Any":
        """The module, ready to run."""
        import torch

        built = self.build().eval().requires_grad_(False)
        dtype = getattr(torch, self.recipe.dtype)
        placed: Any = built.to(device=self.device, dtype=dtype)
        return placed.to(memory_format=torch.channels_last)  # the order convolutions prefer

    @property
    def batch(self) -> int:
        """The cost a batch may have: on a CPU small ones win, for padding and cache misses cost more than calls."""
        least, most, operations = self.batch_on_cpu
        on_cpu = int(np.clip(operations / max(self.work, 1.0), least, most))
        return on_cpu if self.device == "cpu" else on_cpu * LARGER_ON_GPU

    def encode(self, items: Items, layers: Sequence[int]) -> list[Vectors]:
        """Embed one batch."""
        import torch

        with torch.inference_mode(), self._precision():
            tensors = self.forward(items, layers)
        return [tensor.float().cpu().numpy() for tensor in tensors]

    def _precision(self) -> AbstractContextManager[Any]:
        import torch

        if not self.autocast:
            return nullcontext()
        return torch.autocast(self.device, dtype=getattr(torch, self.autocast))
