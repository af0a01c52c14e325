"""Training folders of tiny models, as a run leaves them."""

import shutil
from pathlib import Path
from typing import Any

from models.architecture import architecture_called
from models.initialization import seeded
from tests.tiny_models import write_model


def of_resnet(name: str, seed: int = 0) -> dict[str, Any]:
    """The state dict of a CIFAR ResNet with the weights of a seed."""
    with seeded(seed):
        return dict(architecture_called(name).build().state_dict())


def save(tensors: dict[str, Any], path: Path) -> Path:
    """Save tensors as safetensors; the path."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, path)
    return path


def run_of_resnets(folder: Path, *names: str) -> Path:
    """Bare state dicts of one architecture with different weights; the folder."""
    for seed, name in enumerate(names):
        save(of_resnet("resnet20-cifar", seed), folder / name)
    return folder


def run_of_berts(folder: Path, *names: str, keep: bool = False) -> Path:
    """Full state dicts of one tiny model with different weights, beside its config.json and tokenizer."""
    for seed, name in enumerate(names):
        write_model(folder, "bert", seed)
        shutil.copy(folder / "model.safetensors", folder / name)
    if not keep:
        (folder / "model.safetensors").unlink()
    return folder
