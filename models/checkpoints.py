"""Weights on disk: which files hold them, their hash, and how they come in without anything in them running."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import BadInput
from models.torch_files import read_torch_file, refuse_foreign

if TYPE_CHECKING:
    import torch

SINGLE_AND_SHARDED = (
    ("model.safetensors", "model.safetensors.index.json"),
    ("pytorch_model.bin", "pytorch_model.bin.index.json"),
)
BARE_FILES = (".safetensors", ".pt", ".pth", ".th", ".bin", ".ckpt")
INSIDE = ("state_dict", "model_state_dict", "model", "net")  # where training scripts put the tensors
LONGEST_HEADER = 100 << 20
COUNTER = "num_batches_tracked"  # training's own, absent from older files


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The files of a checkpoint directory that hold its weights: safetensors where there are any."""
    for single, index in SINGLE_AND_SHARDED:
        if (folder / single).is_file():
            return (_safe(folder / single),)
        if (folder / index).is_file():
            named = read_json(folder / index).get("weight_map")
            if not isinstance(named, dict) or not all(isinstance(name, str) for name in named.values()):
                raise BadInput(
                    f"{index} of checkpoint {folder.name!r} has no `weight_map` from weights to files; copy it anew."
                )
            names = sorted(set(named.values()))
            for name in names:
                if not name or Path(name).name != name or not _is_file(folder / name):
                    raise BadInput(
                        f"checkpoint {folder.name!r} lacks the file {name[:80]!r} that its index names; copy it there."
                    )
            if names:
                return tuple(_safe(folder / name) for name in names)
    raise BadInput(
        f"checkpoint {folder.name!r} has no weights (looked for model.safetensors and pytorch_model.bin in "
        f"{folder}); give the folder that holds them."
    )


def bare_file(path: Path) -> Path:
    """The one weights file that a path means: itself, or the only one in a directory."""
    if path.is_file():
        return _safe(path)
    if not path.is_dir():
        raise BadInput(f"checkpoint {path.name!r} is neither a file nor a folder; give one that holds its weights.")
    found = sorted(file for file in path.iterdir() if file.suffix in BARE_FILES and file.is_file())
    if len(found) != 1:
        raise BadInput(
            f"checkpoint {path.name!r} has {'no weights' if not found else f'{len(found)} files of weights'}"
            f" (looked for {', '.join('*' + suffix for suffix in BARE_FILES)} in {path}); give the file itself."
        )
    return _safe(found[0])


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long a name, or none
        return False


def _safe(file: Path) -> Path:
    return file if file.suffix == ".safetensors" else refuse_foreign(file)


def read_json(path: Path) -> dict[str, Any]:
    """Read a small JSON object; BadInput for anything else."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise BadInput(f"{path.name} of checkpoint {path.parent.name!r} is not valid JSON; copy it anew.") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(f"{path.name} of checkpoint {path.parent.name!r} cannot be read ({reason}).") from None
    if not isinstance(content, dict):
        raise BadInput(f"{path.name} of checkpoint {path.parent.name!r} is not a JSON object; copy it anew.")
    return content


@contextmanager
def legible(name: str) -> Iterator[None]:
    """Within the block, settings of a type or form that nobody writes become a sentence; `name` is the model's."""
    try:
        yield
    except BadInput:
        raise
    except (TypeError, KeyError, AttributeError, IndexError, ValueError, OverflowError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"[:120]
        raise BadInput(
            f"the configuration of model {name[:80]!r} is not what it should be ({reason}); copy it anew."
        ) from error


def parameters_in(files: tuple[Path, ...]) -> int | None:
    """How many numbers safetensors files hold, from their headers; None for torch files. Finds truncation."""
    if any(file.suffix != ".safetensors" for file in files):
        return None
    return sum(prod(shape) for file in files for shape in tensor_shapes(file).values())


def tensor_shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """The tensors of a safetensors file and their shapes, from its header alone; BadInput for one cut short."""
    damaged = BadInput(f"{file.name} of checkpoint {file.parent.name!r} is truncated or not safetensors; copy it anew.")
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= min(LONGEST_HEADER, file.stat().st_size - 8):
            raise damaged
        try:
            header = json.loads(stream.read(length))
            entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
            end = max((entry["data_offsets"][1] for entry in entries.values()), default=0)
            shapes = {name: tuple(int(size) for size in entry["shape"]) for name, entry in entries.items()}
            whole = file.stat().st_size == 8 + length + end
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError):
            raise damaged from None
    if not whole or any(size < 0 for shape in shapes.values() for size in shape):
        raise damaged
    return shapes


def state_shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """The same as a state dict: without `module.`, which parallel training puts before names, and its counters."""
    shapes = tensor_shapes(file)
    return {name.removeprefix("module."): shape for name, shape in shapes.items() if not name.endswith(COUNTER)}


def read_tensors(path: Path) -> dict[str, "torch.Tensor"]:
    """Named tensors of a safetensors or torch file, a training script's wrapping and `module.` taken off."""
    import torch

    if path.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            content: Any = load_file(path)
        except (SafetensorError, OSError, ValueError) as error:
            raise BadInput(f"{path.name!r} is truncated or not safetensors ({error}); copy it anew.") from None
    else:
        content = read_torch_file(path)
        for name in INSIDE:
            if isinstance(content, Mapping) and isinstance(content.get(name), Mapping):
                content = content[name]
                break
    if not isinstance(content, Mapping) or not content:
        raise BadInput(f"{path.name!r} holds no named tensors; give a file with a state dict.")
    wrong = [name for name, value in content.items() if not isinstance(value, torch.Tensor)]
    if wrong:
        raise BadInput(f"{path.name!r} is no state dict: its entry {wrong[0]!r} is not a tensor; save one of those.")
    return {str(name).removeprefix("module."): value for name, value in content.items()}


def halve(source: Path, target: Path) -> None:
    """Write the tensors of a safetensors file in half precision."""
    import torch
    from safetensors.torch import save_file

    tensors = read_tensors(source)
    save_file({name: one.to(torch.float16).contiguous() for name, one in tensors.items()}, target, {"format": "pt"})
