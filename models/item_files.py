"""Items on disk, so that worker processes read only those of their batch: one flat file, and where each item ends."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from models.encoder import Items, Modality

CONTENT, ENDS, SHAPES = "items.bin", "ends.npy", "shapes.npy"


class ItemFiles(Sequence[Any]):
    """Texts or images of a folder, memory-mapped: an item is read when it is asked for."""

    def __init__(self, folder: Path, modality: Modality) -> None:
        self.modality = modality
        self._ends = np.load(folder / ENDS, allow_pickle=False)
        self._shapes = np.load(folder / SHAPES, allow_pickle=False)
        path = folder / CONTENT
        empty = path.stat().st_size == 0  # which cannot be mapped
        self._content = np.empty(0, np.uint8) if empty else np.memmap(path, dtype=np.uint8, mode="r")

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        part = self._content[self._ends[index - 1] if index else 0 : self._ends[index]]
        if self.modality == "text":
            return part.tobytes().decode("utf-8", "surrogatepass")
        return np.array(part).reshape(*self._shapes[index], 3)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))


def write_items(items: Items, modality: Modality, folder: Path) -> str:
    """Write texts or images one after the other; their hash. Memory holds one item at a time."""
    ends: list[int] = []
    shapes: list[tuple[int, int]] = []
    digest, end = hashlib.sha256(), 0
    draft = folder / f"{CONTENT}.draft"
    with draft.open("wb") as file:
        for item in items:
            if modality == "text":
                data = str(item).encode("utf-8", "surrogatepass")
            else:
                image = np.ascontiguousarray(item, dtype=np.uint8)
                shapes.append((int(image.shape[0]), int(image.shape[1])))
                data = image.tobytes()
            file.write(data)
            digest.update(data)
            end += len(data)
            ends.append(end)
    np.save(folder / ENDS, np.array(ends, dtype=np.int64))
    np.save(folder / SHAPES, np.array(shapes, dtype=np.int64).reshape(-1, 2))
    draft.replace(folder / CONTENT)
    digest.update(np.array(ends, dtype="<i8").tobytes() + np.array(shapes, dtype="<i8").tobytes())
    return digest.hexdigest()


def take(items: Items, rows: npt.NDArray[np.int64]) -> list[Any]:
    """The items at these rows."""
    return [items[int(row)] for row in rows]
