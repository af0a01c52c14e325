"""Two samples in the graphs of a study: linked, some links apart, or without a way."""

from dataclasses import replace

import networkx as nx
import numpy as np

from analysis.graph import of_pairs
from analysis.series.two_samples import in_graph


def test_how_many_links_apart_two_samples_are_is_networkxs_shortest_path():
    known = nx.gnp_random_graph(40, 0.06, seed=3)
    graph = of_pairs(np.array(sorted(known.edges)), 40, "g")
    lengths = dict(nx.all_pairs_shortest_path_length(known))
    for a in range(0, 40, 7):
        for b in range(40):
            if a != b:
                found = in_graph(graph, a, b)
                assert found.hops == lengths[a].get(b, 0)


def test_it_is_said_in_words():
    line = np.array([[i, i + 1] for i in range(1200)])
    graph = of_pairs(line, 1203, "cites")
    assert in_graph(graph, 0, 1).words == "linked in cites"
    assert in_graph(graph, 4, 1).words == "3 links apart in cites"
    assert in_graph(graph, 0, 1202).words == "no way from A to B in cites"
    assert in_graph(graph, 0, 1200).words == "1,200 links apart in cites"


def test_the_weight_is_that_of_the_link_between_the_two():
    bare = of_pairs(np.array([[0, 1], [0, 2], [1, 2]]), 3, "near")
    weights = {(0, 1): 0.5, (0, 2): 2.0, (1, 2): 7.0}
    ends = [tuple(sorted((int(a), int(b)))) for a, b in zip(bare.rows, bare.indices, strict=True)]
    graph = replace(bare, weights=np.array([weights[one] for one in ends], np.float32))
    assert in_graph(graph, 2, 0).words == "linked in near, weight 2"
    assert in_graph(graph, 1, 2).weight == 7.0


def test_a_directed_graph_is_followed_along_its_directions():
    graph = of_pairs(np.array([[0, 1], [1, 2]]), 3, "to")
    oneway = replace(graph, directed=True, indptr=np.array([0, 1, 2, 2]), indices=np.array([1, 2], np.int32))
    assert in_graph(oneway, 0, 2).hops == 2 and in_graph(oneway, 2, 0).hops == 0
