"""How far a map can be trusted: do neighbours on the map belong together, and do those that belong together stay so?

With r(i, j) the rank of j among the neighbours of i in the space (the nearest has rank 1) and V_i its k nearest on
the map,

    trustworthiness = 1 - 2 / (n k (2n - 3k - 1)) sum_i sum_{j in V_i} max(0, r(i, j) - k),

and continuity is the same with space and map exchanged (Venna and Kaski 2001): 1 = nothing false, about 0.5 = chance.
Points equally far share the best rank. Up to 10,000 points every point is judged; beyond, a seeded sample is, ranked
among all. A point's projection error is the share of its k nearest neighbours in the space that are not among its k
nearest on the map, for every point.
"""

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph, Metric
from analysis.neighbors.graph import build_graph, check_k
from analysis.neighbors.points import blocks
from analysis.number import Number
from analysis.projection.ranks import Ranked, map_neighbors, ranks_on_map, ranks_in_space
from analysis.result import Result
from analysis.space import EmbeddingSpace

JUDGED = 10_000  # points up to which all are judged
SAMPLE = 2_000  # points judged beyond
NULLS = 20  # maps with the points dealt anew
RESAMPLED = 1_000
TALL = 1 << 16  # rows whose neighbour lists are compared at a time
