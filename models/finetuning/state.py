"""A training on disk: one safetensors file after each epoch, written whole or not at all.

`state.safetensors` holds weights and both moments of AdamW; its header says in JSON what the training is made of, how
far it is and its curve. `best-<epoch>.safetensors` holds the weights of the best epoch so far. `answers.safetensors`,
last, is what the trained network said, and stays.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import Failed
from models.finetuning.settings import Point
from models.shards import no_room_is_a_sentence

if TYPE_CHECKING:
    import torch
    from torch import nn

STATE, ANSWERS = "state.safetensors", "answers.safetensors"
MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class Reached:
    """How far a training is: epochs done, steps done, the best epoch so far with what it is judged by, the curve."""

    epoch: int = 0
    step: int = 0
    best: int = 0
    judged: tuple[float, float] = (float("-inf"), float("-inf"))
    curve: tuple[Point, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Reached":
        """What such plain values say."""
        curve = tuple(Point(**point) for point in content["curve"])
        first, second = content["judged"]
        return cls(**{**content, "judged": (first, second), "curve": curve})


def write_tensors(path: Path, tensors: "Mapping[str, torch.Tensor]", said: Mapping[str, Any]) -> None:
    """Write tensors with plain values in the header; what lay there before is replaced in one go."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    draft = path.with_suffix(f".{os.getpid()}.draft")  # of two that train the same each its own
    with no_room_is_a_sentence(path.parent):
        try:
            save_file({name: one.contiguous() for name, one in tensors.items()}, draft, {"said": json.dumps(said)})
        except SafetensorError as error:
            raise Failed(
                f"the training's state cannot be written to {path.parent} ({error}); make room there."
            ) from error
        draft.replace(path)


def read_said(path: Path) -> dict[str, Any]:
    """The plain values in a file's header; nothing where there is no such file, or it is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            said: dict[str, Any] = json.loads(file.metadata()["said"])
            return said
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return {}


def read_named(path: Path) -> "dict[str, torch.Tensor]":
    """The tensors of a file."""
    from safetensors.torch import load_file

    found: dict[str, torch.Tensor] = load_file(path)
    return found


def weights_in(network: "nn.Module") -> "dict[str, torch.Tensor]":
    """Its weights by name, each once however often it is used."""
    return {name: weight.detach() for name, weight in network.named_parameters()}


def put_weights(network: "nn.Module", tensors: "Mapping[str, torch.Tensor]") -> None:
    """Put weights of the same names into it."""
    import torch

    with torch.no_grad():
        for name, weight in network.named_parameters():
            weight.copy_(tensors[name])


def training_tensors(network: "nn.Module", optimizer: "torch.optim.Optimizer") -> "dict[str, torch.Tensor]":
    """All that a training goes on from: weights and AdamW's moments, by name."""
    weights = weights_in(network)
    tensors = {f"weight {name}": weight for name, weight in weights.items()}
    for name, weight in network.named_parameters():
        for moment in MOMENTS if weight in optimizer.state else ():
            tensors[f"{moment} {name}"] = optimizer.state[weight][moment]
    return tensors


def put_training(
    network: "nn.Module", optimizer: "torch.optim.Optimizer", tensors: "Mapping[str, torch.Tensor]", step: int
) -> None:
    """Put such tensors back, after so many steps of the optimizer."""
    import torch

    put_weights(network, {name: tensors[f"weight {name}"] for name, _ in network.named_parameters()})
    for name, weight in network.named_parameters():
        if f"{MOMENTS[0]} {name}" in tensors:
            state = {moment: tensors[f"{moment} {name}"].to(weight.device) for moment in MOMENTS}
            done = torch.tensor(float(step), dtype=torch.float32, device=weight.device)
            optimizer.state[weight] = {"step": done, **state}


def write_state(
    folder: Path, network: "nn.Module", optimizer: "torch.optim.Optimizer", reached: Reached, made_of: str
) -> None:
    """Keep a training after an epoch, the weights too where that epoch is the best."""
    said = {"made_of": made_of, "reached": reached.to_json()}
    if reached.best == reached.epoch:
        write_tensors(best_path(folder, reached.best), weights_in(network), said)
    write_tensors(folder / STATE, training_tensors(network, optimizer), said)
    for path in folder.glob("best-*.safetensors"):
        if path != best_path(folder, reached.best):
            path.unlink()


def read_state(folder: Path, network: "nn.Module", optimizer: "torch.optim.Optimizer", made_of: str) -> Reached:
    """Go on where a training of the same kind stopped, or begin."""
    said = read_said(folder / STATE)
    if said.get("made_of") != made_of:
        return Reached()
    reached = Reached.from_json(said["reached"])
    if not best_path(folder, reached.best).is_file():
        return Reached()
    put_training(network, optimizer, read_named(folder / STATE), reached.step)
    return reached


def curve_in(folder: Path) -> tuple[Point, ...]:
    """The curve of a training, from the header of its answers, or of where it is now."""
    said = read_said(folder / ANSWERS) or read_said(folder / STATE)
    return Reached.from_json(said["reached"]).curve if said else ()


def best_path(folder: Path, epoch: int) -> Path:
    """Where the weights of the best epoch lie."""
    return folder / f"best-{epoch}.safetensors"


def forget_state(folder: Path) -> None:
    """Remove what only training needs."""
    for path in (folder / STATE, *folder.glob("best-*.safetensors"), *folder.glob("*.draft")):
        path.unlink(missing_ok=True)
