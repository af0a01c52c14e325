"""Images as arrays of an `.npz`: their pixels and labels are kept, and what holds none is refused."""

from pathlib import Path

import numpy as np
import pytest

from analysis.dataset import Dataset
from analysis.datasets import images
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place

RNG = np.random.default_rng(0)


def load(folder: Path, path: str, **options: object) -> Dataset:
    return images.DATASET.load(DatasetSpec(source="images", path=path, **options), Place(folder), 0)  # type: ignore[arg-type]


def refusal(folder: Path, path: str, **options: object) -> str:
    with pytest.raises(BadInput) as caught:
        load(folder, path, **options)
    return str(caught.value)


@pytest.mark.shared
def test_cifar_arrays_keep_their_pixels_and_labels(shared_data: Path) -> None:
    path = "vision/cifar10_lossless_4000_labelled_by_matching.npz"
    with np.load(shared_data / path) as arrays:
        x, y = arrays["x"], arrays["y"]
    cifar = load(shared_data, path, images="x", labels=("y",))
    assert len(cifar) == 4000
    np.testing.assert_array_equal(np.stack(list(cifar.items("image"))), x)
    assert cifar.frame["y"].to_list() == [str(label) for label in y]


def test_arrays_of_other_shapes_become_rgb(tmp_path: Path) -> None:
    gray = RNG.integers(0, 256, (3, 4, 5), dtype=np.uint8)
    np.savez(tmp_path / "gray.npz", x=gray)
    np.savez(tmp_path / "first.npz", x=np.repeat(gray[:, None], 3, axis=1))
    np.savez(tmp_path / "floats.npz", x=gray[..., None] / 255)
    alpha = np.concatenate([np.zeros((3, 4, 5, 3), np.uint8), np.full((3, 4, 5, 1), 51, np.uint8)], axis=3)
    np.savez(tmp_path / "alpha.npz", x=alpha)
    for name in ("gray", "first", "floats"):
        pixels = np.stack(list(load(tmp_path, f"{name}.npz").items("image")))
        np.testing.assert_array_equal(pixels, np.repeat(gray[..., None], 3, axis=3), err_msg=name)
    assert (np.stack(list(load(tmp_path, "alpha.npz").items("image"))) == 204).all()


def test_arrays_that_hold_no_images_are_refused(tmp_path: Path) -> None:
    x = np.zeros((3, 4, 4, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(3), z=x, w=np.arange(4))
    assert "has 2 arrays of images; set `images` to one of: x (3, 4, 4, 3) uint8" in refusal(tmp_path, "a.npz")
    assert "no array 'xx'" in refusal(tmp_path, "a.npz", images="xx")
    assert "no array 'label' for labels" in refusal(tmp_path, "a.npz", images="x", labels=("label",))
    assert "one label for each of the 3 images" in refusal(tmp_path, "a.npz", images="x", labels=("w",))
    assert "shape (3,)" in refusal(tmp_path, "a.npz", images="y")
    np.savez(tmp_path / "b.npz", x=x.astype(np.int32))
    assert "holds int32" in refusal(tmp_path, "b.npz")
    np.savez(tmp_path / "c.npz", x=np.zeros((3, 5, 5, 7), dtype=np.uint8))
    assert "7 channels" in refusal(tmp_path, "c.npz")


def test_the_preview_of_arrays_suggests_images_and_labels(tmp_path: Path) -> None:
    x = np.zeros((300, 2, 2, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(300) % 3, score=np.linspace(0, 1, 300))
    preview = images.DATASET.preview(DatasetSpec(source="images", path="a.npz"), Place(tmp_path))
    assert preview.suggestion == {"images": "x", "labels": ("y",)}
    assert list(load(tmp_path, "a.npz", labels=("y",)).frame.columns) == ["y", "score"]
