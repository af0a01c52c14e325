"""The edges of a selection lead to its neighbours in the original space, and say how many are left out."""

import numpy as np

from analysis.figures.palette import SEQUENTIAL
from analysis.graph import of_pairs
from analysis.knn_graph import KnnGraph
from analysis.number import Number
from analysis.space import EmbeddingSpace
from ui import lines, map_edges
from ui.map_edges import COLORS, edges_of, links_of


def graph(n: int, k: int = 2) -> KnnGraph:
    """A ring: the neighbours of i are the next ones."""
    indices = (np.arange(n)[:, None] + np.arange(1, k + 1)) % n
    distances = np.tile(np.arange(1, k + 1), (n, 1))
    return KnnGraph(
        "g", "cosine", "exact", indices.astype(np.int32), distances.astype(np.float32), Number(value=1.0), ()
    )


def test_edges_join_the_selected_with_their_neighbours_once():
    found = edges_of(graph(5), np.array([0, 1]), np.arange(5), 2, seed=0)
    assert found.ends.tolist() == [[0, 1], [0, 2], [1, 2], [1, 3]]
    assert found.said == "Lines: the selection's 4 edges to its 2 nearest in the original space."


def test_ends_are_places_on_the_map_and_samples_that_are_not_drawn_have_none():
    places = np.array([2, -1, 0, 1, -1])
    assert edges_of(graph(5), np.array([0, 2]), places, 2, seed=0).ends.tolist() == [[0, 1], [0, 2]]


def test_beyond_the_cap_a_seeded_sample_is_drawn_and_says_so(monkeypatch):
    monkeypatch.setattr(map_edges, "MOST", 10)
    first, again = (edges_of(graph(50), np.arange(50), np.arange(50), 2, seed=3) for _ in range(2))
    assert len(first.ends) == 10 and np.array_equal(first.ends, again.ends)
    assert "100 edges" in first.said and first.said.endswith("10 of them drawn, seed 3.")


def test_without_a_selection_there_are_no_edges():
    assert edges_of(graph(5), np.empty(0, np.int64), np.arange(5), 2, seed=0) is map_edges.NONE


LINE = EmbeddingSpace("line", "line", np.array([[0, 0], [1, 0], [3, 0], [7, 0]], np.float32), list("abcd"))


def links(*pairs: tuple[int, int], rows=(0,), places=(0, 1, 2, 3), space=LINE):
    graph = of_pairs(np.array(pairs), 4, "links")
    return links_of(graph, space, np.array(rows), np.array(places), metric="euclidean", seed=0)


def test_links_of_the_selection_are_in_runs_from_the_shortest_to_the_longest():
    found = links((0, 3), (0, 1), (2, 3), (0, 2))
    assert found.ends.tolist() == [[0, 1], [0, 2], [0, 3]] and found.span == (1.0, 7.0)
    assert len(found.runs) == COLORS and found.runs[0] == 1 and found.runs[3] == 1 and found.runs[-1] == 1
    assert [len(part) for part in found.parts] == list(found.runs)
    assert "3 links in 'links', coloured by distance in line, 1.00 to 7.00" in found.said


def test_links_to_samples_that_are_not_drawn_are_left_out_and_none_is_said():
    assert links((0, 3), (0, 1), places=(2, -1, 0, 1)).ends.tolist() == [[2, 1]]
    assert links((2, 3)).said == "Lines: no link of 'links' touches what is selected." and not len(links((2, 3)).ends)


def test_links_without_a_length_have_one_color_and_say_why():
    same = EmbeddingSpace("same", "same", np.ones((4, 2), np.float32), list("abcd"))
    found = links((0, 1), space=same)
    assert found.span is None and "no length: All vectors are equal" in found.said and len(found.parts) == 1


def test_the_ramp_of_lengths_says_both_ends():
    said = lines.legend(links((0, 3), (0, 1)), "light")
    assert "1.00<" in said and ">7.00" in said and all(color in said for color in SEQUENTIAL["light"])
    assert lines.legend(map_edges.NONE, "light") == ""
