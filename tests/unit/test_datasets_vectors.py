"""Vectors made elsewhere: every format gives the same matrix, and what could run or lie is refused."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from analysis.dataset import Dataset
from analysis.datasets.vectors import DATASET
from analysis.study import DatasetSpec
from models.errors import BadInput
from models.place import Place

MATRIX = np.array([[1, 0.5, -2], [3, 4, 5.25], [0, 0, 1e-3]], dtype=np.float32)


def load(folder: Path, path: str, **options: object) -> Dataset:
    return DATASET.load(DatasetSpec(source="vectors", path=path, **options), Place(folder), 0)  # type: ignore[arg-type]


def refusal(folder: Path, path: str, **options: object) -> str:
    with pytest.raises(BadInput) as caught:
        load(folder, path, **options)
    return str(caught.value)


@pytest.mark.shared
def test_glove_equals_a_line_by_line_reading(shared_data: Path) -> None:
    path = "wordvec/glove_twitter_25d.txt"
    lines = [line.split(" ") for line in (shared_data / path).read_text(encoding="utf-8").rstrip("\n").split("\n")]
    glove = load(shared_data, path)
    assert len(glove) == 11925
    assert glove.ids == tuple(line[0] for line in lines)
    np.testing.assert_array_equal(glove.vectors, np.array([line[1:] for line in lines], dtype=np.float32))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_every_format_gives_the_same_matrix(tmp_path: Path, dtype: type) -> None:
    matrix = MATRIX.astype(dtype)
    np.save(tmp_path / "v.npy", matrix)
    np.savez(tmp_path / "v.npz", matrix)
    np.savez_compressed(tmp_path / "small.npz", v=matrix)
    save_file({"v": matrix}, tmp_path / "v.safetensors")
    np.savetxt(tmp_path / "v.tsv", matrix, delimiter="\t")
    np.savetxt(tmp_path / "v.csv", matrix, delimiter=",", header="x,y,z", comments="")
    np.savetxt(tmp_path / "v.txt", matrix)
    for path in sorted(tmp_path.iterdir()):
        data = load(tmp_path, path.name)
        assert data.vectors is not None and data.vectors.dtype == np.float32
        np.testing.assert_array_equal(data.vectors, matrix.astype(np.float32), err_msg=path.name)
        assert data.ids == ("0", "1", "2")


def test_a_fortran_ordered_matrix_keeps_its_rows(tmp_path: Path) -> None:
    np.save(tmp_path / "v", np.asfortranarray(MATRIX))
    np.testing.assert_array_equal(load(tmp_path, "v.npy").vectors, MATRIX)


@pytest.mark.parametrize(
    "content",
    [
        "the 1 0.5 -2\nof 3 4 5.25\nand 0 0 1e-3\n",
        "3 3\nthe 1 0.5 -2 \nof 3 4 5.25 \nand 0 0 1e-3 \n",
        "the\t1\t0.5\t-2\nof\t3\t4\t5.25\nand\t0\t0\t1e-3",
        "\ufeffthe 1 0.5 -2\r\nof 3 4 5.25\r\nand 0 0 1e-3\r\n",
    ],
    ids=["GloVe", "word2vec", "tabs", "BOM and CRLF"],
)
def test_words_become_ids(tmp_path: Path, content: str) -> None:
    (tmp_path / "w").write_bytes(content.encode())
    data = load(tmp_path, "w")
    assert data.ids == ("the", "of", "and")
    np.testing.assert_array_equal(data.vectors, MATRIX)


def test_words_may_hold_spaces_quotes_and_be_numbers(tmp_path: Path) -> None:
    (tmp_path / "w").write_text('7 1 0.5 -2\n". . 3 4 5.25\nnan 0 0 1e-3\n')
    data = load(tmp_path, "w")
    assert data.ids == ("7", '". .', "nan")
    np.testing.assert_array_equal(data.vectors, MATRIX)


def test_the_named_array_is_taken_and_several_are_listed(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", a=MATRIX, b=MATRIX * 2, ids=np.array(["x", "y", "z"]))
    save_file({"a": MATRIX, "b": MATRIX * 2}, tmp_path / "v.safetensors")
    for name in ("v.npz", "v.safetensors"):
        np.testing.assert_array_equal(load(tmp_path, name, array="b").vectors, MATRIX * 2)
        assert "set `array` to one of: a (3, 3)" in refusal(tmp_path, name)
        assert "no array 'c'" in refusal(tmp_path, name, array="c")
    assert load(tmp_path, "v.npz", array="b").ids == ("x", "y", "z")


def test_projector_metadata_joins_row_by_row_with_or_without_header(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "vectors.tsv", MATRIX, delimiter="\t")
    (tmp_path / "with.tsv").write_text("word\tcount\nthe\t9\nof\t8\nand\t7\n")
    (tmp_path / "without.tsv").write_text("the\nof\nand\n")
    data = load(tmp_path, "vectors.tsv", metadata="with.tsv", id="word", labels=("count",))
    assert (data.ids, data.frame["count"].to_list()) == (("the", "of", "and"), ["9", "8", "7"])
    bare = load(tmp_path, "vectors.tsv", metadata="without.tsv", id="column1", text="column1")
    assert (bare.ids, bare.texts) == (("the", "of", "and"), ["the", "of", "and"])


def test_metadata_joins_by_id_where_both_have_one(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("the 1 0\nof 0 1\n")
    (tmp_path / "m.csv").write_text("word,kind\nand,c\nof,p\nthe,d\n")
    data = load(tmp_path, "w", metadata="m.csv", id="word", labels=("kind",))
    assert (data.ids, data.frame["kind"].to_list()) == (("the", "of"), ["d", "p"])
    (tmp_path / "short.csv").write_text("word,kind\nand,c\nof,p\n")
    sentence = refusal(tmp_path, "w", metadata="short.csv", id="word")
    assert "1 vectors have no row in column 'word' of 'short.csv' (first: 'the')" in sentence


def test_metadata_of_another_length_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "v", MATRIX)
    (tmp_path / "m.csv").write_text("a,b\n1,2\n")
    assert "'m.csv' has 1 rows for 3 vectors" in refusal(tmp_path, "v.npy", metadata="m.csv")
    assert "set `metadata`" in refusal(tmp_path, "v.npy", labels=("kind",))


def test_a_sample_keeps_rows_together(tmp_path: Path) -> None:
    matrix = np.arange(200, dtype=np.float32).reshape(100, 2)
    np.save(tmp_path / "v", matrix)
    data = load(tmp_path, "v.npy", sample=10)
    np.testing.assert_array_equal(data.vectors, matrix[[int(i) for i in data.ids]])
    assert "A sample of 10 of 100 rows." in data.notes


def save_array(path: Path, array: object) -> None:
    with path.open("wb") as file:
        np.save(file, array)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([[1, np.nan]]), ["the matrix of 'v'", "nan in row 1, number 2"]),
        (np.array([[1.0, 2], [1, 1e300]]), ["too large for float32", "1e+300 in row 2", "scale"]),
        (np.zeros(3), ["shape (3,)", "one row of numbers per sample"]),
        (np.zeros((2, 3, 4)), ["shape (2, 3, 4)"]),
        (np.zeros((2, 0)), ["shape (2, 0)"]),
        (np.zeros((2, 3), dtype=np.complex64), ["complex64"]),
        (np.array([["a", "b"]]), ["<U1"]),
        (np.zeros((1, 3)), ["1 sample;"]),
        (np.zeros((0, 3)), ["0 samples"]),
    ],
)
def test_a_matrix_that_is_none_is_refused(tmp_path: Path, array: np.ndarray, words: list[str]) -> None:
    save_array(tmp_path / "v", array)
    sentence = refusal(tmp_path, "v")
    assert all(word in sentence for word in words), sentence


class Bomb:
    """Runs when unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("a pickle was run",)


def test_objects_and_pickles_are_refused_without_running(tmp_path: Path) -> None:
    array = np.empty((2, 1), dtype=object)
    array[:] = Bomb()
    np.save(tmp_path / "v.npy", array, allow_pickle=True)
    np.savez(tmp_path / "v.npz", v=array)
    (tmp_path / "v.pkl").write_bytes(pickle.dumps(Bomb(), protocol=4))
    assert "Python objects" in refusal(tmp_path, "v.npy")
    assert "array 'v' of 'v.npz' holds Python objects" in refusal(tmp_path, "v.npz")
    assert "pickle" in refusal(tmp_path, "v.pkl")


@pytest.mark.parametrize("name", ["v.npy", "v.npz", "v.safetensors"])
def test_a_truncated_file_is_refused(tmp_path: Path, name: str) -> None:
    matrix = np.ones((100, 20), dtype=np.float32)
    np.save(tmp_path / "v.npy", matrix)
    np.savez(tmp_path / "v.npz", matrix)
    save_file({"v": matrix}, tmp_path / "v.safetensors")
    data = (tmp_path / name).read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) // 2])
    assert "'cut' is" in (sentence := refusal(tmp_path, "cut")) and "cut off or damaged" in sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("the 1 2\nof 3\n", ["'w' is ragged", "line 2 has 1 numbers, the others 2"]),
        ("a 1 2\n" * 200 + "b 1 2 3\n", ["ragged", "line 201 has 3 numbers, the others 2"]),
        ("a 1 2\n" * 200 + "b 1\n", ["ragged", "line 201 has 1 numbers, the others 2"]),
        ("a 1 2\n" * 200 + "b 1 x\n", ["line 201 of 'w' has 'x' where a number should be"]),
        ("a 1 2\nb 1 nan\n", ["NaN or infinite", "row 2"]),
        ("a 1 2\nb 1 1e39\n", ["row 2"]),
        ("a 1 2\na 3 4\n", ["1 repeated ids", "'a'"]),
        ("3 2\n", ["'w' has 1 sample"]),
        ("hello world\nof text\n", ["no vectors", "'text' is no number", 'source = "table"']),
        ('{"v": [1]}\n', ["is a table (json lines)", 'source = "table"']),
    ],
)
def test_text_that_holds_no_vectors_is_refused(tmp_path: Path, content: str, words: list[str]) -> None:
    (tmp_path / "w").write_text(content)
    sentence = refusal(tmp_path, "w")
    assert all(word in sentence for word in words), sentence


def test_word2vec_binary_is_named(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"2 2\nthe " + MATRIX[:1, :2].tobytes() + b"\nof " + bytes(8))
    assert "word2vec's binary form" in refusal(tmp_path, "w")


def test_the_preview_names_arrays_and_suggests_one(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", a=MATRIX, b=MATRIX * 2)
    (tmp_path / "m.csv").write_text("word,kind,text\nthe,d,some words\nof,p,more words here\nand,d,x y\n")
    spec = DatasetSpec(source="vectors", path="v.npz", metadata="m.csv")
    preview = DATASET.preview(spec, Place(tmp_path))
    assert preview.rows == 3
    assert preview.columns["column"].to_list() == ["vector", "word", "kind", "text"]
    assert preview.suggestion == {"array": "a", "id": "word", "text": "text", "labels": ("kind",), "header": True}
    load(tmp_path, "v.npz", metadata="m.csv", **preview.suggestion)


def test_the_fingerprint_holds_vectors_and_metadata(tmp_path: Path) -> None:
    np.save(tmp_path / "v", MATRIX)
    (tmp_path / "m.csv").write_text("a\n1\n2\n3\n")
    spec = DatasetSpec(source="vectors", path="v.npy", metadata="m.csv")
    before = DATASET.fingerprint(spec, Place(tmp_path))
    (tmp_path / "m.csv").write_text("a\n1\n2\n4\n")
    after = DATASET.fingerprint(spec, Place(tmp_path))
    assert before["file"] == after["file"] and before["metadata"] != after["metadata"]
