"""Pairs that a space and a graph disagree on: linked but far, and near but not linked."""

import numpy as np
import pandas as pd

from analysis.alignment.found import Found
from analysis.graph import Graph, codes_of
from analysis.knn_graph import KnnGraph

LISTED = 100


def far_links(found: Found) -> pd.DataFrame:
    """Linked pairs, the farthest first; `rank`: how many others are nearer to the first of them, and itself."""
    linked, walked, n = found.drawn.linked, found.walked, found.apart.n
    own = np.flatnonzero(linked.draw == 0)
    order = own[np.argsort(-walked.scores[own], kind="stable")[: 2 * LISTED]]
    pairs = np.column_stack([found.queries[linked.rows[order]], linked.others[order].astype(np.int64)])
    first = np.sort(np.unique(codes_of(pairs, n, directed=False), return_index=True)[1])[:LISTED]
    order, pairs = order[first], pairs[first]
    return pd.DataFrame(
        {
            "row_a": pairs[:, 0],
            "row_b": pairs[:, 1],
            "distance": found.apart.distance(walked.scores[order]),
            "rank": walked.less[order] + 1,
        }
    )


def near_strangers(graph: Graph, near: KnnGraph) -> pd.DataFrame:
    """Pairs of neighbours that no link joins, the nearest first; `rank`: among the neighbours of the first."""
    n, places = near.n, np.arange(near.n)
    linked = np.sort(codes_of(graph.pairs, n, directed=False))
    pairs = np.column_stack([np.repeat(places, near.k), near.indices.ravel().astype(np.int64)])
    order = np.argsort(near.distances.ravel(), kind="stable")
    some = order[: max(20 * LISTED, 4 * len(linked))]
    codes = codes_of(pairs[some], n, directed=False)
    place = np.minimum(np.searchsorted(linked, codes), max(len(linked) - 1, 0))
    free = np.flatnonzero(linked[place] != codes) if len(linked) else np.arange(len(codes))
    first = np.sort(np.unique(codes[free], return_index=True)[1])[:LISTED]
    chosen = some[free[first]]
    return pd.DataFrame(
        {
            "row_a": pairs[chosen, 0],
            "row_b": pairs[chosen, 1],
            "distance": near.distances.ravel()[chosen].astype(np.float64),
            "rank": chosen % near.k + 1,
        }
    )
