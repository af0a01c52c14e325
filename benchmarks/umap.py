"""UMAP of 10,000 points against umap-learn, both given the same kNN graph, interleaved in one run.

Cloud: "topics" of `knn_graph`. Peer: umap-learn's defaults, warm (it has drawn this map once before), and once more in
a fresh process with its imports and compiling, on 1,500 points. Trustworthiness at k = 15 over all points. Run:
python -m benchmarks.umap [--n 10000] [--runs 3] [--json]
"""

import argparse
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from statistics import median

import numpy as np
import numpy.typing as npt

from analysis.knn_graph import KnnGraph
from analysis.neighbors.graph import build_graph
from analysis.projection.trust import trust
from analysis.projection.umap import PROJECTION
from analysis.space import EmbeddingSpace
from benchmarks.knn_graph import topics

K = 15
FRESH = 1_500
Map = npt.NDArray[np.float32]


def world(n: int) -> tuple[EmbeddingSpace, KnnGraph]:
    """A space and its exact graph."""
    space = EmbeddingSpace("topics", "topics", topics(n), range(n))  # type: ignore[arg-type]  # ids are not read
    return space, build_graph(space, metric="cosine", k=K, seed=0)


def ours(space: EmbeddingSpace, graph: KnnGraph) -> Map:
    """Our map."""
    return PROJECTION.project(space, graph, 2, 0, PROJECTION.params())


def peer(space: EmbeddingSpace, graph: KnnGraph) -> Map:
    """umap-learn's map: its defaults, given the neighbours, of which it counts the point itself as the first."""
    from umap import UMAP

    indices = np.hstack([np.arange(graph.n, dtype=np.int32)[:, None], graph.indices[:, :-1]])
    distances = np.hstack([np.zeros((graph.n, 1), np.float32), graph.distances[:, :-1]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.asarray(UMAP(precomputed_knn=(indices, distances, None)).fit_transform(space.vectors))


DRAWN: dict[str, Callable[[EmbeddingSpace, KnnGraph], Map]] = {"ours": ours, "peer": peer}


def fresh(name: str) -> float:
    """Seconds until a fresh process has drawn its first map, its imports included."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.umap", "--fresh", name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--n", type=int, default=10_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--json", action="store_true")
    options.add_argument("--fresh", choices=DRAWN)
    chosen = options.parse_args()
    if chosen.fresh:
        print(_seconds(chosen.fresh, *world(FRESH))[0])
        return
    space, graph = world(chosen.n)
    times: dict[str, list[float]] = {name: [] for name in DRAWN}
    maps = {name: draw(space, graph) for name, draw in DRAWN.items()}  # compiles
    cold: dict[str, list[float]] = {name: [] for name in DRAWN}
    for _ in range(chosen.runs):
        for name in DRAWN:
            seconds, maps[name] = _seconds(name, space, graph)
            times[name].append(seconds)
            cold[name].append(fresh(name))
    judged = {
        name: trust(space, graph, drawn, metric="cosine", k=K, seed=0).numbers["trustworthiness"].value
        for name, drawn in maps.items()
    }
    rows = [
        _row(f"warm, {chosen.n:,} points", times, judged, 2.5),
        _row(f"a fresh process' first map, {FRESH:,} points", cold, {}, None),
    ]
    if chosen.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"medians of {chosen.runs} interleaved runs\n")
    print("| what | umap-learn, s | ours, s | ratio | reach | trustworthiness: umap-learn's | ours |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join("–" if value is None else str(value) for value in row.values()) + " |")


def _seconds(name: str, space: EmbeddingSpace, graph: KnnGraph) -> tuple[float, Map]:
    start = time.perf_counter()
    drawn = DRAWN[name](space, graph)
    return time.perf_counter() - start, drawn


def _row(
    what: str, times: dict[str, list[float]], judged: dict[str, float | None], reach: float | None
) -> dict[str, object]:
    slow, fast = median(times["peer"]), median(times["ours"])
    shown = {name: None if value is None else round(value, 4) for name, value in judged.items()}
    return {
        "what": what,
        "peer_s": round(slow, 2),
        "ours_s": round(fast, 2),
        "ratio": round(slow / fast, 2),
        "reach": reach,
        "peer_trustworthiness": shown.get("peer"),
        "trustworthiness": shown.get("ours"),
    }


if __name__ == "__main__":
    main()
