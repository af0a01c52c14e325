"""Images as arrays of an `.npz`: `images` names theirs, `labels` those with one value per image."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.dataset import Dataset, Image
from analysis.datasets.image_file import LONGEST_SIDE
from analysis.datasets.sampling import sample_rows
from analysis.datasets.vector_file import Member, load_member, members_of
from analysis.packed_images import PackedImages
from analysis.plugin import Preview
from analysis.study import DatasetSpec
from models.errors import BadInput, nearest

MOST_CLASSES = 200  # different values of an array that is taken for labels


def load_arrays(path: Path, spec: DatasetSpec, seed: int) -> Dataset:
    """The samples of an `.npz`; ids are the rows' numbers."""
    members = members_of(path)
    name = _images_in(path, members, spec.images)
    n = members[name][0][0]
    frame = _frame(path, members, spec.labels, n)
    rows = sample_rows(n, spec.sample, seed, frame[spec.labels[0]] if spec.labels else None)
    pixels = _rgb(load_member(path, name)[rows], f"array {name!r} of {path.name!r}")
    shapes = np.tile(np.array(pixels.shape[1:3], dtype=np.int64), (len(pixels), 1))
    return Dataset(
        name=path.stem,
        ids=tuple(map(str, rows)),
        frame=frame.iloc[rows].reset_index(drop=True),
        labels=spec.labels,
        images=PackedImages(pixels.reshape(-1), shapes),
        notes=(f"A sample of {len(rows)} of {n} images.",) * (len(rows) < n),
    )


def preview_arrays(path: Path, spec: DatasetSpec) -> Preview:
    """The arrays of an `.npz`, and which would be images and labels."""
    members = members_of(path)
    name = _images_in(path, members, spec.images)
    n = members[name][0][0]
    frame = _frame(path, members, (), n)
    labels = tuple(str(key) for key in frame if 2 <= frame[key].nunique() <= MOST_CLASSES)
    rows: list[list[Any]] = [[name, f"images {members[name][0]} {members[name][1]}", "", None, 0]]
    for key, column in frame.items():
        kind = "text" if column.dtype == "str" else "number"
        rows.append([key, kind, str(column.iloc[0]) if n else "", column.nunique(), int(column.isna().sum())])
    columns = pd.DataFrame(rows, columns=["column", "type", "example", "distinct", "missing"])
    notes = tuple(f"Array {key}: {shape} {dtype}." for key, (shape, dtype) in members.items())
    return Preview(n, columns, frame.head(10), {"images": name, "labels": labels}, notes)


def _images_in(path: Path, members: Mapping[str, Member], wanted: str) -> str:
    """The array of images: the one named, or the only one of three or four dimensions."""
    if wanted:
        if wanted not in members:
            raise BadInput(f"no array {wanted!r} in {path.name!r}{nearest(wanted, members)}")
        return wanted
    able = [name for name, (shape, _) in members.items() if len(shape) in (3, 4)]
    if len(able) != 1:
        there = ", ".join(f"{name} {shape} {dtype}" for name, (shape, dtype) in members.items())
        raise BadInput(f"{path.name!r} has {len(able)} arrays of images; set `images` to one of: {there or 'none'}.")
    return able[0]


def _frame(path: Path, members: Mapping[str, Member], labels: tuple[str, ...], n: int) -> pd.DataFrame:
    """The labels as text, and every other array of one value per image as it is."""
    columns = {label: _labels(path, members, label, n) for label in labels}
    for name, (shape, dtype) in members.items():
        if shape == (n,) and name not in columns and np.dtype(dtype).kind in "iufbU":
            values = load_member(path, name)
            columns[name] = (
                pd.Series(values.astype(object), dtype="str") if values.dtype.kind == "U" else pd.Series(values)
            )
    return pd.DataFrame(columns, index=pd.RangeIndex(n))


def _labels(path: Path, members: Mapping[str, Member], name: str, n: int) -> pd.Series:
    if name not in members:
        raise BadInput(f"no array {name!r} for labels in {path.name!r}{nearest(name, members)}")
    values = load_member(path, name)
    if values.shape != (n,) or values.dtype.kind not in "iufbUS":
        raise BadInput(
            f"array {name!r} of {path.name!r} has shape {values.shape} of {values.dtype}; give one label for each"
            f" of the {n} images."
        )
    texts = values.astype("U") if values.dtype.kind != "S" else np.char.decode(values, "utf-8")
    missing = ("", "nan") if values.dtype.kind == "f" else ("",)
    return pd.Series([None if text in missing else text for text in texts.tolist()], name=name, dtype="str")


def _rgb(array: npt.NDArray[Any], what: str) -> Image:
    """Images as uint8 (n, height, width, 3): gray repeated, alpha over white, channels last."""
    if array.ndim not in (3, 4) or array.size == 0:
        raise BadInput(f"{what} has shape {array.shape}; give (n, height, width, 3), or (n, height, width) for gray.")
    images = array[..., None] if array.ndim == 3 else array
    if images.shape[3] not in (1, 3, 4) and images.shape[1] in (1, 3, 4):
        images = np.moveaxis(images, 1, 3)
    height, width, channels = images.shape[1:]
    if channels not in (1, 3, 4):
        raise BadInput(f"{what} has {channels} channels (shape {array.shape}); give 1, 3 or 4.")
    if max(height, width) > LONGEST_SIDE:
        raise BadInput(f"{what} has images of {height} × {width}; scale them down to {LONGEST_SIDE} or less.")
    if images.dtype.kind == "f" and images.size and images.min() >= 0 and images.max() <= 1:
        images = np.rint(images * 255).astype(np.uint8)
    if images.dtype == np.bool_:
        images = images.astype(np.uint8) * np.uint8(255)
    if images.dtype != np.uint8:
        raise BadInput(f"{what} holds {images.dtype}; give uint8 from 0 to 255, or floats from 0 to 1.")
    if channels == 4:
        alpha = images[..., 3:].astype(np.float32) / 255
        images = np.rint(images[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(images, (*images.shape[:3], 3)))
