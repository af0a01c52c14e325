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
import numpy.typing as npt

from analysis.knn_graph import Metric
from analysis.neighbors.cells import behind
from analysis.neighbors.list_makers import among, best_of, exact_order
from analysis.neighbors.points import Indices, Points, Vectors, prepare
from analysis.neighbors.recall import hits_of, shared
from analysis.number import Number
from analysis.parts import height_of, make_parts, outcomes, parts_of
from analysis.plugin import Index
from analysis.progress import Progress, silent
from models.engine import Engine
from models.engines.local import LocalEngine
from models.shards import write_part

LISTS, MOST_LISTS = 4, 1 << 16  # per sqrt(n), and at most
TRAINING, ROUNDS = 64, 8  # rows per center that k-means looks at, and how often
SHARE = 0.995  # of the sample's true neighbours that the margin must reach
SAMPLE = 1000  # rows searched exactly for the margin, and as many for the recall
MAKERS = "analysis.neighbors.list_makers:"
Near = npt.NDArray[np.int32]
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
    known = _trained(points, seed, folder, said)
    said["known"] = str(known.absolute())

    def made(stage: str, maker: str, words: str, more: Mapping[str, Any]) -> list[Path]:
        settings = {**said, **more}
        return make_parts(engine, MAKERS + maker, folder / stage, settings, count, report=report, words=words)

    fill = made("fill", "Filler", "filling the lists", {})
    sample, centers = (next(outcomes([known]))[name] for name in ("sample", "centers"))
    true, limits = _truth(points, sample, made("truth", "Truth", "searching a sample exactly", {}), k)
    home = np.concatenate([one["home"] for one in outcomes(fill)])
    reach = _reach(points, centers, home, sample[: len(sample) // 2], true[: len(sample) // 2])
    search = made("search", "Searcher", "searching the lists", reach | {"fill": str((folder / "fill").absolute())})
    indices, distances = np.empty((points.n, k), np.int32), np.empty((points.n, k), np.float32)
    for part, one in zip(parts_of(points.n), outcomes(search), strict=True):
        indices[part], distances[part] = one["indices"], one["distances"]
    judged = slice(len(sample) // 2, None)
    recall, recalls = _recall(points, sample[judged], indices, limits[judged])
    return (indices, distances), recall, recalls


def _trained(points: Points, seed: int, folder: Path, said: Mapping[str, Any]) -> Path:
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


def _truth(points: Points, sample: Indices, files: list[Path], k: int) -> Found:
    """The k true neighbours of the sampled rows, and their distances."""
    scores, found = np.empty((len(sample), 0), np.float32), np.empty((len(sample), 0), np.int64)
    sign = -1 if points.by_product else 1
    for one in outcomes(files):
        both = np.hstack([scores, sign * one["scores"]]), np.hstack([found, one["found"]])
        scores, found = best_of(*both, one["found"].shape[1] if not found.shape[1] else found.shape[1])
    return exact_order(points, sample, found, k)


def _reach(points: Points, centers: Vectors, home: Indices, rows: Indices, true: Near) -> dict[str, float]:
    """The margin that reaches SHARE of the true neighbours, and no more lists than any sampled row has within it."""
    here = Points(points.metric, np.asarray(points.vectors[rows]), points.center, points.scale)
    lag = behind(here, centers, slice(None))
    margin = float(np.quantile(np.take_along_axis(lag, home[true].astype(np.int64), axis=1), SHARE, method="higher"))
    return {"margin": margin, "most": 2 * int((lag <= margin).sum(axis=1).max())}


def _recall(points: Points, rows: Indices, indices: Near, limits: Vectors) -> tuple[Number, tuple[float, ...]]:
    found = indices[rows].astype(np.int64)
    around, known = among(points, rows, found)
    hits = hits_of(around, around.vectors[known.own], known.found, limits)
    each = tuple(float(hits[at, :, : at + 1].mean()) for at in range(limits.shape[1]))
    return shared(each[-1], len(rows)), each


def build(vectors: Vectors, *, k: int, metric: Metric, seed: int) -> Found:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "vectors.npy"
        np.save(path, vectors, allow_pickle=False)
        found, _, _ = search_lists(
            path, k=k, metric=metric, seed=seed, engine=LocalEngine(), folder=Path(name) / "work"
        )
    return found


INDEX = Index(name="lists", title="Inverted lists in parts (FAISS)", version=1, exact=False, build=build)
