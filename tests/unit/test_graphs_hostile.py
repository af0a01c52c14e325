"""Files and settings of graphs that would take the machine's memory, or mean nothing: a sentence for each, at once."""

import io
import tracemalloc
import zipfile
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.dataset import Dataset
from analysis.graph import MOST_LINKS
from analysis.study import GraphSpec
from models.errors import BadInput
from tests.unit.graph_worlds import dataset, graph
from tests.unit.test_graphs_sources import read, refused

EYE = np.eye(6)


@contextmanager
def little_memory():
    """No more than 20 MB are taken within the block."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def numbered(n: int) -> Dataset:
    return Dataset("world", tuple(map(str, range(n))), pd.DataFrame(index=range(n)))


def bomb(path, name: str, shape: tuple[int, ...], dtype: str, others: dict[str, list[int]]) -> None:
    """An array of zeros whose header is right; its bytes are written without being held."""
    np.savez(path, **{key: np.array(one, np.int64) for key, one in others.items()})
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": dtype, "fortran_order": False, "shape": shape})
    left = int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(f"{name}.npy", "w", force_zip64=True) as file,
    ):
        file.write(head.getvalue())
        for start in range(0, left, 1 << 20):
            file.write(bytes(min(1 << 20, left - start)))


@pytest.mark.parametrize("far", [10**9, 2**62, 2**63 - 1])
def test_a_pair_far_away_costs_no_memory_and_is_counted_as_unknown(tmp_path, far):
    np.savez(tmp_path / "a.npz", edges=np.array([[0, far], [far, 0], [1, 2]]))
    with little_memory():
        found = read(tmp_path, numbered(6), source="npz", path="a.npz")
    assert found.pairs.tolist() == [[1, 2]] and found.counts["unknown"] == 1
    assert f"'{far}'" in found.notes[0]
    refused(tmp_path, dataset(), f"a graph of {far + 1:,} rows for 6 samples", source="npz", path="a.npz")


def test_a_matrix_of_coordinates_may_be_vast_and_nearly_empty(tmp_path):
    side = 2**31 - 1
    np.savez(tmp_path / "a.npz", row=[0, 3], col=[5, side - 1], data=[1.0, 1.0], shape=[side, side])
    with little_memory():
        found = read(tmp_path, numbered(6), source="npz", path="a.npz")
    assert found.pairs.tolist() == [[0, 5]] and found.counts["unknown"] == 1


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "others", "words"),
    [
        ("m", (8000, 8000), "|b1", {}, "a graph of 8,000 rows for 6 samples"),
        ("data", (5_000_000,), "<f8", {"row": [0], "col": [1], "shape": [6, 6]}, "for 1 entries"),
        ("indices", (5_000_000,), "<i8", {"indptr": [0, 0, 0, 0, 0, 0, 1], "shape": [6, 6]}, "has 5,000,000"),
        ("indptr", (5_000_000,), "<i8", {"indices": [1], "shape": [6, 6]}, "does not fit a matrix of 6 rows"),
        ("shape", (5_000_000,), "<i8", {"row": [0], "col": [1]}, "an adjacency matrix is square"),
        ("format", (5_000_000,), "|S3", {"indptr": [0] * 7, "indices": [], "shape": [6, 6]}, "it is one word"),
    ],
)
def test_what_a_header_says_is_refused_before_it_is_unpacked(tmp_path, name, shape, dtype, others, words):
    bomb(tmp_path / "a.npz", name, shape, dtype, others)
    with little_memory():
        refused(tmp_path, dataset(), words, source="npz", path="a.npz")


def test_pairs_beyond_the_limit_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.graphs.matrix_arrays.MOST_BYTES", 1 << 20)
    bomb(tmp_path / "a.npz", "edges", (3_000_000, 2), "<i8", {})
    with little_memory():
        refused(tmp_path, dataset(), "has 6,000,000 entries", source="npz", path="a.npz")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"m": np.where(EYE > 0, np.nan, 0)}, "NaN or infinite"),
        ({"m": np.where(EYE > 0, -np.inf, 0)}, "NaN or infinite"),
        ({"m": EYE * 1j}, "is complex128; entries are real numbers"),
        ({"m": EYE.astype("U3")}, "is <U3"),
        ({"m": EYE.astype("datetime64[s]")}, "is datetime64[s]"),
        ({"m": EYE.astype([("a", "f4")])}, "is [('a', '<f4')]"),
        ({"row": [0], "col": [1], "shape": [6, 6], "data": [1j]}, "'data' of 'a.npz' is complex128"),
        ({"edges": np.array([[0, 1]], "m8[s]")}, "is timedelta64[s]; row numbers are whole"),
        ({"edges": np.array([[0, 2**64 - 1]], "u8")}, "row numbers end below"),
        ({"edges": [[-1, 0]]}, "links row -1 of 1, counted from 0"),
        ({"edges": [[0, 1]], "ids": [b"s0", b"s1"]}, "ids are texts or whole numbers"),
        ({"indptr": [0] * 7, "indices": np.empty(0, int), "shape": [6, 6], "format": ["csr", "csc"]}, "it is one word"),
    ],
)
def test_a_matrix_of_what_is_no_number_is_refused(tmp_path, arrays, words):
    np.savez(tmp_path / "a.npz", **arrays)
    refused(tmp_path, dataset(), words, source="npz", path="a.npz")


def test_a_sequence_of_too_many_links_is_refused_before_it_is_made():
    with little_memory():
        refused(None, dataset(12_000), f"at most {MOST_LINKS:,} are made", source="sequence", k=10**9)
    two = dataset(7, who=["a", "b", "a", "b", "b", None, "a"])
    found = read(None, two, source="sequence", label="who", k=10**30)
    assert found.pairs.tolist() == [[0, 2], [0, 6], [1, 3], [1, 4], [2, 6], [3, 4]]


@pytest.mark.parametrize("encoding", ["nosuch", "hex", "rot13", "idna", "utf-7"])
def test_graphml_in_an_encoding_that_is_none_is_refused(tmp_path, encoding):
    (tmp_path / "g.graphml").write_text(f'<?xml version="1.0" encoding="{encoding}"?><graphml/>')
    refused(tmp_path, dataset(), "'g.graphml' is ", source="graphml", path="g.graphml")


@pytest.mark.parametrize(
    ("default", "own", "one_way", "both_ways"),
    [
        ("undirected", ("", ""), [[0, 1], [2, 3]], [[0, 1], [2, 3]]),
        ("directed", ("false", "0"), [[0, 1], [2, 3]], [[0, 1], [2, 3]]),
        ("directed", ("", ""), [[0, 1], [2, 3]], [[0, 1], [3, 2]]),
        ("undirected", ("true", "1"), [[0, 1], [2, 3]], [[0, 1], [3, 2]]),
        ("directed", ("false", ""), [[0, 1], [2, 3]], [[0, 1], [1, 0], [3, 2]]),
    ],
)
def test_an_edge_has_the_direction_that_it_says_itself(tmp_path, default, own, one_way, both_ways):
    said = [f' directed="{one}"' if one else "" for one in own]
    edges = f'<edge source="s0" target="s1"{said[0]}/><edge source="s3" target="s2"{said[1]}/>'
    (tmp_path / "g.graphml").write_text(f'<graphml><graph edgedefault="{default}">{edges}</graph></graphml>')
    assert read(tmp_path, dataset(), source="graphml", path="g.graphml").pairs.tolist() == one_way
    assert read(tmp_path, dataset(), source="graphml", path="g.graphml", directed=True).pairs.tolist() == both_ways


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (pa.array([b"\xff"]), "is binary"),
        (pa.array([["s0"]]), "is list<"),
        (pa.array([{"a": 1}]), "is struct<"),
        (pa.array([0.5]), "holds 0.5 in row 1"),
        (pa.array([1e300]), "holds 1.0000000000000001e+300 in row 1"),
        (pa.array([2.0**53]), "ids in a column of float64 are whole and below 2^53"),
        (pa.array([2.0**24], pa.float32()), "whole and below 2^24"),
        (pa.array([float("inf")]), "holds inf in row 1"),
        (pa.array([float("nan")]), "is empty in row 1"),
    ],
)
def test_ends_that_are_no_names_are_refused(tmp_path, ends, words):
    pq.write_table(pa.table({"source": ends, "target": ["s1"]}), tmp_path / "e.parquet")
    refused(tmp_path, dataset(), words, path="e.parquet")


def test_weights_that_are_durations_or_too_heavy_are_refused(tmp_path):
    weights = pa.array([1], pa.duration("us"))
    pq.write_table(pa.table({"source": ["s0"], "target": ["s1"], "w": weights}), tmp_path / "e.parquet")
    refused(tmp_path, dataset(), "weights are numbers", path="e.parquet", weight="w")
    (tmp_path / "e.csv").write_text("source,target,w\ns0,s1,1e300\n")
    refused(tmp_path, dataset(), "weight 1e+300; at most 3.4e+38", path="e.csv", weight="w")
    assert graph([[0, 1]], 2, weights=[-3e38]).weights.tolist() == [np.float32(-3e38)] * 2


@pytest.mark.parametrize("said", [{"source": "knn", "columns": ("text",)}, {"source": "sequence", "columns": ("text",)},
                                  {"source": "labels", "label": "text"}])  # fmt: skip
def test_a_column_that_is_embedded_is_told_from_one_that_is_not_there(said):
    words = "'text', which is no column of the samples besides their ids and what is embedded; there are: kind"
    refused(None, dataset(20, kind=["a"] * 20), words, **said)


@pytest.mark.parametrize("share", [float("inf"), float("nan"), -float("inf")])
@pytest.mark.parametrize("setting", ["add", "flip"])
def test_noise_is_a_finite_share(setting, share):
    with pytest.raises(BadInput, match=f"{setting} of"):
        GraphSpec(name="g", path="e.csv", **{setting: share})


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["f4", ">f8", "?", "u2"])
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_whole_matrix_is_read_in_parts_as_at_once(tmp_path, monkeypatch, order, dtype, save):
    monkeypatch.setattr("analysis.graphs.matrix_arrays.PART", 100)
    matrix = (np.random.default_rng(0).random((30, 30)) < 0.1).astype(dtype)
    save(tmp_path / "a.npz", m=np.asarray(matrix, order=order))
    found = read(tmp_path, numbered(30), source="npz", path="a.npz", directed=True)
    rows, columns = np.nonzero(matrix)
    apart = rows != columns  # no sample is linked to itself
    assert sorted(map(tuple, found.pairs.tolist())) == sorted(zip(rows[apart], columns[apart], strict=True))


def test_a_whole_matrix_larger_than_the_memory_of_links_is_read_in_little(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.graphs.matrix_arrays.MOST_BYTES", 1 << 20)
    monkeypatch.setattr("analysis.graphs.matrix_arrays.PART", 1 << 20)
    bomb(tmp_path / "a.npz", "m", (6000, 6000), "<f4", {})
    with little_memory():
        assert len(read(tmp_path, numbered(6000), source="npz", path="a.npz").pairs) == 0


def test_a_whole_matrix_of_too_many_entries_is_refused_before_all_are_held(tmp_path, monkeypatch):
    monkeypatch.setattr("analysis.graphs.matrix_entries.MOST_ENTRIES", 10)
    np.savez(tmp_path / "a.npz", m=np.ones((6, 6)))
    refused(tmp_path, dataset(), "has over 10 entries that are not zero", source="npz", path="a.npz")
