"""Weights into modules: a state dict into one of ours, a folder's into one of transformers', or freshly drawn ones."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.checkpoints import COUNTER, weight_files
from models.errors import BadInput, Failed
from models.initialization import seeded
from models.torch_files import read_torch_file

if TYPE_CHECKING:
    import torch
    from torch import nn


def load_state(module: "nn.Module", tensors: "dict[str, torch.Tensor]", name: str) -> None:
    """Put a state dict into a module; BadInput names the first entry that is missing, left over or misshapen."""
    own = {key: value for key, value in module.state_dict().items() if not key.endswith(COUNTER)}
    tensors = {key: value for key, value in tensors.items() if not key.endswith(COUNTER)}
    for key, value in own.items():
        if key not in tensors:
            raise BadInput(f"{name} lacks {key!r}: it is of another architecture; name the right one.")
        if tensors[key].shape != value.shape:
            raise BadInput(
                f"{key!r} of {name} has shape {tuple(tensors[key].shape)} instead of {tuple(value.shape)}: it is"
                " of another architecture; name the right one."
            )
    extra = sorted(set(tensors) - set(own))
    if extra:
        raise BadInput(f"{name} has {extra[0]!r} too many: it is of another architecture; name the right one.")
    module.load_state_dict(tensors, strict=False)


def pretrained(
    auto: Any, folder: Path, *, optional: tuple[str, ...], name: str, weights: Path | None = None
) -> "nn.Module":
    """A module of transformers with the weights of a folder, none of them missing and none of them run.

    `optional`: beginnings of the names of weights that the states we read do not depend on. `weights`: the file to
    take, where the folder has several.
    """
    import torch

    from models.quiet import quietly

    files = weight_files(folder) if weights is None else (weights,)
    safe = files[0].suffix == ".safetensors"
    if not safe:
        for file in files:
            read_torch_file(file)  # refuses what is more than tensors, by name, before transformers reads it
    options: dict[str, Any] = {
        "local_files_only": True,
        "trust_remote_code": False,
        "use_safetensors": safe,
        "weights_only": True,
        "dtype": torch.float32,
        "output_loading_info": True,
    }
    try:
        with quietly(), seeded(0):  # for the optional ones that a file may lack
            if weights is not None:
                options["config"] = _config(folder)
                options["config"].transformers_weights = weights.name
            module, report = _with_attention(auto.from_pretrained, str(folder), options)
    except (MemoryError, BadInput, Failed):
        raise
    except Exception as error:  # each architecture fails in its own way on files that are not for it
        raise BadInput(f"model {name!r} cannot be loaded ({_first_line(error)}).") from error
    wrong = sorted(str(key) for key in report["missing_keys"] if not _is_optional(str(key), optional))
    wrong += [str(key) for key in report["mismatched_keys"]]
    if wrong:
        raise BadInput(
            f"the weights of model {name!r} lack {len(wrong)} that its config.json asks for (first: {wrong[0]});"
            " copy the right weights there, or ask for init = 'random'."
        )
    built: nn.Module = module
    return built


def drawn(auto: Any, folder: Path, seed: int, name: str) -> "nn.Module":
    """A module of transformers with the weights its architecture draws at the start of training."""
    from models.quiet import quietly

    try:
        with quietly(), seeded(seed):
            module: nn.Module = _with_attention(auto.from_config, _config(folder), {"trust_remote_code": False})
            return module.float()
    except (MemoryError, BadInput):
        raise
    except Exception as error:  # each architecture fails in its own way on settings that are not for it
        raise BadInput(f"model {name!r} cannot be built from its config.json ({_first_line(error)}).") from error


def _config(folder: Path) -> Any:
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)


def _with_attention(make: Any, what: Any, options: dict[str, Any]) -> Any:
    """Ask for torch's fused attention, plain where the architecture has none; never what a config file names."""
    try:
        return make(what, attn_implementation="sdpa", **options)
    except ValueError as error:
        if "scaled_dot_product_attention" not in str(error):
            raise
        return make(what, attn_implementation="eager", **options)


def _is_optional(key: str, optional: tuple[str, ...]) -> bool:
    return any(key.startswith(part) or f".{part}" in key for part in optional)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
