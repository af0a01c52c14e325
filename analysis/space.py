"""An embedding space: one finite float32 row per sample, checked once at birth and read-only ever after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

BLOCK = 1 << 16  # rows checked at a time, so that a memory-mapped space is never copied whole


@dataclass(frozen=True, eq=False)
class EmbeddingSpace:
    """Vectors (n, d) of the samples `ids`, under a name and a key.

    `moments`: their mean (d,) and covariance (d, d), where they were summed already.
    """

    name: str
    key: str
    vectors: npt.NDArray[np.float32]
    ids: Sequence[str]
    moments: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]] | None = None

    def __post_init__(self) -> None:
        """Refuse what no analysis could trust."""
        vectors = self.vectors
        if vectors.ndim != 2 or vectors.dtype != np.float32:
            raise BadInput(
                f"space {self.name!r} must be a float32 matrix, not {vectors.dtype} of shape {vectors.shape};"
                " give one row of numbers per sample."
            )
        if len(vectors) != len(self.ids):
            raise BadInput(
                f"space {self.name!r} has {len(vectors)} rows for {len(self.ids)} samples;"
                " give one row per sample, in their order, or rows with ids."
            )
        for start in range(0, len(vectors), BLOCK):
            finite = np.isfinite(vectors[start : start + BLOCK]).all(axis=1)
            if not finite.all():
                row = start + int(np.flatnonzero(~finite)[0])
                raise BadInput(
                    f"space {self.name!r} has NaN or infinite values (first: sample {self.ids[row]!r});"
                    " leave those samples out or embed them again."
                )
        vectors.setflags(write=False)

    @property
    def n(self) -> int:
        """How many samples."""
        return len(self.vectors)

    @property
    def d(self) -> int:
        """How many dimensions."""
        return int(self.vectors.shape[1])
