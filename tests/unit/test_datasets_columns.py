"""Columns of numbers: vectors from lists or text, features from cells, refused at their first wrong row."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from analysis.dataset import Dataset
from analysis.datasets.table import DATASET
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place


def load(folder: Path, path: str, **options: object) -> Dataset:
    return DATASET.load(DatasetSpec(source="table", path=path, **options), Place(folder), 0)  # type: ignore[arg-type]


def refusal(folder: Path, content: str, **options: object) -> str:
    (folder / "t.csv").write_text(content)
    with pytest.raises(BadInput) as caught:
        load(folder, "t.csv", **options)
    return str(caught.value)


def test_vectors_are_read_from_lists_and_from_text(tmp_path: Path) -> None:
    expected = np.array([[0.1, 2], [3, -4e-2]], dtype=np.float32)
    parquet.write_table(pa.table({"v": expected.tolist()}), tmp_path / "lists")
    fixed = pa.array(expected.tolist(), type=pa.list_(pa.float16(), 2))
    feather.write_feather(pa.table({"v": fixed}), tmp_path / "half")
    (tmp_path / "json").write_text('{"v": [0.1, 2]}\n{"v": [3, -4e-2]}\n')
    (tmp_path / "text").write_text('v,label\n"[0.1, 2]",a\n"[3, -4e-2]",b\n')
    (tmp_path / "spaces").write_text("v\tlabel\n[0.1 2.]\ta\n3 -4e-2\tb\n")
    for name in ("lists", "json", "text", "spaces", "half"):
        vectors = load(tmp_path, name, vector="v").items("vector")
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(vectors, expected, rtol=1e-3 if name == "half" else 1e-7, err_msg=name)


def test_numeric_columns_become_one_matrix(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("id,age,mass,label\n1,3, 2.5,x\n2,-4,1e3,y\n")
    data = load(tmp_path, "t", id="id", numeric=("mass", "age"), labels=("label",))
    np.testing.assert_array_equal(data.items("numeric"), np.array([[2.5, 3], [1000, -4]], dtype=np.float32))
    assert data.numeric_names == ("mass", "age")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"v": [1, 2]}\n{"v": [1]}\n', ["ragged", "row 2 has 1 numbers, row 1 has 2"]),
        ('{"v": [1, 2]}\n{"v": [1, NaN]}\n', ["NaN or infinite", "row 2, number 2"]),
        ('{"v": [1, 2]}\n{"v": [1, 1e39]}\n', ["too large for float32", "1e+39", "row 2"]),
        ('{"v": [1, 2]}\n{"v": null}\n', ["1 samples without a vector", "row 2"]),
        ('v,l\n"[1, 2]",a\n"[1, x]",b\n', ["'[1, x]' in row 2", "[0.1, 0.2]"]),
        ('v,l\n"[1, 2]",a\n"[1]",b\n', ["ragged", "row 2 has 1"]),
        ('{"v": ["a"]}\n{"v": ["b"]}\n', ["not a list of numbers"]),
    ],
)
def test_vectors_that_are_none_are_refused(tmp_path: Path, content: str, words: list[str]) -> None:
    sentence = refusal(tmp_path, content, vector="v")
    assert all(word in sentence for word in ["column 'v' of 't.csv'", *words]), sentence


@pytest.mark.parametrize(("cell", "shown"), [("n/a", "'n/a'"), ("", "nothing"), ("inf", "'inf'"), ("1_000", "'1_000'")])
def test_a_numeric_cell_that_is_no_number_is_refused(tmp_path: Path, cell: str, shown: str) -> None:
    sentence = refusal(tmp_path, f"age,label\n1,a\n2,b\n{cell},c\n", numeric=("age",))
    assert f"1 cells that are no finite number (first: {shown} in row 3)" in sentence
