"""A bare state dict of a registered architecture: images in, the maps after the stem and each block averaged."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.architecture import Architecture
from models.checkpoints import read_tensors
from models.encoder import EncoderRecipe, Items, Vectors
from models.initial_source import draw_from_source
from models.initialization import is_drawn, seeded, shuffle_weights
from models.loading import load_state
from models.torch_encoder import TorchEncoder

if TYPE_CHECKING:
    import torch
    from torch import nn


class BareEncoder(TorchEncoder):
    """An architecture with the weights of one file; `path` is None for a random initialisation."""

    batch_on_cpu = (4, 256, 4e9)

    def __init__(self, recipe: EncoderRecipe, architecture: Architecture, path: Path | None) -> None:
        super().__init__(recipe, architecture.work)
        self.architecture, self.path = architecture, path

    def cost(self, items: Items) -> npt.NDArray[np.int64]:
        """One per image: all are brought to the architecture's size."""
        return np.ones(len(items), dtype=np.int64)

    def build(self) -> "nn.Module":
        """The architecture, drawn or filled."""
        with seeded(self.recipe.init_seed):
            module = self.architecture.build()
        if is_drawn(self.recipe):
            draw_from_source(module, self.recipe)
        elif self.path is not None:
            load_state(module, read_tensors(self.path), repr(self.path.name))
        if self.recipe.init == "shuffled" and not is_drawn(self.recipe):
            shuffle_weights(module, self.recipe.init_seed)
        return module

    def forward(self, items: Items, layers: Sequence[int]) -> "list[torch.Tensor]":
        """Average (or maximum) of each asked map over its places."""
        from torch.nn.functional import normalize

        maps = self.module.stages(self._pixels(items))
        pooled = [
            maps[layer].float().amax(dim=(2, 3))
            if self.recipe.pooling == "max"
            else maps[layer].float().mean(dim=(2, 3))
            for layer in layers
        ]
        return [normalize(vectors, dim=-1) if self.recipe.normalize else vectors for vectors in pooled]

    def classify(self, items: Items) -> Vectors:
        """The checkpoint's own class scores, (n, classes)."""
        import torch

        with torch.inference_mode():
            last = self.module.stages(self._pixels(items))[-1].mean(dim=(2, 3))
            scores: Vectors = self.module.head(last).float().cpu().numpy()
        return scores

    def _pixels(self, items: Items) -> "torch.Tensor":
        import torch

        side = self.architecture.size
        pixels = np.stack([_resized(image, side) for image in items]).astype(np.float32) / 255
        pixels -= np.array(self.architecture.mean, dtype=np.float32)
        pixels /= np.array(self.architecture.deviation, dtype=np.float32)
        dtype = getattr(torch, self.recipe.dtype)
        batch = torch.from_numpy(pixels).permute(0, 3, 1, 2)
        return batch.to(self.device, dtype, memory_format=torch.channels_last)


def _resized(image: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    if image.shape[:2] == (side, side):
        return image
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR))
