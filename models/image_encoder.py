"""An image transformer or convolutional network of transformers: pixels in, states of every layer pooled."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.checkpoints import read_json
from models.encoder import EncoderRecipe, Items, Pooling
from models.errors import BadInput, Failed
from models.initial_source import draw_from_source
from models.initialization import is_drawn, reads_own_weights, shuffle_weights
from models.loading import drawn, pretrained
from models.lookup import Found, fetch_weights
from models.sizes import weights_asked_for
from models.text_settings import INNER, WIDTHS, number_in
from models.torch_encoder import TorchEncoder

if TYPE_CHECKING:
    import torch
    from torch import nn

PROCESSORS = ("preprocessor_config.json", "processor_config.json")
BY_FIRST_TOKEN = {  # models that were trained to put an image's summary into their first token
    "vit",
    "deit",
    "dinov2",
    "dinov2_with_registers",
    "dinov3_vit",
    "vit_msn",
    "clip",
    "clip_vision_model",
}
LARGEST_INPUT = 8192  # pixels of a side
OPERATIONS_PER_WEIGHT = 320.0  # of a convolutional network per image of its own size: 2 for each of 160 places


@dataclass(frozen=True, kw_only=True)
class ImageSettings:
    """What a folder says about reading images; `processor` is the file with the preprocessing."""

    folder: Path
    config: dict[str, Any]
    processor: Path
    layers: int
    width: int
    pooling: Pooling

    @property
    def weights(self) -> int:
        """How many weights these settings ask for, roughly; of a convolutional network one kernel of its last stage."""
        width = number_in(self.config, *WIDTHS)
        if not width or "depths" in self.config:
            return self.width * self.width
        inner = number_in(self.config, *INNER) or 4 * width
        size, patch = number_in(self.config, "image_size") or 0, number_in(self.config, "patch_size") or 1
        places = {"max_position_embeddings": (size // patch) ** 2}
        return weights_asked_for(places, layers=self.layers - 1, width=width, inner=inner)

    def work(self, parameters: int | None) -> float:
        """Floating-point operations per image, roughly."""
        width, size, patch = (number_in(self.config, *names) for names in (WIDTHS, ("image_size",), ("patch_size",)))
        if width and size and patch and "depths" not in self.config:
            inner = number_in(self.config, *INNER) or 4 * width
            return 2.0 * (self.layers - 1) * (4 * width * width + 2 * width * inner) * (size // patch) ** 2
        return OPERATIONS_PER_WEIGHT * (parameters or 25e6)


def read_image_settings(folder: Path, recipe: EncoderRecipe) -> ImageSettings:
    """Read a folder's configuration; BadInput for one that is not an image checkpoint of transformers."""
    if folder.is_file() or not (folder / "config.json").is_file():
        raise BadInput(
            f"model {recipe.model!r} has no config.json; give a folder that has one, or name the `architecture` of a"
            " bare state dict, for example 'resnet20-cifar'."
        )
    config = read_json(folder / "config.json")
    kind = config.get("model_type")
    inner = config.get("vision_config", config)
    processor = next((folder / name for name in PROCESSORS if (folder / name).is_file()), None)
    if processor is None:
        raise BadInput(
            f"model {recipe.model!r} has no preprocessor_config.json in {folder}; copy the model's own there."
        )
    stages, sizes = inner.get("depths"), inner.get("hidden_sizes")
    blocks = len(stages) if stages else number_in(inner, "num_hidden_layers")
    default: Pooling = "cls" if kind in BY_FIRST_TOKEN else "mean"
    return ImageSettings(
        folder=folder,
        config=inner,
        processor=processor,
        layers=1 + (blocks or 0),
        width=int(sizes[-1]) if sizes else number_in(inner, *WIDTHS) or 0,
        pooling=recipe.pooling or default,
    )


def check_input(settings: ImageSettings) -> None:
    """Refuse a preprocessing that would enlarge every image beyond reason."""
    content = read_json(settings.processor)
    inner = content.get("image_processor")
    for part in (content, inner if isinstance(inner, dict) else {}):
        for key in ("size", "crop_size"):
            size = part.get(key)
            numbers = list(size.values()) if isinstance(size, dict) else [size]
            largest = max((number for number in numbers if isinstance(number, int | float)), default=0)
            if largest > LARGEST_INPUT:
                raise BadInput(
                    f"{settings.processor.name} of checkpoint {settings.folder.name!r} scales images to {largest:,}"
                    f" pixels; at most {LARGEST_INPUT:,} are taken, so copy the right one there."
                )


class ImageEncoder(TorchEncoder):
    """A checkpoint with its own preprocessing, done by PIL and numpy."""

    batch_on_cpu = (4, 256, 4e9)

    def __init__(self, recipe: EncoderRecipe, settings: ImageSettings, found: Found, work: float) -> None:
        super().__init__(recipe, work)
        self.settings, self.found = settings, found

    def cost(self, items: Items) -> npt.NDArray[np.int64]:
        """One per image: all are brought to the model's own size."""
        return np.ones(len(items), dtype=np.int64)

    @cached_property
    def processor(self) -> Any:
        """The model's own resizing and normalisation, without torchvision."""
        from transformers import AutoImageProcessor

        from models.quiet import quietly

        try:
            with quietly():
                return AutoImageProcessor.from_pretrained(
                    str(self.settings.folder), backend="pil", local_files_only=True, trust_remote_code=False
                )
        except Exception as error:  # each processor fails in its own way on settings that are not for it
            raise BadInput(
                f"{self.settings.processor.name} of model {self.recipe.model!r} cannot be used ({error})."
            ) from error

    def prepare(self) -> None:
        """Download the weights, where they are still on the hub."""
        if reads_own_weights(self.recipe):
            fetch_weights(self.found)

    def build(self) -> "nn.Module":
        """The network; of a model of images and texts, the part for images."""
        from transformers import AutoModel

        recipe, folder = self.recipe, self.settings.folder
        if is_drawn(recipe):
            module = drawn(AutoModel, folder, recipe.init_seed, recipe.model)
            draw_from_source(module, recipe)
        else:
            self.prepare()
            optional, weights = ("pooler.", "text_model."), self.found.weights
            module = pretrained(AutoModel, folder, optional=optional, name=recipe.model, weights=weights)
        module = getattr(module, "vision_model", module)
        if recipe.init == "shuffled" and not is_drawn(recipe):
            shuffle_weights(module, recipe.init_seed)
        return module

    def forward(self, items: Items, layers: Sequence[int]) -> "list[torch.Tensor]":
        """Pool the asked layers, images of one shape at a time."""
        import torch

        pixels = [self._pixels(image) for image in items]
        shapes = sorted({image.shape for image in pixels})
        rows: list[int] = []
        parts: list[list[torch.Tensor]] = [[] for _ in layers]
        for shape in shapes:
            mine = [row for row, image in enumerate(pixels) if image.shape == shape]
            rows += mine
            batch = torch.from_numpy(np.stack([pixels[row] for row in mine]))
            batch = batch.to(self.device, self.module.dtype, memory_format=torch.channels_last)
            for part, vectors in zip(parts, self._of_one_shape(batch, layers), strict=True):
                part.append(vectors)
        back = torch.argsort(torch.tensor(rows))
        return [torch.cat(part)[back] for part in parts]

    def _of_one_shape(self, batch: "torch.Tensor", layers: Sequence[int]) -> "list[torch.Tensor]":
        from torch.nn.functional import normalize

        last = self.settings.layers - 1
        outputs = self.module(batch, output_hidden_states=any(layer != last for layer in layers))
        states = outputs.hidden_states if any(layer != last for layer in layers) else None
        if states is not None and len(states) != last + 1:
            raise Failed(f"model {self.recipe.model!r} gave {len(states)} layers of states instead of {last + 1}.")
        vectors = [
            self._pool(outputs.last_hidden_state if states is None or layer == last else states[layer], batch)
            for layer in layers
        ]
        return [normalize(v, dim=-1) if self.recipe.normalize else v for v in vectors]

    def _pool(self, states: "torch.Tensor", batch: "torch.Tensor") -> "torch.Tensor":
        """One vector per image: over the places of a map, or over the patches; `cls` is the first token before them."""
        states, pooling = states.float(), self.settings.pooling
        if states.ndim == 4:  # (n, channels, height, width)
            if pooling in ("cls", "last"):
                raise BadInput(
                    f"model {self.recipe.model!r} gives maps, which have no {pooling} token; set pooling = 'mean'."
                )
            return states.mean(dim=(2, 3)) if pooling == "mean" else states.amax(dim=(2, 3))
        patch = number_in(self.settings.config, "patch_size") or 1
        patches = (batch.shape[2] // patch) * (batch.shape[3] // patch)
        before = max(0, states.shape[1] - patches)  # tokens that are no patches: class, distillation, registers
        if pooling == "cls":
            if not before:
                raise BadInput(f"model {self.recipe.model!r} has no class token; set pooling = 'mean'.")
            return states[:, 0]
        if pooling == "last":
            return states[:, -1]
        return states[:, before:].mean(dim=1) if pooling == "mean" else states[:, before:].amax(dim=1)

    def _pixels(self, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        done = self.processor(np.asarray(image), return_tensors="np", input_data_format="channels_last")
        return np.asarray(done["pixel_values"][0], dtype=np.float32)
