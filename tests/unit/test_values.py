"""The values refuse what no analysis could trust."""

import numpy as np
import pandas as pd
import pytest

from analysis.dataset import Dataset
from analysis.labels import labels_of
from analysis.number import Number
from analysis.packed_images import PackedImages, pack
from analysis.space import EmbeddingSpace
from models.errors import BadInput
from models.place import Place


def test_a_number_is_a_value_or_a_reason():
    with pytest.raises(ValueError):
        Number(value=None)
    with pytest.raises(ValueError):
        Number(value=1.0, why="none")
    with pytest.raises(ValueError):
        Number(value=float("nan"))
    assert Number(value=None, why="one class").beyond_null is None


def test_a_number_knows_whether_it_is_beyond_its_null():
    assert Number(value=0.9, null_low=0.1, null_high=0.3).beyond_null is True
    assert Number(value=0.2, null_low=0.1, null_high=0.3).beyond_null is False
    assert Number(value=0.2).beyond_null is None


@pytest.mark.parametrize(
    ("vectors", "words"),
    [
        (np.array([[0.0, np.nan], [0, 1]], np.float32), "NaN or infinite values (first: sample 'a')"),
        (np.array([[0.0, 1], [np.inf, 1]], np.float32), "(first: sample 'b')"),
        (np.zeros((3, 2), np.float32), "3 rows for 2 samples"),
        (np.zeros(2, np.float32), "must be a float32 matrix"),
        (np.zeros((2, 2), np.float64), "must be a float32 matrix"),
    ],
)
def test_a_space_is_checked_at_birth(vectors, words):
    with pytest.raises(BadInput) as error:
        EmbeddingSpace("s", "k", vectors, ("a", "b"))
    assert words in str(error.value)


def test_a_space_is_read_only():
    space = EmbeddingSpace("s", "k", np.zeros((2, 3), np.float32), ("a", "b"))
    with pytest.raises(ValueError):
        space.vectors[0, 0] = 1
    assert (space.n, space.d) == (2, 3)


def test_a_label_column_is_numeric_when_all_are_numbers_and_more_than_30_differ():
    assert labels_of("y", pd.Series([str(i) for i in range(31)])).kind == "numeric"
    assert labels_of("y", pd.Series([str(i % 30) for i in range(90)])).kind == "categorical"
    assert labels_of("y", pd.Series([*map(str, range(40)), "x"])).kind == "categorical"
    assert labels_of("y", pd.Series([*range(40), None])).known.sum() == 40
    assert labels_of("y", pd.Series([form for i in range(30) for form in (f"{i}", f"{i}.0")])).kind == "categorical"
    assert labels_of("y", pd.Series([*map(str, range(40)), "inf"])).kind == "categorical"


def test_the_numbers_of_a_label_column_stay_with_their_samples():
    written = [*reversed(range(40)), None, 7, 3.5]
    labels = labels_of("y", pd.Series([None if one is None else f" {one} " for one in written]))
    assert np.array_equal(labels.values, np.array([np.nan if one is None else one for one in written]), equal_nan=True)


def test_samples_without_a_label_are_unknown_and_stay_so_when_labels_are_dealt():
    labels = labels_of("y", pd.Series(["a", None, "b", "", " ", "a"]))
    assert labels.classes == ("a", "b")
    assert labels.codes.tolist() == [0, -1, 1, -1, -1, 0]
    dealt = labels.permuted(np.random.default_rng(0))
    assert np.array_equal(dealt.known, labels.known)
    assert sorted(dealt.codes) == sorted(labels.codes)
    assert dealt.key != labels.key or np.array_equal(dealt.codes, labels.codes)


def dataset(ids, **parts):
    return Dataset(name="d", ids=tuple(ids), frame=pd.DataFrame(index=range(len(ids))), **parts)


@pytest.mark.parametrize(
    ("ids", "words"),
    [([], "has 0 samples"), (["a"], "has 1 sample;"), (["a", "b", "a", "a"], "2 repeated ids (first: 'a')")],
)
def test_samples_that_cannot_be_told_apart_are_refused(ids, words):
    with pytest.raises(BadInput) as error:
        dataset(ids)
    assert words in str(error.value)


def test_an_item_key_moves_with_ids_and_items_but_not_with_labels():
    one = dataset(["a", "b"], texts=["x", "y"])
    labelled = Dataset(name="d", ids=("a", "b"), frame=pd.DataFrame({"l": ["p", "q"]}), labels=("l",), texts=["x", "y"])
    assert one.item_key("text") == labelled.item_key("text")
    assert one.item_key("text") != dataset(["a", "c"], texts=["x", "y"]).item_key("text")
    assert one.item_key("text") != dataset(["a", "b"], texts=["xy", ""]).item_key("text")


def test_images_of_equal_bytes_and_other_shape_are_other_images():
    wide, tall = np.zeros((2, 8, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    one, two = dataset(["a", "b"], images=[wide, wide]), dataset(["a", "b"], images=[wide, tall])
    assert one.item_key("image") != two.item_key("image")


def test_a_missing_modality_is_named():
    with pytest.raises(BadInput, match="has no image for this checkpoint"):
        dataset(["a", "b"], texts=["x", "y"]).item_key("image")


def test_packed_images_come_back_as_they_were():
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 255, (h, w, 3), dtype=np.uint8) for h, w in ((1, 5), (4, 2), (3, 3))]
    packed = PackedImages(*pack(images))
    assert len(packed) == 3
    assert all(np.array_equal(a, b) for a, b in zip(images, packed, strict=True))
    assert np.array_equal(packed[-1], images[-1])
    with pytest.raises(IndexError):
        packed[3]


def test_a_confined_path_cannot_leave_its_roots(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret").write_text("s")
    (inside / "link").symlink_to(outside / "secret")
    (inside / "file").write_text("f")
    place = Place(inside, (inside,))
    assert place.resolve("file", "table") == (inside / "file").resolve()
    for path in ("../out/secret", str(outside / "secret"), "link", "/etc/passwd", "../nothing"):
        with pytest.raises(BadInput, match="outside the folders"):
            place.resolve(path, "table")
    with pytest.raises(BadInput, match="does not exist"):
        place.resolve("nothing", "table")
    assert Place(inside).resolve("../out/secret", "table").name == "secret"


def test_a_closed_folder_is_neither_entered_nor_walked_and_its_own_session_keeps_it(tmp_path):
    uploads = tmp_path / "cache" / "uploads"
    mine, theirs = uploads / "mine", uploads / "theirs"
    for folder in (mine, theirs):
        folder.mkdir(parents=True)
        (folder / "file").write_text("x")
    place = Place(tmp_path, (tmp_path,), (uploads,))
    for path in ("cache/uploads/theirs/file", "cache/uploads", "cache", "."):
        with pytest.raises(BadInput, match="other sessions"):
            place.resolve(path, "table")
    own = Place(mine, (mine, tmp_path), (uploads,))
    assert own.resolve("file", "table").name == "file"
    with pytest.raises(BadInput, match="other sessions"):
        own.resolve("../theirs/file", "table")


@pytest.mark.parametrize("path", ["~nosuchuser/x", "a" * 5000, "\ud800"])
def test_a_path_that_cannot_be_followed_is_said_in_a_sentence(tmp_path, path):
    with pytest.raises(BadInput, match="no path that can be followed"):
        Place(tmp_path, (tmp_path,)).resolve(path, "table")
