"""Shards of vectors on disk: each written whole or not at all, then laid out in the order of the samples."""

import errno
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.batches import Plan
from models.encoder import Vectors
from models.errors import Failed

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def shard_path(folder: Path, shard: int) -> Path:
    """Where a shard lies."""
    return folder / "shards" / f"{shard:05d}.npz"


def layer_path(folder: Path, layer: int) -> Path:
    """Where the vectors of a layer lie once all shards are done."""
    return folder / f"layer-{layer}.npy"


@contextmanager
def no_room_is_a_sentence(folder: Path) -> Iterator[None]:
    """Turn a full disk into the sentence that says so."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Failed(
            f"there is no room left on the disk of {folder}; what is finished is kept: free some, or choose another"
            " place with --cache, and run again."
        ) from error


def write_shard(
    folder: Path, shard: int, layers: Sequence[int], vectors: Sequence[Vectors], draft: str = ".draft"
) -> None:
    """Write the vectors of a shard, one (m, width) matrix per layer."""
    named = {f"layer{layer}": part for layer, part in zip(layers, vectors, strict=True)}
    write_part(folder, shard, named, draft)


def write_part(folder: Path, part: int, arrays: Mapping[str, npt.NDArray[Any]], draft: str = ".draft") -> None:
    """Write the arrays of a part of some work, safe against a crash at any moment; `draft` ends its name meanwhile."""
    path = shard_path(folder, part)
    begun = path.with_suffix(draft)
    with no_room_is_a_sentence(folder):
        with begun.open("wb") as file:
            named: Any = dict(arrays)
            np.savez(file, **named)
            file.flush()
            os.fsync(file.fileno())
        begun.replace(path)


def finished_shards(folder: Path, count: int) -> set[int]:
    """The shards that are there and whole; a damaged one is removed, so that it is made again."""
    done = set()
    for shard in range(count):
        path = shard_path(folder, shard)
        if not path.exists():
            continue
        try:
            with zipfile.ZipFile(path) as archive:
                whole = archive.testzip() is None
        except (zipfile.BadZipFile, EOFError, OSError):
            whole = False
        if whole:
            done.add(shard)
        else:
            path.unlink()
    return done


def assemble(folder: Path, plan: Plan, layers: Sequence[int]) -> dict[int, Path]:
    """Lay the shards out as one (n, width) float32 file per layer; memory holds one shard at a time."""
    paths = {layer: layer_path(folder, layer) for layer in layers}
    with no_room_is_a_sentence(folder):
        for layer, path in paths.items():
            draft = path.with_suffix(".draft")
            with np.load(shard_path(folder, 0), allow_pickle=False) as first:
                width = first[f"layer{layer}"].shape[1]
            whole = _create(draft, (len(plan.order), width))
            for shard in range(len(plan)):
                with np.load(shard_path(folder, shard), allow_pickle=False) as part:
                    whole[plan.rows(shard)] = part[f"layer{layer}"]
            whole.flush()
            del whole
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
            draft.replace(path)
    return paths


def write_whole(folder: Path, layer: int, vectors: Vectors) -> Path:
    """Write the vectors of a layer that were made at once."""
    path = layer_path(folder, layer)
    draft = path.with_suffix(".draft")
    with no_room_is_a_sentence(folder):
        with draft.open("wb") as file:
            np.save(file, np.asarray(vectors, dtype=np.float32))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    return path


def _create(path: Path, shape: tuple[int, int]) -> "np.memmap[tuple[int, int], np.dtype[np.float32]]":
    """A mapped .npy file whose room is taken at once: a full disk must be an error here, not a crash in a write."""
    mapped = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    if hasattr(os, "posix_fallocate") and path.stat().st_size:
        with path.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return mapped
