"""The built-in digits are scikit-learn's."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from analysis.datasets.digits import DATASET
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place

HERE = Place(Path())


def test_images_numbers_and_labels_are_those_of_scikit_learn() -> None:
    digits, known = DATASET.load(DatasetSpec(source="digits"), HERE, 0), load_digits()
    assert len(digits) == 1797
    np.testing.assert_array_equal(digits.items("numeric"), known.data)
    assert digits.frame["digit"].to_list() == [str(digit) for digit in known.target]
    assert digits.labels == ("digit",)
    for image, gray in zip(digits.items("image"), known.images, strict=True):
        assert (image.shape, image.dtype) == ((32, 32, 3), np.uint8)
        np.testing.assert_allclose(image[::4, ::4, 0], gray * 255 / 16, atol=0.5)
        assert (image == image[::4, ::4].repeat(4, 0).repeat(4, 1)).all()


def test_a_sample_holds_every_digit_equally() -> None:
    digits = DATASET.load(DatasetSpec(source="digits", sample=100), HERE, 0)
    counts = digits.frame["digit"].value_counts()
    assert (len(digits), len(counts)) == (100, 10)
    assert counts.max() - counts.min() <= 1
    known = load_digits()
    assert digits.frame["digit"].to_list() == [str(known.target[int(name)]) for name in digits.ids]


def test_the_preview_and_the_fingerprint_name_what_is_there() -> None:
    preview = DATASET.preview(DatasetSpec(source="digits"), HERE)
    assert (preview.rows, preview.suggestion) == (1797, {"labels": ("digit",)})
    assert DATASET.fingerprint(DatasetSpec(source="digits"), HERE) == {"scikit-learn": version("scikit-learn")}
    with pytest.raises(BadInput, match="did you mean 'digit'"):
        DATASET.load(DatasetSpec(source="digits", labels=("digits",)), HERE, 0)
