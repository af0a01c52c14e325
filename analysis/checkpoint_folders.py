"""What a folder of checkpoints holds: itself one, subfolders that are some, or files of weights side by side.

`checkpoint-500/` and files that differ in a number, `step_100.safetensors` beside `step_200.safetensors`, are a
series: each is called `folder(step=500)`, the last number in its name is where it stands. Files lie beside one
config.json, as that model's, or without one as state dicts of an architecture that is told by names and shapes of
their tensors. Shards of one checkpoint are no series. Only JSON and the headers of safetensors files are read.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

from analysis.study import ALLOWED, CheckpointSpec
from models.adapters import is_adapter
from models.architecture import architecture_of
from models.checkpoints import SINGLE_AND_SHARDED, read_json, state_shapes, weight_files
from models.discovery import discover
from models.errors import BadInput
from models.hashes import sha256_of_files
from models.tokens import TOKENIZER_FILES

USUAL = tuple(name for names in SINGLE_AND_SHARDED for name in names)
OTHER_WEIGHTS = (".bin", ".pt", ".pth", ".th")
SHARD = re.compile(r"-\d+-of-\d+$")
NUMBER = re.compile(r"\d+(?:\.\d+)?")
NOT_A_MODEL = (
    "adapter_model",
    "optimizer",
    "scheduler",
    "rng_state",
    "training_args",
)  # what trainers write beside one

Shapes = Mapping[str, tuple[int, ...]]


def checkpoints_in(folder: Path) -> list[CheckpointSpec]:
    """The checkpoints of a folder, members of a series in their order; none where it holds none.

    BadInput for files of weights that nothing here could read, and for two that stand at the same number.
    """
    itself = _is_checkpoint(folder)
    subfolders = [sub for sub in _entries(folder) if sub.is_dir() and _is_checkpoint(sub)]
    numbers = {sub: number for sub in subfolders if (number := _step(sub)) is not None}
    steps = sorted(numbers, key=lambda sub: int(numbers[sub]))
    found = [_checkpoint(sub, _called(folder, numbers[sub]), folder.name, numbers[sub]) for sub in steps]
    found += _of_files(folder, series_alone=itself)
    if itself and not (steps and _same_weights(folder, steps[-1])):
        found.append(_checkpoint(folder, folder.name))
    if not itself:
        found += [_checkpoint(sub, sub.name) for sub in subfolders if sub not in numbers]
    shards = [file for file in _safetensors(folder) if SHARD.search(file.stem)]
    if shards and not found:
        raise BadInput(
            f"{folder.name!r} holds shards of a checkpoint (first: {shards[0].name!r}) without its config.json and the"
            " index that names them; copy both there."
        )
    return found


def _of_files(folder: Path, *, series_alone: bool) -> list[CheckpointSpec]:
    """Files of weights side by side: a series where several have numbers and the same tensors, else one by one.

    `series_alone`: leave out what is none, in a folder that is a checkpoint itself.
    """
    shapes = {file: state_shapes(file) for file in _bare_files(folder)}
    numbers = {file: found[-1] for file in shapes if (found := NUMBER.findall(file.stem))}
    kinds = {frozenset(shapes[file].items()) for file in numbers}
    if len(numbers) < 2 or len(kinds) > 1:
        numbers = {}
    order = sorted(numbers, key=lambda file: float(numbers[file]))
    for one, other in pairwise(order):
        if float(numbers[one]) == float(numbers[other]):
            raise BadInput(
                f"{one.name!r} and {other.name!r} of {folder.name!r} both stand at {_plain(numbers[one])}; keep one of"
                " them there, or end their names with different numbers."
            )
    series = [_state(file, shapes[file], _called(folder, numbers[file]), folder.name, numbers[file]) for file in order]
    rest = [] if series_alone else [file for file in shapes if file not in numbers]
    return series + [_state(file, shapes[file], file.stem) for file in rest]


def _state(file: Path, shapes: Shapes, name: str, series: str = "", at: str | None = None) -> CheckpointSpec:
    """The checkpoint of a file: beside its configuration, or the state dict of an architecture that we know."""
    if (file.parent / "config.json").is_file():
        return _checkpoint(file, name, series, at)
    architecture = architecture_of(shapes)
    if architecture is None:
        known = ", ".join(discover("models.architectures", "ARCHITECTURE"))
        raise BadInput(
            f"{file.name!r} of {file.parent.name!r} has no config.json beside it, and its {len(shapes)} tensors are"
            f" those of no architecture known here ({known}); copy the config.json of its model there."
        )
    return replace(_spec(file, name, series, at), family="image", architecture=architecture.name)


def _checkpoint(path: Path, name: str, series: str = "", at: str | None = None) -> CheckpointSpec:
    """The checkpoint of a folder with a configuration, or of a file beside one; it may lack the series' tokenizer."""
    folder = path if path.is_dir() else path.parent
    if is_adapter(folder):
        return _spec(path, name, series, at)
    config = read_json(folder / "config.json")
    if "image_size" in config or "num_channels" in config:
        return replace(_spec(path, name, series, at), family="image")
    above = bool(series) and _reads(folder.parent) and not _reads(folder)
    spec = _spec(path, name, series, at)
    return replace(spec, family=family_in(folder), tokenizer=str(folder.parent) if above else "")


def family_in(folder: Path) -> Literal["transformer", "causal_lm", "masked_lm"]:
    """What a folder's model is for, as its configuration names it; what sentence-transformers wrote is for texts."""
    config = read_json(folder / "config.json") if (folder / "config.json").is_file() else {}
    named = config.get("architectures")
    names = [str(one) for one in named] if isinstance(named, list) and not (folder / "modules.json").is_file() else []
    if any("MaskedLM" in one for one in names):
        return "masked_lm"
    return "causal_lm" if any(one.endswith(("CausalLM", "LMHeadModel")) for one in names) else "transformer"


def _reads(folder: Path) -> bool:
    return any((folder / name).is_file() for name in TOKENIZER_FILES)


def _spec(path: Path, name: str, series: str, at: str | None) -> CheckpointSpec:
    clean = "".join(c if c in ALLOWED else "_" for c in name).lstrip(".-").strip() or "checkpoint"
    return CheckpointSpec(name=clean, model=str(path), series=series, at=None if at is None else float(at))


def _is_checkpoint(folder: Path) -> bool:
    """Whether a folder is a checkpoint as a whole: a configuration and weights under their usual names, or LoRA's."""
    if is_adapter(folder):
        return True
    if not (folder / "config.json").is_file():
        return False
    others = (file for file in _entries(folder) if file.suffix in OTHER_WEIGHTS and file.is_file())
    return _usual(folder) or any(not file.stem.startswith(NOT_A_MODEL) for file in others)


def _usual(folder: Path) -> bool:
    return any((folder / name).is_file() for name in USUAL)


def _bare_files(folder: Path) -> list[Path]:
    """Files of weights that are a checkpoint each."""
    usual = USUAL if (folder / "config.json").is_file() else ()
    files = [file for file in _safetensors(folder) if file.name not in usual and not SHARD.search(file.stem)]
    return [file for file in files if not file.stem.startswith(NOT_A_MODEL)]


def _safetensors(folder: Path) -> list[Path]:
    return [file for file in _entries(folder) if file.suffix == ".safetensors" and file.is_file()]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise BadInput(
            f"the folder {str(folder)!r} cannot be read ({error.strerror or error}); give another."
        ) from None


def _step(folder: Path) -> str | None:
    """The N of `checkpoint-N`."""
    prefix, _, number = folder.name.rpartition("-")
    return number if prefix == "checkpoint" and number.isascii() and number.isdigit() else None


def _same_weights(folder: Path, last: Path) -> bool:
    """Whether a folder's own weights are those of its last step once more, as trainers leave them."""
    if not (_usual(folder) and _usual(last)):
        return False
    mine, others = weight_files(folder), weight_files(last)
    same = [file.stat().st_size for file in mine] == [file.stat().st_size for file in others]
    return same and sha256_of_files(mine) == sha256_of_files(others)


def _called(folder: Path, number: str) -> str:
    return f"{folder.name}(step={_plain(number)})"


def _plain(number: str) -> str:
    """A number without zeros before or behind it.

    >>> _plain("000500"), _plain("0.50"), _plain("0")
    ('500', '0.5', '0')
    """
    whole, _, part = number.partition(".")
    return (whole.lstrip("0") or "0") + (f".{part.rstrip('0')}" if part.strip("0") else "")
