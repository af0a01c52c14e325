"""Neighbours by cells: look only where they can be, and compare there by dense matrix products.

k-means cuts the space into about 1.25 sqrt(n) cells. A point visits its own cell and each cell whose center is at most
a margin less alike to it than its nearest center. The margin is read off a sample of points searched exactly: the
smallest one within which SHARE of their true neighbours live. So points amid a cell visit one or two, points between
cells many, and the recall is what was asked for on any data. All visits to one cell are one product.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.neighbors.best import Best
from analysis.neighbors.exact_search import CELLS, exact_search, fill
from analysis.neighbors.points import ROWS, Indices, Points, Vectors, blocks, prepare
from analysis.plugin import Index

SHARE = 0.995  # of the sample's true neighbours that the margin must reach
SAMPLE = 1000  # points searched exactly to find the margin
SIZE = 1.25  # cells per sqrt(n)
TRAINING = 64  # points per cell that k-means looks at
ROUNDS = 8  # of k-means


def build(
    vectors: npt.NDArray[np.float32], *, k: int, metric: Metric, seed: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    points = prepare(vectors, metric)
    centers = centers_of(points, seed)
    home = homes(points, centers)
    margin = margin_of(points, centers, home, k=k, seed=seed)
    return fill(points, search(points, home, visits(points, centers, margin), k), k)


def centers_of(points: Points, seed: int) -> Vectors:
    """Centers of the cells, (cells, d)."""
    import faiss

    cells = max(1, min(round(SIZE * points.n**0.5), points.n))
    means = faiss.Kmeans(points.base.shape[1], cells, niter=ROUNDS, seed=seed % (1 << 31))
    means.cp.spherical = points.metric == "cosine"
    means.cp.min_points_per_centroid, means.cp.max_points_per_centroid = 1, TRAINING
    means.train(points.base)
    return np.asarray(means.centroids, np.float32)


def homes(points: Points, centers: Vectors) -> Indices:
    """The cell each point lives in, (n,)."""
    import faiss

    return np.asarray(faiss.knn(points.base, centers, 1)[1][:, 0], np.int64)


def alike_of(points: Points, rows: Vectors, others: Vectors) -> Vectors:
    """How alike rows and others are, (rows, others): for each row the larger, the nearer."""
    alike = rows @ others.T
    if not points.by_product:
        alike -= np.einsum("od,od->o", others, others) / 2
    return np.asarray(alike)


def behind(points: Points, centers: Vectors, rows: slice | Indices) -> npt.NDArray[np.float32]:
    """How far each center stands behind the nearest one, (rows, cells)."""
    alike = alike_of(points, points.base[rows], centers)
    return np.asarray(alike.max(axis=1, keepdims=True) - alike)


def margin_of(points: Points, centers: Vectors, home: Indices, *, k: int, seed: int) -> float:
    """The smallest margin within which SHARE of a sample's true neighbours live."""
    rng = np.random.default_rng([seed, 1])
    rows = np.sort(rng.choice(points.n, min(SAMPLE, points.n), replace=False))
    neighbors, _ = exact_search(points, points.vectors[rows], k, own=rows)
    lag = np.take_along_axis(behind(points, centers, rows), home[neighbors], axis=1)
    return float(np.quantile(lag, SHARE, method="higher"))


def visits(points: Points, centers: Vectors, margin: float) -> Iterator[tuple[int, Indices]]:
    """Each cell with the points that visit it."""
    cells, guests = [], []
    for rows in blocks(points.n, ROWS):
        guest, cell = np.nonzero(behind(points, centers, rows) <= margin)
        cells.append(cell.astype(np.int32))
        guests.append((guest + rows.start).astype(np.int32))
    cell = np.concatenate(cells)
    guest = np.concatenate(guests)[np.argsort(cell, kind="stable")]
    ends = np.cumsum(np.bincount(cell, minlength=len(centers)))
    for number, end in enumerate(ends):
        yield number, guest[ends[number - 1] if number else 0 : end]


def search(points: Points, home: Indices, calls: Iterator[tuple[int, Indices]], k: int) -> Indices:
    """Compare each cell's visitors with those who live there; keep the best k + 1 of each point, itself among them.

    Each point's k + 1 best at home set the limit that a resident elsewhere must beat, so that few are looked at twice.
    """
    order = np.argsort(home, kind="stable")
    living = np.split(order, np.cumsum(np.bincount(home))[:-1])
    best = Best(points.n, k + 1)
    for residents in living:
        for part in blocks(len(residents), max(1, CELLS // max(1, len(residents)))):
            alike = alike_of(points, points.base[residents[part]], points.base[residents])
            best.settle(residents[part], residents, alike)
    for cell, visitors in calls:
        residents = living[cell] if cell < len(living) else order[:0]
        guests = visitors[home[visitors] != cell]
        for part in blocks(len(guests), max(1, CELLS // max(1, len(residents)))):
            alike = alike_of(points, points.base[guests[part]], points.base[residents])
            best.offer(guests[part], residents, alike)
    best.keep()
    return best.rows


INDEX = Index(name="cells", title="k-means cells with dense products", version=1, exact=False, build=build)
