"""The edges of a selection lead to its neighbours in the original space, and say how many are left out."""

import numpy as np

from analysis.knn_graph import KnnGraph
from analysis.number import Number
from ui import map_edges
from ui.map_edges import edges_of


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
