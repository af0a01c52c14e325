"""FAISS indexes that are built once and asked often: a navigable graph (HNSW) and an inverted file (IVF).

HNSW: Malkov and Yashunin 2020. IVF: Jegou, Douze and Schmid 2011. Both are made in memory from the space itself and
are never read from a file.
"""

from typing import Any

import numpy as np

from analysis.neighbors.points import Indices, Points, Vectors

LINKS = 32  # of a point in HNSW
BUILDING = 100  # candidates HNSW looks at for each new point,
ASKING = 128  # and for each query
LISTS = 4  # per sqrt(n), in IVF
VISITED = 0.06  # share of IVF's lists that a query visits


def hnsw_over(points: Points) -> Any:
    """Build an HNSW index; on one thread, since the order in which points arrive decides the graph."""
    import faiss

    kind = faiss.METRIC_INNER_PRODUCT if points.by_product else faiss.METRIC_L2
    index = faiss.IndexHNSWFlat(points.base.shape[1], LINKS, kind)
    index.hnsw.efConstruction = BUILDING
    index.hnsw.efSearch = ASKING
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        index.add(points.base)
    finally:
        faiss.omp_set_num_threads(threads)
    return index


def ivf_over(points: Points, seed: int) -> Any:
    """Build an inverted file over about 4 sqrt(n) lists."""
    import faiss

    lists = max(1, min(round(LISTS * points.n**0.5), points.n // 4))
    width = points.base.shape[1]
    kind = faiss.METRIC_INNER_PRODUCT if points.by_product else faiss.METRIC_L2
    quantizer = faiss.IndexFlat(width, kind)
    index = faiss.IndexIVFFlat(quantizer, width, lists, kind)
    index.cp.seed = seed % (1 << 31)
    index.cp.min_points_per_centroid = 1
    index.cp.spherical = points.metric == "cosine"
    index.train(points.base)
    index.add(points.base)
    index.nprobe = max(8, round(VISITED * lists))
    return index


def ask(index: Any, queries: Vectors, k: int) -> Indices:
    """The k rows an index finds for each prepared query, (m, k); -1 where it finds fewer."""
    return np.asarray(index.search(np.ascontiguousarray(queries), k)[1], np.int64)
