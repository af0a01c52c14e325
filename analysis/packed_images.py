"""Images of different sizes in one flat array, so that a store can memory-map them."""

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]


class PackedImages(Sequence[Image]):
    """A sequence of uint8 (height, width, 3) views into `pixels`; `shapes` is (n, 2) int64 of height and width."""

    def __init__(self, pixels: Image, shapes: npt.NDArray[np.int64]) -> None:
        self.pixels, self.shapes = pixels, shapes
        self._ends = np.cumsum(shapes[:, 0] * shapes[:, 1] * 3)

    def __len__(self) -> int:
        return len(self.shapes)

    @overload
    def __getitem__(self, index: int) -> Image: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Image]: ...
    def __getitem__(self, index: int | slice) -> Image | Sequence[Image]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        height, width = map(int, self.shapes[index])
        end = int(self._ends[index])
        return self.pixels[end - height * width * 3 : end].reshape(height, width, 3)

    def __iter__(self) -> Iterator[Image]:
        return (self[i] for i in range(len(self)))


def pack(images: Sequence[Image]) -> tuple[Image, npt.NDArray[np.int64]]:
    """Flat pixels and shapes of images; packed ones are taken as they are."""
    if isinstance(images, PackedImages):
        return images.pixels, images.shapes
    shapes = np.array([image.shape[:2] for image in images], dtype=np.int64).reshape(-1, 2)
    pixels = np.empty(int((shapes[:, 0] * shapes[:, 1] * 3).sum()), dtype=np.uint8)
    start = 0
    for image in images:
        pixels[start : start + image.size] = np.asarray(image, dtype=np.uint8).ravel()
        start += image.size
    return pixels, shapes
