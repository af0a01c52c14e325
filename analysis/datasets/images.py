"""Images: a folder whose subfolders are labels, in which anything else is refused, or arrays in an `.npz`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from analysis.dataset import Dataset, Image
from analysis.datasets.content import content_of
from analysis.datasets.fingerprints import hash_of_file, hash_of_folder, visible_files
from analysis.datasets.image_arrays import load_arrays, preview_arrays
from analysis.datasets.image_file import read_image, scaled_note, spool
from analysis.datasets.sampling import sample_rows
from analysis.plugin import DatasetSource, Preview
from analysis.study import DatasetSpec
from models.errors import BadInput, nearest
from models.place import Place

LABEL = "label"


def fingerprint(spec: DatasetSpec, place: Place) -> Mapping[str, str]:
    path = _resolve(spec, place)
    return {"folder": hash_of_folder(path)} if path.is_dir() else {"file": hash_of_file(path)}


def load(spec: DatasetSpec, place: Place, seed: int) -> Dataset:
    path = _resolve(spec, place)
    if path.is_file():
        return load_arrays(path, spec, seed)
    files = _files(path)
    frame = _frame(path, files)
    for label in spec.labels:
        if label not in frame:
            raise BadInput(f"a folder of images has no label {label!r}{nearest(label, frame.columns)}")
    rows = sample_rows(len(files), spec.sample, seed, frame.get(LABEL))
    scaled = 0

    def decoded() -> Iterator[Image]:
        nonlocal scaled
        for row in rows:
            name = files[row].relative_to(path).as_posix()
            image, large = read_image(
                place.resolve(str(files[row]), f"the image {name!r}"), f"{name!r} in {path.name!r}"
            )
            scaled += large
            yield image

    images = spool(decoded())
    sampled = (f"A sample of {len(rows)} of {len(files)} images.",) * (len(rows) < len(files))
    return Dataset(
        name=path.name,
        ids=tuple(files[row].relative_to(path).as_posix() for row in rows),
        frame=frame.iloc[rows].reset_index(drop=True),
        labels=spec.labels or tuple(name for name in (LABEL,) if name in frame),
        images=images,
        notes=(*sampled, *scaled_note(scaled, len(rows))),
    )


def preview(spec: DatasetSpec, place: Place) -> Preview:
    path = _resolve(spec, place)
    if path.is_file():
        return preview_arrays(path, spec)
    files = _files(path)
    frame = _frame(path, files)
    head = frame.assign(file=[file.relative_to(path).as_posix() for file in files]).head(10)
    rows = [["image", "image", head["file"].iloc[0] if len(head) else "", None, 0]]
    rows += [[n, "text", frame[n].dropna().iloc[0], frame[n].nunique(), int(frame[n].isna().sum())] for n in frame]
    columns = pd.DataFrame(rows, columns=["column", "type", "example", "distinct", "missing"])
    return Preview(len(files), columns, head, {"labels": (LABEL,)} if LABEL in frame else {})


def _resolve(spec: DatasetSpec, place: Place) -> Path:
    path = place.resolve(spec.path, "the folder of images")
    if path.is_file() and content_of(path) != "npz":
        raise BadInput(f"{path.name!r} is neither a folder of images nor an .npz of them; name one of these.")
    return path


def _files(folder: Path) -> list[Path]:
    files = visible_files(folder)
    if not files:
        raise BadInput(f"the folder {folder.name!r} holds no images; name one that does.")
    return files


def _frame(folder: Path, files: list[Path]) -> pd.DataFrame:
    """The name of each image's own subfolder as its label, and the whole way to it where that says more."""
    ways = [file.relative_to(folder).parent for file in files]
    if all(way == Path() for way in ways):
        return pd.DataFrame(index=pd.RangeIndex(len(files)))
    frame = pd.DataFrame({LABEL: pd.array([way.name or None for way in ways], dtype="str")})
    if any(len(way.parts) > 1 for way in ways):
        frame["folder"] = pd.array([way.as_posix() if way.name else None for way in ways], dtype="str")
    return frame


DATASET = DatasetSource(
    name="images",
    title="Images",
    version=1,
    fingerprint=fingerprint,
    load=load,
    preview=preview,
)
