"""Low-rank adapters (Hu et al., 2022) in peft's files: what changed of a model, added to its weights when it is read.

    W <- W + scale B A        scale = alpha / r (rank-stabilized: alpha / sqrt(r))

Merged once, an adapter costs nothing when embedding, and peft is not needed. `adapter_config.json` names the model
that it belongs to, which is found like any other; that may be an adapter of another again.
"""

from dataclasses import dataclass
from math import isfinite, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.checkpoints import read_json, read_tensors
from models.errors import BadInput
from models.hashes import sha256_of, sha256_of_text

if TYPE_CHECKING:
    import torch
    from torch import nn

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
PREFIX, A, B = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
MOST = 8  # adapters on top of one another
PLAIN = ("use_dora", "modules_to_save", "rank_pattern", "alpha_pattern", "trainable_token_indices", "lora_bias")


@dataclass(frozen=True)
class Adapter:
    """An adapter's folder, the model that it belongs to, and what its product is multiplied by."""

    folder: Path
    base: str
    scale: float
    turned: bool  # its layers keep their matrices the other way round

    @property
    def sha256(self) -> str:
        """Hash of its weights and of what is made of them."""
        return sha256_of_text(f"{sha256_of(self.folder / WEIGHTS)} {self.scale} {self.turned}")


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter and no model of its own."""
    return (folder / CONFIG).is_file() and (folder / WEIGHTS).is_file()


def read_adapter(folder: Path) -> Adapter:
    """The adapter of a folder; BadInput for a kind that is no plain sum of a product and the weights."""
    said, name = read_json(folder / CONFIG), folder.name
    kind, base = said.get("peft_type"), said.get("base_model_name_or_path")
    other = [key for key in PLAIN if said.get(key)] + (["bias"] if said.get("bias", "none") != "none" else [])
    if kind != "LORA" or other:
        why = f"has {other[0]}" if kind == "LORA" else f"is of kind {str(kind)[:40]!r}"
        raise BadInput(f"adapter {name!r} {why}, which is not read here; merge it into its model and save that.")
    rank: Any = said.get("r")
    alpha: Any = said.get("lora_alpha")
    fine = isinstance(rank, int) and rank > 0 and isinstance(alpha, int | float) and isfinite(alpha)
    if not fine or not isinstance(base, str) or not base:
        raise BadInput(f"{CONFIG} of {name!r} lacks its r, lora_alpha or base_model_name_or_path; copy it anew.")
    scale = alpha / (sqrt(rank) if said.get("use_rslora") else rank)
    return Adapter(folder, base, float(scale), bool(said.get("fan_in_fan_out")))


def merge(module: "nn.Module", adapter: Adapter) -> None:
    """Add an adapter to the weights of its transformer, or of the language model around that; BadInput where they do
    not fit each other.
    """
    import torch

    tensors, name = read_tensors(adapter.folder / WEIGHTS), adapter.folder.name
    layers = dict(module.named_modules())
    within = str(getattr(module, "base_model_prefix", ""))  # of a language model, where its transformer is
    for key in sorted(tensors):
        if not key.endswith((A, B)):
            raise BadInput(f"adapter {name!r} holds {key!r}, which is no low-rank part of a layer; merge it by peft.")
    for key in sorted(key for key in tensors if key.endswith(A)):
        path = key.removesuffix(A).removeprefix(PREFIX)
        layer: Any = layers.get(path) or layers.get(path.partition(".")[2]) or layers.get(f"{within}.{path}")
        up = tensors.get(key.removesuffix(A) + B)
        if up is None or not isinstance(getattr(layer, "weight", None), torch.Tensor):
            raise BadInput(f"adapter {name!r} has {key!r}, which its model {adapter.base!r} has no layer for.")
        _add(layer.weight, up, tensors[key], adapter, key)


def _add(weight: "torch.Tensor", up: "torch.Tensor", down: "torch.Tensor", adapter: Adapter, key: str) -> None:
    import torch

    with torch.no_grad():
        if up.ndim != 2 or down.ndim != 2 or up.shape[1] != down.shape[0]:
            raise BadInput(f"{key!r} of adapter {adapter.folder.name!r} has a shape that is no low-rank part's.")
        change = adapter.scale * (up.float() @ down.float())
        change = change.T if adapter.turned else change
        if change.shape != weight.shape:
            raise BadInput(
                f"{key!r} of adapter {adapter.folder.name!r} is for a layer of shape {tuple(change.shape)}, where model"
                f" {adapter.base!r} has {tuple(weight.shape)}; name the model that it belongs to."
            )
        weight.add_(change.to(weight.device, weight.dtype))
