"""All pairs of distances of 10,000 × 384 against scipy's `pdist` with numpy's histogram, and the bare matrix product.

"Histogram" is what the Distances page counts where there are no labels: all pairs, and each sample's farthest. "With
classes" is its one pass with ten classes: pairs within and between them too, and the sums behind class table and heat
map; no rows sampled. The bare product makes the same tiles and throws them away. Each run is a process of its own,
which says its seconds and by how much counting raised its peak memory; the four take turns, and the best counts. Run:
python -m benchmarks.distances [--n 10000] [--runs 3]
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import numpy.typing as npt

D, CLASSES, BINS = 384, 10, 400
WAYS = ("pdist", "histogram", "classes", "product")
REACH = {"time": 20.0, "memory": 10.0, "product": 1.6}


def cloud(n: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Clusters far from zero, ordered by class."""
    rng = np.random.default_rng(0)
    codes = np.sort(rng.integers(CLASSES, size=n))
    vectors = rng.standard_normal((CLASSES, D))[codes] * 0.3 + rng.standard_normal((n, D)) + 0.2
    return vectors.astype(np.float32), codes


def run(way: str, n: int, metric: str) -> dict[str, float]:
    """Count once in this process; what it took."""
    from scipy.spatial.distance import pdist

    from analysis.geometry.pair_counts import count_pairs
    from analysis.geometry.pairs import Pairs, pairs_of

    vectors, codes = cloud(n)
    cells = codes * 20 + np.concatenate([np.arange(size) * 20 // size for size in np.bincount(codes)])
    small = pairs_of(vectors[:3000], "euclidean" if metric == "euclidean" else "cosine")
    small.tile(slice(0, 512), slice(0, 2048))  # the first product starts threads
    before, start, pairs = _peak(), time.perf_counter(), 0
    if way == "pdist":
        counts, _ = np.histogram(pdist(vectors, metric), bins=BINS)
        pairs = int(counts.sum())
    elif way in ("histogram", "classes"):
        made = pairs_of(vectors, "euclidean" if metric == "euclidean" else "cosine")
        if way == "histogram":
            codes, cells = np.full(n, -1), np.zeros(n, np.intp)
        pairs = int(count_pairs(made, codes, cells).all.sum())
    else:
        for rows, columns in Pairs(vectors, 1.0, False, 0.0, 1.0).tiles():
            pairs += (vectors[rows] @ vectors[columns].T).size
    return {"seconds": time.perf_counter() - start, "megabytes": _peak() - before, "pairs": pairs}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(way: str, n: int, metric: str) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.distances", "--way", way, "--n", str(n), "--metric", metric]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--n", type=int, default=10_000)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--metric", choices=("cosine", "euclidean"), action="append")
    options.add_argument("--way", choices=WAYS)
    asked = options.parse_args()
    if asked.way:
        print(json.dumps(run(asked.way, asked.n, asked.metric[0])))
        return
    print(f"{asked.n:,} × {D}, the best of {asked.runs} runs in turn, each in a process of its own\n")
    print(
        "| metric | counted | pdist + histogram, s | ours, s | product, s | ratio | over it | MB | ours, MB | ratio |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for metric in asked.metric or ("cosine", "euclidean"):
        turns = [{way: measured(way, asked.n, metric) for way in WAYS} for _ in range(asked.runs)]
        time_of, memory = (
            {way: min(turn[way][what] for turn in turns) for way in WAYS} for what in ("seconds", "megabytes")
        )
        for way in ("histogram", "classes"):
            print(
                f"| {metric} | {way} | {time_of['pdist']:.2f} | {time_of[way]:.2f} | {time_of['product']:.2f}"
                f" | {time_of['pdist'] / time_of[way]:.1f} | {time_of[way] / time_of['product']:.2f}"
                f" | {memory['pdist']:,.0f} | {memory[way]:,.0f} | {memory['pdist'] / memory[way]:.1f} |"
            )
    print(f"| reach | | | | | {REACH['time']:.0f} | {REACH['product']} | | | {REACH['memory']:.0f} |")


if __name__ == "__main__":
    main()
