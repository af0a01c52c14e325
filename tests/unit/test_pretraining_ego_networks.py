"""Graphs as samples: ego-networks, their encoder written out densely, and what links teach it."""

import networkx as nx
import numpy as np
import pytest
import torch

from models.pretraining.ego_networks import EgoNetworks, embedded, network, pooled, pretrain, states
from models.pretraining.links import Links
from models.pretraining.small import Settings


def test_an_ego_network_is_networkx_s() -> None:
    graph = nx.gnp_random_graph(30, 0.15, seed=1)
    links = Links.of(np.array(graph.edges), 30)
    egos = EgoNetworks.of(links, seed=0)
    for node in graph:
        known, mine = nx.ego_graph(graph, node), egos.members[node]
        assert mine[0] == node and set(mine.tolist()) == set(known)
        found = {frozenset(mine[pair].tolist()) for pair in egos.pairs[node]}
        assert found == {frozenset(edge) for edge in known.edges} and len(egos.pairs[node]) == 2 * known.size()


def test_a_batch_is_what_a_dense_isomorphism_network_says_of_each_sample_alone() -> None:
    rng = np.random.default_rng(0)
    graph = nx.gnp_random_graph(12, 0.3, seed=2)
    words = rng.random((12, 5)).astype(np.float32)
    egos, model = EgoNetworks.of(Links.of(np.array(graph.edges), 12), seed=0), network(5, width=8, seed=3)
    model.eps.data[:] = torch.tensor([0.5, -0.25])
    batch = egos.batch(np.array([4, 7, 4]))
    with torch.no_grad():
        found = pooled(states(model, torch.from_numpy(words), batch), batch)
        for row, node in zip(found, (4, 7, 4), strict=True):
            one = nx.ego_graph(graph, node)
            near = torch.from_numpy(nx.to_numpy_array(one, dtype=np.float32))
            h = model.read(torch.from_numpy(words[list(one)]))
            for eps, block, norm in zip((0.5, -0.25), model.blocks, model.norms, strict=True):
                h = norm(block((1 + eps) * h + near @ h))
            torch.testing.assert_close(row, h.mean(dim=0), rtol=1e-5, atol=1e-6)


def test_a_large_neighbourhood_is_drawn_from() -> None:
    star = Links.of(np.array([(0, i) for i in range(1, 60)]), 60)
    egos = EgoNetworks.of(star, seed=0)
    assert len(egos.members[0]) == 21 and len(set(egos.members[0].tolist())) == 21


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_links_bring_linked_samples_nearer_and_masking_tells_attributes(weight: float) -> None:
    rng = np.random.default_rng(0)
    graph = nx.planted_partition_graph(3, 12, 0.5, 0.02, seed=4)
    words = (rng.random((36, 20)) < 0.2).astype(np.float32)
    for node in range(36):
        words[node, 6 * (node // 12) : 6 * (node // 12) + 4] = 1.0
    links = Links.of(np.array(graph.edges), 36)
    egos, model = EgoNetworks.of(links, seed=0), network(20, seed=0)
    course = pretrain(model, words, egos, links, Settings(weight=weight, steps=60, seed=0, batch=16, far=5.0))
    assert course.masked[-10:].mean() < course.masked[:5].mean() - 0.05 and not course.collapsed
    z = embedded(model, words, egos)
    apart = np.linalg.norm(z[:, None] - z[None], axis=2)
    near = nx.to_numpy_array(graph) > 0
    ratio = apart[near].mean() / apart[~near & ~np.eye(36, dtype=bool)].mean()
    if weight:
        assert ratio < 0.4 and course.structure[-10:].mean() < 1.5
    else:
        assert np.isnan(course.structure).all() and ratio < 1.0
