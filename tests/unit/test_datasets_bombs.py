"""Files that hold far more than they weigh are refused by what they say of themselves, before anything is unpacked."""

import resource
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from analysis.dataset import Dataset
from analysis.datasets import delimited, json_rows, table, table_file, vectors
from analysis.datasets.arrow_sizes import arrow_sizes
from analysis.datasets.decoded import decoded_bytes
from analysis.datasets.limits import Limits, check_file
from analysis.plugin import Preview
from analysis.study import DatasetSpec
from models.place import Place
from tests.refusals import light_refusal, refusal

LIMITS = Limits(bytes=1 << 20, rows=10_000, dimensions=100, pixels=1000)
TEXTS = pa.table(
    {
        "text": ["é", "two words", ""] * 100,
        "list": [[1, 2], None, []] * 100,
        "kind": pa.array(["q", "w", "e"] * 100).dictionary_encode(),
        "tree": [{"k": 1.5, "b": b"xx"}] * 300,
        "nothing": pa.nulls(300),
    }
)


def stream(data: pa.Table, path: Path, compression: str | None = None) -> None:
    with ipc.new_stream(path, data.schema, options=ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write_table(data, max_chunksize=70)


def folded(text: str, rows: int) -> pa.Array:
    """One text, meant by every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), pa.array([text]))


def load(path: Path, **options: object) -> Dataset:
    return table.DATASET.load(DatasetSpec(path=path.name, **options), Place(path.parent), 0)  # type: ignore[arg-type]


def preview(path: Path) -> Preview:
    return table.DATASET.preview(DatasetSpec(path=path.name), Place(path.parent))


def at_the_door(path: Path) -> str:
    return light_refusal(lambda: check_file(path, LIMITS))


@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
@pytest.mark.parametrize("kind", ["file", "stream"])
def test_the_sizes_of_arrow_files_are_those_of_what_is_read(tmp_path: Path, compression: str | None, kind: str) -> None:
    path = tmp_path / "t"
    if kind == "file":
        feather.write_feather(TEXTS, path, compression=compression or "uncompressed", chunksize=70)
    else:
        stream(TEXTS, path, compression)
    sizes = arrow_sizes(path)
    assert sizes.rows == 300
    assert sizes.elements >= 300 * TEXTS.num_columns
    held = ipc.open_file(path).read_all() if kind == "file" else ipc.open_stream(path).read_all()
    assert 0.9 * held.nbytes < sizes.bytes < 1.1 * held.nbytes + 10_000  # padding, and each batch's own offsets
    check_file(path, LIMITS)


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_packed_arrow_files_are_refused_by_their_rows_and_bytes(tmp_path: Path, kind: str) -> None:
    def write(data: pa.Table, path: Path) -> None:
        feather.write_feather(data, path, compression="zstd", chunksize=1 << 26) if kind == "file" else stream(
            data, path, "zstd"
        )

    write(pa.table({"x": np.zeros(30_000, dtype=np.int8)}), tmp_path / "long")
    assert "'long' has 30,000 rows; at most 10,000" in at_the_door(tmp_path / "long")
    write(pa.table({"x": ["y" * 2000] * 5000}), tmp_path / "wide")
    assert (tmp_path / "wide").stat().st_size < 100_000
    assert "'wide' unpacked has 10,0" in at_the_door(tmp_path / "wide")
    write(pa.table({"x": pa.nulls(10**8)}) if kind == "file" else pa.table({"x": pa.nulls(10**5)}), tmp_path / "none")
    assert "'none' has 100,000" in at_the_door(tmp_path / "none")


def test_a_file_that_unpacks_to_more_than_the_memory_is_refused_whoever_gives_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_file, "machine_memory", lambda: 1_000_000)
    data = pa.table({"x": ["y" * 2000] * 5000})
    stream(data, tmp_path / "arrow", "zstd")
    parquet.write_table(data, tmp_path / "parquet", compression="zstd", use_dictionary=False)
    assert "'arrow' does not fit into memory" in refusal(lambda: preview(tmp_path / "arrow"))
    assert "'parquet' unpacked has 10,0" in refusal(lambda: preview(tmp_path / "parquet"))


@pytest.mark.filterwarnings("ignore:Feather V1")
def test_the_first_version_of_feather_is_read_as_it_was(tmp_path: Path) -> None:
    feather.write_feather(pa.table({"text": ["a b", "c"]}), tmp_path / "t", version=1)
    check_file(tmp_path / "t", LIMITS)
    assert load(tmp_path / "t", text="text").texts == ["a b", "c"]


def test_lists_of_nothing_are_counted_by_their_elements(tmp_path: Path) -> None:
    lists = pa.FixedSizeListArray.from_arrays(pa.nulls(10**8), 10**5)
    stream(pa.table({"x": lists}), tmp_path / "t")
    assert "'t' unpacked has" in at_the_door(tmp_path / "t") and (tmp_path / "t").stat().st_size < 10_000


def test_a_batch_that_the_footer_names_again_and_again_counts_every_time(tmp_path: Path) -> None:
    feather.write_feather(pa.table({"x": np.zeros(600, np.int8)}), tmp_path / "t", compression="uncompressed")
    whole = (tmp_path / "t").read_bytes()
    length = int.from_bytes(whole[-10:-6], "little")
    footer = bytearray(whole[-10 - length : -10])
    block = whole.index(b"\xff\xff\xff\xff", 16)  # the batch follows the schema
    at = footer.index(block.to_bytes(8, "little"))
    assert int.from_bytes(footer[at - 4 : at], "little") == 1  # how many batches there are
    footer[at - 4 : at] = (2).to_bytes(4, "little")  # the second is whatever follows: no place in the file
    (tmp_path / "t").write_bytes(whole[: -10 - length] + footer + whole[-10:])
    assert "damaged" in at_the_door(tmp_path / "t")


@pytest.mark.parametrize("kind", ["arrow", "parquet", "nested parquet"])
def test_dictionaries_are_refused_by_what_they_mean(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path, column = tmp_path / "t", folded("x" * 10_000, 9_000)
    if kind == "arrow":
        stream(pa.table({"x": column}), path, "zstd")
    else:
        nested = pa.ListArray.from_arrays(pa.array([0, 9_000], pa.int32()), column)
        written = pa.table({"x": column if kind == "parquet" else nested})
        parquet.write_table(written, path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 30_000
    assert "column 'x' of 't' brings the table to 90,0" in at_the_door(path)
    monkeypatch.setattr(table_file, "machine_memory", lambda: 50_000_000)
    assert "at most 50,000,000 are taken here" in refusal(lambda: preview(path))
    assert "at most 50,000,000 are taken here" in refusal(lambda: load(path))


def test_numbers_that_parquet_says_once_are_counted_as_often_as_they_are_meant(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"x": [[1.0] * 100_000] * 30}), tmp_path / "t", compression="zstd")
    assert (tmp_path / "t").stat().st_size < 10_000
    assert "'t' unpacked has 24,000,000 bytes; at most 1,048,576" in at_the_door(tmp_path / "t")


@pytest.mark.parametrize(
    "array",
    [
        pa.array(["a", "bb", None] * 5).dictionary_encode(),
        pa.array(["a", "bb" * 40, None] * 5, pa.string_view()),
        pa.array([["a", "bb"], [], None] * 5, pa.list_(pa.dictionary(pa.int32(), pa.string()))),
        pa.array([{"k": "a"}, {"k": "bbb"}] * 5, pa.struct([("k", pa.string_view())])),
        pa.array([[("a", "b")], [("cc", "d")]] * 5, pa.map_(pa.string(), pa.string_view())),
        pa.array([1, 2, 1] * 5).dictionary_encode(),
    ],
    ids=lambda array: str(array.type)[:30],
)
def test_what_arrays_mean_is_at_least_their_text_and_not_much_more(array: pa.Array) -> None:
    for part in (array, array.slice(3, 4)):
        letters = sum(letter in "abcd" for letter in str(part.to_pylist()))
        assert letters <= decoded_bytes(part, "x") <= letters + 60 * len(part)


def test_runs_and_shared_lists_are_refused_in_words(tmp_path: Path) -> None:
    views = pa.ListViewArray.from_arrays(
        pa.array([0] * 50, pa.int32()), pa.array([2] * 50, pa.int32()), pa.array([1, 2])
    )
    for name, array in (("runs", pa.RunEndEncodedArray.from_arrays([50], ["a"])), ("views", views)):
        stream(pa.table({"x": array}), tmp_path / name)
        assert f"column 'x' of '{name}' holds " in at_the_door(tmp_path / name)
        assert "not read here" in refusal(lambda name=name: preview(tmp_path / name))


def test_folded_columns_are_read_as_what_they_mean(tmp_path: Path) -> None:
    columns = {
        "id": pa.array([f"i{i}" for i in range(40)], pa.string_view()),
        "text": folded("the cat", 40),
        "kind": pa.array(["a", "b"] * 20).dictionary_encode(),
        "nothing": pa.nulls(40),
    }
    stream(pa.table(columns), tmp_path / "t")
    found = preview(tmp_path / "t").columns.set_index("column")
    assert found["type"].to_list() == ["text"] * 4 and found["missing"].to_list() == [0, 0, 0, 40]
    data = load(tmp_path / "t", id="id", text="text", labels=("kind", "nothing"))
    assert (data.ids[1], data.texts and data.texts[1]) == ("i1", "the cat")
    assert data.frame["kind"].to_list()[:2] == ["a", "b"] and data.frame["nothing"].isna().all()


def test_what_arrow_cannot_do_is_said_in_words(tmp_path: Path) -> None:
    odd = pa.array([10**17], pa.timestamp("s"))  # a year that no calendar has
    stream(pa.table({"x": odd, "y": ["a"]}), tmp_path / "t")
    assert "'t' holds a column that cannot be worked with" in refusal(lambda: preview(tmp_path / "t"))


def test_too_many_columns_are_refused_by_the_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (30_000, 300_000):
        row = ",".join(["1"] * width)
        (tmp_path / "w.csv").write_text(",".join(f"c{i}" for i in range(width)) + f"\n{row}\n{row}\n")
        assert "columns or more; a table may have 20,000" in refusal(lambda: preview(tmp_path / "w.csv"))
    spec = DatasetSpec(source="vectors", path="w.csv")
    sentence = refusal(lambda: vectors.DATASET.load(spec, Place(tmp_path), 0))
    assert "'w.csv' has 300,000 numbers in a row; at most 100,000" in sentence
    monkeypatch.setattr(delimited, "MOST_COLUMNS", 5)
    (tmp_path / "w.jsonl").write_text("".join(f'{{"c{i}": 1}}\n' for i in range(6)))
    parquet.write_table(pa.table({f"c{i}": [1] for i in range(6)}), tmp_path / "w.parquet")
    for name in ("w.jsonl", "w.parquet"):
        assert "has 6 columns or more" in refusal(lambda name=name: preview(tmp_path / name))


def test_a_table_of_many_columns_is_read_in_a_moment(tmp_path: Path) -> None:
    rows = [",".join(f"c{i}" for i in range(5000)), *[",".join(["1.5"] * 5000)] * 3]
    (tmp_path / "w.csv").write_text("\n".join(rows))
    start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert table_file.read_table(tmp_path / "w.csv").rows == 3
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_utime - start < 3
    )  # it took 12 when names were counted one by one


def test_rows_of_json_that_leave_most_columns_out_are_counted_as_a_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_rows, "MOST_CELLS", 1000)
    (tmp_path / "t").write_text("{" + ",".join(f'"c{i}": 1' for i in range(100)) + "}\n" + "{}\n" * 50)
    assert "'t' has 100 columns by its row 11, over 1,000 cells" in refusal(lambda: preview(tmp_path / "t"))


@pytest.mark.parametrize("form", ["lines", "array"])
def test_numbers_and_brackets_beyond_pythons_limits_are_refused(tmp_path: Path, form: str) -> None:
    def write(cell: str) -> Path:
        path = tmp_path / "t"
        path.write_text(f'{{"t": {cell}}}\n' if form == "lines" else f'[{{"t": {cell}}}]')
        return path

    assert "a number with too many digits" in refusal(lambda: preview(write("9" * 5000)))
    assert "a number with too many digits" in refusal(lambda: preview(write(f"[{'9' * 400}, 1]")))
    assert "brackets nested too deeply" in refusal(lambda: preview(write("[" * 50_000 + "]" * 50_000)))
    assert "brackets that open" in at_the_door(write("[" + "[]," * 60_000 + "[]]"))


def test_word_vectors_without_an_end_of_line_are_refused(tmp_path: Path) -> None:
    (tmp_path / "v").write_text("1 " * 3_000_000)
    sentence = refusal(lambda: vectors.DATASET.load(DatasetSpec(source="vectors", path="v"), Place(tmp_path), 0))
    assert "'v' has lines of 4,194,304 characters or more" in sentence
