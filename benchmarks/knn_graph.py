"""The kNN graph of 100,000 × 384 against FAISS' exact search, interleaved in one run.

Two clouds of unit vectors. "topics": 300 Gaussian clusters of uneven size and width in 24 dimensions, laid into 384,
with noise in all of them. "sentences": a mixture whose groups overlap and whose variance falls as 1/i along 384 axes,
so that its neighbours are about as hard to find as those of MiniLM's vectors of 49,000 mixed sentences (there 0.13 of
all pairs must be compared at n = 50,000, here as well). Peer: `IndexFlatIP`, asked for k + 1. Ours: the whole
`build_graph` with its measured recall, distances and order. Recall is counted over all points against the peer. Run:
python -m benchmarks.knn_graph [--n 100000] [--k 15] [--runs 1] [--json]
"""

import argparse
import json
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import numpy.typing as npt

from analysis.neighbors.graph import build_graph
from analysis.space import EmbeddingSpace

Vectors = npt.NDArray[np.float32]
D = 384
REACH = {"topics": 6.0, "sentences": None}


def topics(n: int, seed: int = 0) -> Vectors:
    """Well-made clusters in few dimensions."""
    rng = np.random.default_rng(seed)
    clusters, latent = 300, 24
    who = rng.choice(clusters, n, p=rng.dirichlet(np.ones(clusters)))
    width = rng.uniform(0.3, 1.0, clusters)[who, None]
    hidden = rng.normal(size=(clusters, latent))[who] + width * rng.normal(size=(n, latent))
    rows = hidden.astype(np.float32) @ (rng.normal(size=(latent, D)) / latent**0.5).astype(np.float32)
    rows += 0.25 * rng.standard_normal((n, D), dtype=np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def sentences(n: int, seed: int = 0) -> Vectors:
    """Overlapping groups in many dimensions."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, D + 1)
    scale = np.sqrt(share / share.sum()).astype(np.float32)

    def cloud(count: int, part: float) -> Vectors:
        return np.asarray(rng.standard_normal((count, D), dtype=np.float32) * scale * np.float32(part**0.5))

    groups = cloud(100, 0.2)[rng.integers(0, 100, 2000)] + cloud(2000, 0.2)
    rows = groups[rng.choice(2000, n, p=rng.dirichlet(np.full(2000, 0.5)))]
    rows += cloud(n, 0.6) * rng.uniform(0.3, 1.3, (n, 1)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


CLOUDS: dict[str, Callable[[int], Vectors]] = {"topics": topics, "sentences": sentences}


def exact(vectors: Vectors, k: int) -> npt.NDArray[np.int64]:
    """FAISS' exact search, itself included."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return np.asarray(index.search(vectors, k + 1)[1])


def compare(cloud: str, *, n: int, k: int, runs: int) -> dict[str, object]:
    """Time both on one cloud, in turn."""
    vectors = CLOUDS[cloud](n)
    space = EmbeddingSpace(cloud, cloud, vectors, range(n))  # type: ignore[arg-type]  # ids are not read
    slow, fast = [], []
    for _ in range(runs):
        start = time.perf_counter()
        graph = build_graph(space, metric="cosine", k=k, seed=0)
        fast.append(time.perf_counter() - start)
        start = time.perf_counter()
        found = exact(vectors, k)
        slow.append(time.perf_counter() - start)
    others = found != np.arange(n)[:, None]
    others[others.all(axis=1), -1] = False
    true = found[others].reshape(n, k)
    both = np.sort(np.hstack([true, graph.indices]), axis=1)
    return {
        "cloud": cloud,
        "n": n,
        "k": k,
        "method": graph.method,
        "exact_s": round(median(slow), 2),
        "ours_s": round(median(fast), 2),
        "ratio": round(median(slow) / median(fast), 2),
        "recall": round(float((both[:, 1:] == both[:, :-1]).sum() / true.size), 4),
        "measured_recall": graph.recall.value,
        "reach": REACH[cloud],
    }


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--n", type=int, default=100_000)
    options.add_argument("--k", type=int, default=15)
    options.add_argument("--runs", type=int, default=1)
    options.add_argument("--cloud", choices=CLOUDS, action="append")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    build_graph(EmbeddingSpace("w", "w", topics(500), range(500)), metric="cosine", k=5, seed=0)  # type: ignore[arg-type]
    found = [compare(cloud, n=chosen.n, k=chosen.k, runs=chosen.runs) for cloud in chosen.cloud or CLOUDS]
    if chosen.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{chosen.n:,} × {D}, k = {chosen.k}, medians of {chosen.runs} interleaved runs\n")
    print("| cloud | FAISS exact, s | ours, s | by | recall | ratio | reach, at recall ≥ 0.99 |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in found:
        print(
            "| {cloud} | {exact_s} | {ours_s} | {method} | {recall} | {ratio} | {goal} |".format(
                **row, goal=row["reach"] or "–"
            )
        )


if __name__ == "__main__":
    main()
