"""scikit-learn's 1,797 handwritten digits (UCI, 8 × 8 gray): images enlarged four times, and their 64 gray values."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd

from analysis.dataset import Dataset
from analysis.datasets.sampling import sample_rows
from analysis.packed_images import PackedImages
from analysis.plugin import DatasetSource, Preview
from analysis.study import DatasetSpec
from models.errors import BadInput, nearest
from models.place import Place

ENLARGED = 4  # so that a digit can be seen: 8 × 8 becomes 32 × 32, each value a square
BRIGHTEST = 16  # of the source's gray values
NAMES = tuple(f"pixel {row},{column}" for row in range(8) for column in range(8))


def fingerprint(spec: DatasetSpec, place: Place) -> Mapping[str, str]:
    try:
        return {"scikit-learn": version("scikit-learn")}
    except PackageNotFoundError as error:
        raise BadInput("the digits come with scikit-learn, which is not installed; install it.") from error


def load(spec: DatasetSpec, place: Place, seed: int) -> Dataset:
    from sklearn.datasets import load_digits

    found = load_digits()
    frame = pd.DataFrame({"digit": found.target.astype(str)})
    for label in spec.labels:
        if label not in frame:
            raise BadInput(f"the digits have no label {label!r}{nearest(label, frame.columns)}")
    rows = sample_rows(len(frame), spec.sample, seed, frame["digit"])
    gray = np.rint(found.images[rows] * (255 / BRIGHTEST)).astype(np.uint8)
    large = gray.repeat(ENLARGED, axis=1).repeat(ENLARGED, axis=2)
    pixels = np.repeat(large[..., None], 3, axis=3)
    return Dataset(
        name="digits",
        ids=tuple(str(row) for row in rows),
        frame=frame.iloc[rows].reset_index(drop=True),
        labels=("digit",),
        images=PackedImages(pixels.reshape(-1), np.tile(np.array(pixels.shape[1:3]), (len(rows), 1))),
        numeric=found.data[rows].astype(np.float32),
        numeric_names=NAMES,
        notes=("Handwritten digits, UCI; 8 × 8 gray values, shown four times as large.",)
        + (f"A sample of {len(rows)} of {len(frame)} digits.",) * (len(rows) < len(frame)),
    )


def preview(spec: DatasetSpec, place: Place) -> Preview:
    dataset = load(DatasetSpec(source="digits"), place, 0)
    columns = pd.DataFrame(
        [
            ["image", "image", "32 × 32", None, 0],
            ["pixel 0,0 … pixel 7,7", "64 numbers", "0 to 16", None, 0],
            ["digit", "text", "0", 10, 0],
        ],
        columns=["column", "type", "example", "distinct", "missing"],
    )
    head = dataset.frame.head(10).assign(id=dataset.ids[:10])
    return Preview(len(dataset), columns, head, {"labels": ("digit",)}, dataset.notes)


DATASET = DatasetSource(
    name="digits",
    title="Handwritten digits",
    version=1,
    fingerprint=fingerprint,
    load=load,
    preview=preview,
)
