"""Vectors that a checkpoint brings in a file of its own: one row per sample, or rows with ids that are joined."""

import numpy as np
import numpy.typing as npt

from analysis.dataset import Dataset
from analysis.datasets.content import check_readable
from analysis.datasets.vector_file import read_vectors
from analysis.study import CheckpointSpec
from models.errors import BadInput
from models.hashes import sha256_of
from models.place import Place


def fingerprint_of_vectors(spec: CheckpointSpec, place: Place) -> str:
    """What decides the vectors: the content of their file."""
    path = place.resolve(spec.model, f"the vectors of checkpoint {spec.name!r}")
    check_readable(path)
    return sha256_of(path)


def aligned_vectors(spec: CheckpointSpec, dataset: Dataset, place: Place) -> npt.NDArray[np.float32]:
    """The file's vectors, one row per sample in the dataset's order.

    A file with ids is joined by them and must name every sample; one without must have as many rows as samples.
    """
    path = place.resolve(spec.model, f"the vectors of checkpoint {spec.name!r}")
    file = read_vectors(path)
    if file.ids is None:
        if len(file.vectors) != len(dataset):
            raise BadInput(
                f"the vectors of checkpoint {spec.name!r} ({path.name}) have {len(file.vectors)} rows for"
                f" {len(dataset)} samples; give one row per sample, in their order, or a file with ids."
            )
        return file.vectors
    row = {name: i for i, name in enumerate(file.ids)}
    missing = [name for name in dataset.ids if name not in row]
    if missing:
        raise BadInput(
            f"the vectors of checkpoint {spec.name!r} ({path.name}) lack {len(missing)} of {len(dataset)} samples"
            f" (first: {missing[0]!r}); add their rows, or leave those samples out."
        )
    return file.vectors[[row[name] for name in dataset.ids]]
