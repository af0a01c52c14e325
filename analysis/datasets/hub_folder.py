"""A dataset folder of the `datasets` library, read without it: the files of a split and the names of classes."""

import json
import re
from pathlib import Path
from typing import Any

from models.errors import BadInput, nearest
from models.place import Place

SPLITS = ("train", "test", "validation", "valid", "dev", "eval")


def files_of_split(folder: Path, split: str, place: Place) -> list[Path]:
    """The data files of a split, in order: those of `save_to_disk`, or Parquet files whose path names the split.

    Files whose paths name no split make up "train".
    """
    if not folder.is_dir():
        raise BadInput(f'{folder.name!r} is no folder; a single file has source = "table".')
    if (folder / "dataset_dict.json").is_file():
        listed = _json(folder / "dataset_dict.json").get("splits")
        splits = [str(name) for name in listed] if isinstance(listed, list) else []
        if split not in splits:
            raise _no_split(folder, split, splits)
        folder = place.resolve(str(folder / split), f"the split {split!r} of {folder.name!r}")
    if (folder / "state.json").is_file():
        parts = _json(folder / "state.json").get("_data_files") or []
        try:
            names = [str(part["filename"]) for part in parts]
        except (KeyError, TypeError):
            names = []
        if not names:
            raise BadInput(f"state.json of {folder.name!r} names no data files; save the dataset again.")
        return [place.resolve(str(folder / name), f"a file of {folder.name!r}") for name in names]
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.parquet")):
        found.setdefault(_split_of(path.relative_to(folder).as_posix()), []).append(path)
    if not found:
        raise BadInput(
            f"{folder.name!r} holds neither Parquet files nor what save_to_disk writes; name another folder."
        )
    if split not in found:
        raise _no_split(folder, split, list(found))
    return [place.resolve(str(path), f"a file of {folder.name!r}") for path in found[split]]


def named_classes(table: Any) -> Any:
    """A pyarrow table with class numbers replaced by the names that its schema gives them."""
    import pyarrow as pa

    about = (table.schema.metadata or {}).get(b"huggingface")
    for name, classes in _classes(about).items():
        if name in table.column_names and pa.types.is_integer(table.schema.field(name).type):
            codes = table.column(name).to_pylist()
            if any(code is not None and not -1 <= code < len(classes) for code in codes):
                continue  # numbers that no class has: leave them as they are
            texts = [None if code is None or code < 0 else classes[code] for code in codes]
            at = table.column_names.index(name)
            table = table.set_column(at, name, pa.array(texts, type=pa.string()))
    return table


def _classes(about: bytes | None) -> dict[str, list[str]]:
    """The names of the classes of each column that has some, from what the library wrote into the schema."""
    try:
        features = json.loads(about)["info"]["features"] if about else {}
        found = {name: feature for name, feature in features.items() if isinstance(feature, dict)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # another program's: the numbers stay as they are
    labels = {name: feature.get("names") for name, feature in found.items() if feature.get("_type") == "ClassLabel"}
    return {name: list(map(str, names)) for name, names in labels.items() if isinstance(names, list)}


def _split_of(path: str) -> str:
    sharded = re.search(r"(?:^|/)([\w.]+)-\d{5}-of-\d{5}", path)
    if sharded:
        return sharded[1]
    return next((part for part in re.split(r"[-_./]", path) if part in SPLITS), "train")


def _no_split(folder: Path, split: str, splits: list[str]) -> BadInput:
    return BadInput(f"no split {split!r} in {folder.name!r}{nearest(split, splits)}")


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise BadInput(f"{path.name!r} in {path.parent.name!r} is no valid JSON; save the dataset again.") from error
    return content if isinstance(content, dict) else {}
