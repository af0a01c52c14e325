"""Every source of links: what it reads, what it counts, and the sentence for what it cannot."""

import re
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from analysis.dataset import Dataset
from analysis.graph import Graph, graph_of
from analysis.registry import graph_sources
from analysis.study import GraphSpec
from models.errors import BadInput
from models.place import Place
from tests.unit.graph_worlds import dataset


def read(folder: Path, samples: Dataset, **said) -> Graph:
    spec = GraphSpec(name="g", **said)
    source = graph_sources()[spec.source]
    source.needs(spec, samples)
    source.fingerprint(spec, samples, Place(folder))
    links = source.read(spec, samples, Place(folder), ())
    directed = spec.directed if links.directed is None else links.directed
    return graph_of(links, len(samples), name="g", key="g", directed=directed)


def refused(folder: Path, samples: Dataset, words: str, **said) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        read(folder, samples, **said)


TABLE = "source,target,w\ns0,s1,2\ns1,s0,3\ns2,s2,1\ns1,s3,0.5\ns0,nobody,1\n"


def test_a_table_of_links_counts_loops_repeats_and_strangers(tmp_path):
    (tmp_path / "e.csv").write_text(TABLE)
    found = read(tmp_path, dataset(), path="e.csv")
    assert found.pairs.tolist() == [[0, 1], [1, 3]]
    assert {name: found.counts[name] for name in ("given", "loops", "repeats", "unknown")} == {
        "given": 5, "loops": 1, "repeats": 1, "unknown": 1
    }  # fmt: skip
    assert any("'nobody'" in note for note in found.notes)
    directed = read(tmp_path, dataset(), path="e.csv", directed=True, weight="w")
    assert directed.pairs.tolist() == [[0, 1], [1, 0], [1, 3]] and directed.weights.tolist() == [2, 3, 0.5]
    assert directed.symmetric.pairs.tolist() == [[0, 1], [1, 3]]


def test_a_table_is_told_by_content_and_its_columns_can_be_named(tmp_path):
    frame = pd.DataFrame({"w": [1.5, 2.5], "to": ["s1", "s4"], "from": ["s0", "s5"], "x": ["s2", "s3"]})
    frame.to_parquet(tmp_path / "e.anything")
    assert read(tmp_path, dataset(), path="e.anything").pairs.tolist() == [[0, 1], [4, 5]]
    assert read(tmp_path, dataset(), path="e.anything", columns=("x", "to")).pairs.tolist() == [[1, 2], [3, 4]]
    numbered = Dataset("world", tuple("01234"), pd.DataFrame(index=range(5)))
    pd.DataFrame({"a": [0, 3], "b": [1.0, 4.0]}).to_parquet(tmp_path / "n.parquet")
    assert read(tmp_path, numbered, path="n.parquet").pairs.tolist() == [[0, 1], [3, 4]]
    (tmp_path / "bare.tsv").write_text("s0\ts1\ns4\ts2\n")
    assert read(tmp_path, dataset(), path="bare.tsv", header=False).edges == 2


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("source,target\ns0,\n", "is empty in row 1", {}),
        ("source,target,w\ns0,s1,heavy\n", "holds 'heavy' in row 1", {"weight": "w"}),
        (TABLE, "no column 'weight'", {"weight": "weight"}),
        (TABLE, "name the two columns", {"columns": ("source",)}),
        ("only\ns0\n", "has one column", {"header": True}),
    ],
)
def test_a_table_that_is_no_list_of_links_says_why(tmp_path, text, words, said):
    (tmp_path / "e.csv").write_text(text)
    refused(tmp_path, dataset(), words, path="e.csv", **said)


def test_graphml_is_read_as_networkx_writes_it(tmp_path):
    plain = nx.Graph()
    plain.add_nodes_from([(i, {"name": f"s{i}"}) for i in range(5)])
    plain.add_edges_from([(0, 1, {"w": 2.0}), (1, 4, {"w": 0.25}), (2, 2, {"w": 1.0})])
    nx.write_graphml(plain, tmp_path / "g.graphml")
    found = read(tmp_path, dataset(), source="graphml", path="g.graphml", columns=("name",), weight="w")
    assert found.pairs.tolist() == [[0, 1], [1, 4]] and found.counts["loops"] == 1
    assert found.weights[found.rows == 4].tolist() == [0.25]
    nx.write_graphml(nx.DiGraph([("s0", "s1"), ("s1", "s0")]), tmp_path / "d.graphml")
    assert read(tmp_path, dataset(), source="graphml", path="d.graphml", directed=True).edges == 2
    assert read(tmp_path, dataset(), source="graphml", path="d.graphml").edges == 1


HEAD = '<?xml version="1.0"?>\n'
BODY = '<graphml><graph edgedefault="undirected"><node id="s0"/><edge source="s0" target="s1"/></graph></graphml>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + '<!DOCTYPE g [<!ENTITY a "b">]>' + BODY, "document type or an entity"),
        (HEAD + '<!DOCTYPE g SYSTEM "file:///etc/passwd">' + BODY, "document type or an entity"),
        (BODY.replace("</graph>", ""), "not well-formed XML"),
        ("<svg/>", "no GraphML"),
        (BODY.replace('target="s1"', ""), "an edge without 'target'"),
        (BODY.replace("<node", "<hyperedge/><node"), "hyperedges"),
        ("<graphml>" * 200, "nested more than"),
    ],
)
def test_graphml_that_could_do_harm_or_is_none_is_refused(tmp_path, text, words):
    (tmp_path / "g.graphml").write_text(text)
    refused(tmp_path, dataset(), words, source="graphml", path="g.graphml")


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_a_matrix_is_read_as_scipy_saves_it(tmp_path, form):
    matrix = sp.coo_array(([1, 1, 3.0, 1], ([0, 1, 2, 5], [1, 0, 4, 5])), shape=(6, 6)).asformat(form)
    sp.save_npz(tmp_path / "a.npz", matrix)
    found = read(tmp_path, dataset(), source="npz", path="a.npz")
    assert found.pairs.tolist() == [[0, 1], [2, 4]] and found.counts["repeats"] == 0 and found.counts["loops"] == 1
    assert found.weights is not None and found.weights[found.rows == 2].tolist() == [3]
    assert read(tmp_path, dataset(), source="npz", path="a.npz", directed=True).pairs.tolist() == [
        [0, 1],
        [1, 0],
        [2, 4],
    ]


def test_rows_of_a_matrix_can_be_named_or_numbered(tmp_path):
    np.savez(tmp_path / "e.npz", edges=np.array([[0, 2], [1, 3]]), labels=np.zeros(4))
    numbered = Dataset("world", ("3", "1", "0"), pd.DataFrame(index=range(3)))  # a sample of the rows
    found = read(tmp_path, numbered, source="npz", path="e.npz")
    assert found.pairs.tolist() == [[0, 1]] and found.counts["unknown"] == 1
    np.savez(tmp_path / "n.npz", edges=np.array([[0, 1]]), ids=np.array(["s4", "s2"]))
    assert read(tmp_path, dataset(), source="npz", path="n.npz").pairs.tolist() == [[2, 4]]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"edges": np.zeros((3, 3), int)}, "shape (3, 3)"),
        ({"edges": np.zeros((3, 2))}, "row numbers are whole"),
        ({"indptr": np.array([0, 9]), "indices": np.array([0]), "shape": np.array([1, 1])}, "says 9 entries and has 1"),
        ({"indptr": np.array([0, 1]), "indices": np.array([7]), "shape": np.array([1, 1])}, "links row 7 of 1"),
        ({"row": np.array([0]), "col": np.array([1]), "shape": np.array([2, 3])}, "an adjacency matrix is square"),
        ({"row": np.array([0]), "col": np.array([1]), "shape": np.array([9, 9])}, "graph of 9 rows for 6 samples"),
        ({"edges": np.array([[{}, 1]], dtype=object)}, "Python objects"),
        ({"words": np.zeros(3)}, "give a matrix saved by scipy.sparse"),
    ],
)
def test_a_matrix_that_is_none_is_refused(tmp_path, arrays, words):
    np.savez(tmp_path / "a.npz", **arrays)
    refused(tmp_path, dataset(), words, source="npz", path="a.npz")


def test_labels_become_cliques():
    found = read(Path(), dataset(kind=["a", "b", "a", None, "a", "b"]), source="labels", label="kind")
    assert found.pairs.tolist() == [[0, 2], [0, 4], [1, 5], [2, 4]]
    refused(Path(), dataset(kind=["a"] * 6), "did you mean 'kind'", source="labels", label="kinds")


def test_columns_of_numbers_give_nearest_neighbours_on_one_scale():
    samples = dataset(big=[0, 1e6, 2e6, 0, 1e6, None], small=["0", "0", "0", "1", "1", "1"])
    found = read(Path(), samples, source="knn", columns=("big", "small"), k=1)
    assert found.degrees[5] == 0 and found.counts["repeats"] == 0
    assert [0, 1] in found.pairs.tolist() and [3, 4] in found.pairs.tolist()
    assert any("1 samples without" in note for note in found.notes)
    refused(Path(), samples, "neither `space` nor `columns`", source="knn")
    refused(Path(), samples, "give less", source="knn", columns=("big",), k=9)
    refused(Path(), dataset(big=["x"] * 6), "holds 'x'", source="knn", columns=("big",), k=1)


def test_sequences_link_what_comes_next():
    assert read(Path(), dataset(), source="sequence").pairs.tolist() == [[i, i + 1] for i in range(5)]
    assert read(Path(), dataset(), source="sequence", k=2).edges == 5 + 4
    days = ["2024-03-01", "2024-01-01", None, "2024-02-01", "2023-12-31", "2024-01-01"]
    found = read(Path(), dataset(day=days), source="sequence", columns=("day",), directed=True)
    assert found.pairs.tolist() == [[1, 5], [3, 0], [4, 1], [5, 3]] and found.degrees[2] == 0
    two = dataset(who=["a", "b", "a", "b", "b", None])
    assert read(Path(), two, source="sequence", label="who").pairs.tolist() == [[0, 2], [1, 3], [3, 4]]
    refused(Path(), dataset(day=["soon"] * 6), "neither a number nor a time", source="sequence", columns=("day",))


def test_a_section_without_what_its_source_needs_says_so():
    refused(Path(), dataset(), "the links of graph 'g' is empty; give the path")
    refused(Path(), dataset(kind=["a"] * 6), "names label ''", source="labels")


def test_see_also_is_of_docstrings_alone():
    linked = replace(dataset(), edges={"see_also": np.array([[0, 3], [2, 5]], np.int32)})
    assert read(Path(), linked, source="see_also").pairs.tolist() == [[0, 3], [2, 5]]
    refused(Path(), dataset(), 'samples of source "pydocs" have', source="see_also")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"k": 0}, "give 1 or more"),
        ({"flip": 1.5}, "0 to 1"),
        ({"add": -0.1}, "0 or more"),
    ],
)
def test_a_section_that_cannot_be_is_refused(said, words):
    with pytest.raises(BadInput, match=re.escape(words)):
        GraphSpec(**{"name": "g", "path": "e.csv", **said})


@pytest.mark.shared
def test_the_citations_of_cora_are_counted_as_the_data_says(shared_data):
    lines = (shared_data / "graph" / "cora_text.jsonl").read_text(encoding="utf-8").splitlines()
    samples = Dataset("cora", tuple(str(row) for row in range(len(lines))), pd.DataFrame(index=range(len(lines))))
    found = read(shared_data / "graph", samples, path="cora_text_edges.csv")
    said = (found.counts["given"], found.counts["loops"], found.counts["repeats"], found.edges)
    assert said == (5214, 230, 213, 4771) and int((found.degrees == 0).sum()) == 72
