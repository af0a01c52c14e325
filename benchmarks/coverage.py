"""How often the 95 % intervals hold what they should: the mean of the number over samples of the same size.

Draws many samples from clouds whose shape is known, asks every analysis that draws or states an interval, and prints
per number and cloud the share of intervals that hold the mean over `TRUTH` other samples, and their width over the
width that would be exact (3.92 SD). Run: python -m benchmarks.coverage [--simulations 200] [--n 200]
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.keys import WIDEST_DEFAULT
from analysis.knn_graph import KnnGraph
from analysis.labels import labels_of
from analysis.number import Number
from analysis.plugin import Analysis
from analysis.registry import analyses
from analysis.space import EmbeddingSpace
from analysis.uncertainty import answer

TRUTH = 600  # samples whose mean is taken for the truth
K = 15
CLOUDS = ("ball", "falling", "heavy", "cone", "clusters", "manifold", "wide")


def sample(cloud: str, n: int, rng: np.random.Generator) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """Draw n vectors of a cloud with a class that goes with them."""
    fixed = np.random.default_rng(7)  # the cloud's own shape, the same in each sample
    labels = rng.integers(4, size=n)
    match cloud:
        case "ball":
            vectors = rng.standard_normal((n, 12))
            labels = (vectors[:, 0] + rng.standard_normal(n) > 0).astype(np.int64)
        case "falling":
            vectors = rng.standard_normal((n, 40)) * np.arange(1, 41) ** -0.5
            labels = np.digitize(vectors[:, 0] + 0.5 * rng.standard_normal(n), [-0.6, 0.6])
        case "heavy":
            vectors = rng.standard_t(5, (n, 20)) * np.arange(1, 21) ** -0.5
            labels = (vectors[:, 0] > 0).astype(np.int64)
        case "cone":
            vectors = rng.standard_normal((n, 30)) + 1.0
        case "clusters":
            vectors = 0.7 * fixed.standard_normal((4, 10))[labels] + rng.standard_normal((n, 10))
        case "manifold":
            hidden = rng.standard_normal((n, 3))
            vectors = np.tanh(hidden @ fixed.standard_normal((3, 40))) + 0.01 * rng.standard_normal((n, 40))
            labels = np.digitize(hidden[:, 0] + 0.3 * rng.standard_normal(n), [-0.5, 0.5])
        case "wide":  # fewer samples than dimensions
            vectors = rng.standard_normal((n, 2 * n)) * np.arange(1, 2 * n + 1) ** -0.5
        case _:
            raise ValueError(f"no cloud {cloud!r}")
    return vectors.astype(np.float32), labels


def graph_of(vectors: npt.NDArray[np.float32], k: int) -> KnnGraph:
    """The exact euclidean kNN graph."""
    exact = vectors.astype(np.float64)
    squares = np.square(exact).sum(axis=1)
    distances = squares[:, None] + squares - 2 * exact @ exact.T
    np.fill_diagonal(distances, np.inf)
    order = np.argsort(distances, axis=1)[:, :k]
    near = np.sqrt(np.maximum(np.take_along_axis(distances, order, axis=1), 0))
    return KnnGraph("k", "euclidean", "exact", order.astype(np.int32), near.astype(np.float32), Number(value=1.0))


def needs_of(
    analysis: Analysis, vectors: npt.NDArray[np.float32], codes: npt.NDArray[np.int64]
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """What an analysis is handed, once per kind of label."""
    needs: dict[str, object] = {}
    if "neighbors" in analysis.needs:
        needs["neighbors"] = graph_of(vectors, K)
    if "all_neighbors" in analysis.needs:
        needs["all_neighbors"] = graph_of(vectors, WIDEST_DEFAULT)
    if "metric" in analysis.needs:
        needs["metric"] = "euclidean"
    if not {"labels", "labels?"} & {*analysis.needs}:
        yield "", needs
        return
    noise = np.random.default_rng(len(vectors)).standard_normal(len(vectors))
    yield "class", needs | {"labels": labels_of("class", pd.Series(codes))}
    yield "value", needs | {"labels": labels_of("value", pd.Series(vectors[:, 0] + 0.5 * noise))}


def simulate(
    analysis: Analysis, cloud: str, *, n: int, simulations: int, draws: int, seed: int, truth: int = TRUTH
) -> pd.DataFrame:
    """Coverage and width of each number's interval on one cloud; `truth`: samples that the mean is taken over."""
    rng = np.random.default_rng([seed, CLOUDS.index(cloud)])
    bare = replace(analysis, null=None)
    values: dict[str, list[float]] = {}
    intervals: dict[str, list[tuple[float, float]]] = {}
    for turn in range(truth + simulations):
        vectors, codes = sample(cloud, n, rng)
        space = EmbeddingSpace(cloud, str(turn), vectors, [str(row) for row in range(n)])
        for _, needs in needs_of(bare, vectors, codes):
            result = answer(bare, space, bare.params(), needs, draws=draws * (turn >= truth), seed=turn, k=K)
            for name, number in result.numbers.items():
                if number.value is None:
                    continue
                if turn < truth:
                    values.setdefault(name, []).append(number.value)
                elif number.low is not None and number.high is not None:
                    intervals.setdefault(name, []).append((number.low, number.high))
    rows = []
    for name, ends in intervals.items():
        low, high = np.array(ends).T
        middle, spread = np.mean(values[name]), np.std(values[name])
        held = float(((low <= middle) & (middle <= high)).mean())
        width = float((high - low).mean() / (3.92 * spread)) if spread else np.nan
        rows.append((analysis.name, name, cloud, middle, held, width, len(ends)))
    return pd.DataFrame(rows, columns=["analysis", "number", "cloud", "mean", "coverage", "width", "simulations"])


def main() -> None:
    """Print the table and each number's coverage over all clouds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[])
    asked = parser.parse_args()
    tables = []
    for name, analysis in analyses().items():
        if asked.only and name not in asked.only:
            continue
        for cloud in CLOUDS:
            table = simulate(
                analysis, cloud, n=asked.n, simulations=asked.simulations, draws=asked.draws, seed=asked.seed
            )
            tables.append(table)
            if len(table):
                print(table.to_string(index=False, float_format="{:.3f}".format), flush=True)
    whole = pd.concat(tables)
    print(whole.groupby(["analysis", "number"])["coverage"].agg(["mean", "min"]).round(3).to_string())


if __name__ == "__main__":
    main()
