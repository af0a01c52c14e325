"""What the weights of a checkpoint are like, tensor by tensor, and how far from where they began.

Mean, population SD and excess kurtosis g2 = m4 / m2^2 - 3 over all entries. Against the network as its architecture
draws it: W1, the mean distance of the sorted entries of both (earth mover's), and the same between two such draws,
which is what chance alone gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.checkpoints import read_json
from models.encoder import EncoderRecipe
from models.initial_source import draw_from_source, network_folder, source_tensors
from models.initialization import is_drawn, shuffle_weights
from models.loading import drawn
from models.lookup import find_configured
from models.text_encoder import auto_class
from models.weight_roles import Part, parts_of

if TYPE_CHECKING:
    import torch
    from torch import nn

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TensorStatistics:
    """A tensor: what it is, its moments, and how far its entries are from freshly drawn ones.

    `kurtosis` is NaN where all entries are equal; `default_sd`, `moved` and `chance` are NaN where the architecture
    draws no such tensor.
    """

    name: str
    part: Part
    shape: tuple[int, ...]
    mean: float
    sd: float
    kurtosis: float
    lowest: float
    highest: float
    default_mean: float = float("nan")
    default_sd: float = float("nan")
    moved: float = float("nan")
    chance: float = float("nan")


def statistics_of(
    tensors: "Mapping[str, torch.Tensor]", *defaults: "Mapping[str, torch.Tensor]"
) -> tuple[TensorStatistics, ...]:
    """The statistics of each tensor, in their order; `defaults`: the same network drawn twice, or not given."""
    found = []
    for name, part in parts_of(tensors).items():
        drawn_ones = [one[name] for one in defaults if name in one and one[name].shape == tensors[name].shape]
        found.append(_of(name, part, tensors[name], drawn_ones))
    return tuple(found)


def checkpoint_statistics(model: str, recipe: EncoderRecipe) -> tuple[TensorStatistics, ...]:
    """The same of a checkpoint with a configuration, named as in a study; its defaults have seeds 2 and 3.

    Trained weights are those of the whole network; weights that are drawn or shuffled those of the part that embeds.
    """
    from transformers import AutoModel

    folder = network_folder(find_configured(model, recipe.place))
    if recipe.init == "pretrained":
        auto, tensors = AutoModel, source_tensors(model, recipe)
    else:
        auto = auto_class(read_json(folder / "config.json"))
        module = drawn(auto, folder, recipe.init_seed, model)
        if is_drawn(recipe):
            draw_from_source(module, recipe)
        else:
            _dealt_anew(module, source_tensors(model, recipe), recipe.init_seed)
        tensors = dict(module.named_parameters())
    defaults = [dict(drawn(auto, folder, seed, model).named_parameters()) for seed in (2, 3)]
    return statistics_of(tensors, *defaults)


def _dealt_anew(module: "nn.Module", tensors: "Mapping[str, torch.Tensor]", seed: int) -> None:
    """Give a module trained weights, each tensor's entries in another order."""
    import torch

    with torch.no_grad():
        for name, weight in module.named_parameters():
            if name in tensors:
                weight.copy_(tensors[name])
    shuffle_weights(module, seed)


def _flat(tensor: "torch.Tensor") -> Values:
    return np.asarray(tensor.detach().flatten().double().cpu().numpy())


def _of(name: str, part: Part, tensor: "torch.Tensor", defaults: "list[torch.Tensor]") -> TensorStatistics:
    values = _flat(tensor)
    mean, sd = float(values.mean()), float(values.std())
    kurtosis = float(((values - mean) ** 4).mean() / sd**4 - 3) if sd > 0 else float("nan")
    bounds = float(values.min()), float(values.max())
    found = TensorStatistics(name, part, tuple(tensor.shape), mean, sd, kurtosis, *bounds)
    if len(defaults) < 2:
        return found
    one, other = (np.sort(_flat(default)) for default in defaults)
    return replace(
        found,
        default_mean=float(one.mean()),
        default_sd=float(one.std()),
        moved=float(np.abs(np.sort(values) - one).mean()),
        chance=float(np.abs(one - other).mean()),
    )
