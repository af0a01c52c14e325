"""Neighbours by inverted lists beyond one machine: trained on a sample, filled and searched in parts, merged.

Jegou, Douze and Schmid 2011 (IVF), with `cells`' margin: k-means on a sample gives about 4 sqrt(n) centers; every row
goes into the list of its nearest. A row visits its own list and each whose center is at most a margin less alike to it;
the margin is the smallest within which SHARE of the true neighbours of a sample of rows live. These are found by
comparing that sample with all rows, part by part, and so is the recall, on another sample. Memory: one part of rows per
worker and one number per row, however many there are.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from analysis.knn_graph import Metric
from analysis.neighbors.list_truth import Near, reach_of, recall_on, truth_of
from analysis.neighbors.points import Points, Vectors, prepare
from analysis.number import Number
from analysis.parts import height_of, make_parts, outcomes, parts_of
from analysis.plugin import Index
from analysis.progress import Progress, silent
from models.engine import Engine
from models.engines.local import LocalEngine
from models.shards import write_part

LISTS, MOST_LISTS = 4, 1 << 16  # per sqrt(n), and at most
TRAINING, ROUNDS = 64, 8  # rows per center that k-means looks at, and how often
SAMPLE = 1000  # rows searched exactly for the margin, and as many for the recall
MAKERS = "analysis.neighbors.list_makers:"
Found = tuple[Near, Vectors]


def search_lists(
    vectors: Path, *, k: int, metric: Metric, seed: int, engine: Engine, folder: Path, report: Progress = silent
) -> tuple[Found, Number, tuple[float, ...]]:
    """The graph of the rows of a `.npy` file: indices and distances (n, k), recall@k and that @1 ... @k.

    Work that is finished stays in `folder`, which belongs to this graph alone.
    """
    rows = np.load(vectors, mmap_mode="r", allow_pickle=False)
    points = prepare(rows, metric)
    said: dict[str, Any] = {"vectors": str(vectors.absolute()), "metric": metric, "k": k, "seed": seed}
    said |= {"center": points.center.tolist(), "scale": points.scale, "height": height_of(points.n)}
    count = len(parts_of(points.n))
    known = _trained(points, seed, folder)
    said["known"] = str(known.absolute())

    def made(stage: str, maker: str, words: str, more: Mapping[str, Any]) -> list[Path]:
        settings = {**said, **more}
        return make_parts(engine, MAKERS + maker, folder / stage, settings, count, report=report, words=words)

    fill = made("fill", "Filler", "filling the lists", {})
    sample, centers = (next(outcomes([known]))[name] for name in ("sample", "centers"))
    true, limits = truth_of(points, sample, made("truth", "Truth", "searching a sample exactly", {}), k)
    home = np.concatenate([one["home"] for one in outcomes(fill)])
    reach = reach_of(points, centers, home, sample[: len(sample) // 2], true[: len(sample) // 2])
    search = made("search", "Searcher", "searching the lists", reach | {"fill": str((folder / "fill").absolute())})
    indices, distances = np.empty((points.n, k), np.int32), np.empty((points.n, k), np.float32)
    for part, one in zip(parts_of(points.n), outcomes(search), strict=True):
        indices[part], distances[part] = one["indices"], one["distances"]
    judged = slice(len(sample) // 2, None)
    recall, recalls = recall_on(points, sample[judged], indices, limits[judged])
    return (indices, distances), recall, recalls


def _trained(points: Points, seed: int, folder: Path) -> Path:
    """Centers of the lists and the rows that are searched exactly, in a file; made once."""
    import faiss

    stage = folder / "train"
    path = stage / "shards" / "00000.npz"
    if path.is_file():
        return path
    (stage / "shards").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([seed, 4])
    lists = max(1, min(round(LISTS * points.n**0.5), MOST_LISTS, points.n // 4))
    seen = np.sort(rng.choice(points.n, min(TRAINING * lists, points.n), replace=False))
    means = faiss.Kmeans(points.vectors.shape[1], lists, niter=ROUNDS, seed=seed % (1 << 31))
    means.cp.spherical = points.metric == "cosine"
    means.cp.min_points_per_centroid, means.cp.max_points_per_centroid = 1, TRAINING
    means.train(points.narrow(points.vectors[seen]))
    sample = rng.choice(points.n, min(2 * SAMPLE, points.n), replace=False)
    write_part(stage, 0, {"centers": np.asarray(means.centroids, np.float32), "sample": sample})
    return path


def build(vectors: Vectors, *, k: int, metric: Metric, seed: int) -> Found:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "vectors.npy"
        np.save(path, vectors, allow_pickle=False)
        found, _, _ = search_lists(
            path, k=k, metric=metric, seed=seed, engine=LocalEngine(), folder=Path(name) / "work"
        )
    return found


INDEX = Index(name="lists", title="Inverted lists in parts (FAISS)", version=1, exact=False, build=build)
