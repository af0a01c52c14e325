"""Comparing spaces of 10,000 × 384 against the plain ways, interleaved in one run.

CKA: our moments against the Gram matrices, both debiased. RSA (Pearson over cosine distances): our moments against
every pair of samples, block by block. Draws: one pair's null and interval of debiased CKA, Procrustes and mutual kNN
against as many calls of each. Matrix: 12 spaces, per-space work once, against pair by pair with nothing shared (timed
on a few pairs and scaled). Run: python -m benchmarks.comparison [--n 10000] [--draws 200]
"""

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from analysis.compare import compare, ready
from analysis.knn_graph import KnnGraph
from analysis.neighbors.graph import build_graph
from analysis.plugin import Comparison
from analysis.registry import comparisons
from analysis.space import EmbeddingSpace

Wide = npt.NDArray[np.float64]
D, KS, SPACES, PAIRS = 384, (10,), 12, 3
USUAL = ("debiased_cka", "procrustes", "mutual_knn")


def spaces(count: int, n: int) -> list[EmbeddingSpace]:
    """Spaces that share forty hidden directions and have noise of their own."""
    rng = np.random.default_rng(0)
    hidden = rng.standard_normal((n, 40))
    ids = [str(row) for row in range(n)]
    made = []
    for number in range(count):
        vectors = hidden @ rng.standard_normal((40, D)) + 2 * rng.standard_normal((n, D))
        made.append(EmbeddingSpace(f"s{number}", f"s{number}", vectors.astype(np.float32), ids))
    return made


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cka_by_gram(a: EmbeddingSpace, b: EmbeddingSpace) -> float:
    """Debiased linear CKA by n × n matrices."""
    grams = []
    for space in (a, b):
        rows = space.vectors.astype(np.float64)
        rows -= rows.mean(axis=0)
        gram = rows @ rows.T
        np.fill_diagonal(gram, 0.0)
        grams.append(gram)
    k, m = grams
    n = len(k)

    def hsic(x: Wide, y: Wide) -> float:
        both = float(np.vdot(x, y)) + float(x.sum()) * float(y.sum()) / ((n - 1) * (n - 2))
        return both - 2 / (n - 2) * float(x.sum(axis=0) @ y.sum(axis=0))

    return hsic(k, m) / float(np.sqrt(hsic(k, k) * hsic(m, m)))


def rsa_by_pairs(a: EmbeddingSpace, b: EmbeddingSpace, block: int = 1000) -> float:
    """Pearson correlation of cosine distances, every pair visited in blocks."""
    units = []
    for space in (a, b):
        rows = space.vectors.astype(np.float64)
        units.append(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    sums = np.zeros(6)
    for start in range(0, a.n, block):
        x, y = (1 - rows[start : start + block] @ rows.T for rows in units)
        keep = np.arange(a.n)[None, :] > np.arange(start, min(start + block, a.n))[:, None]
        x, y = x[keep], y[keep]
        sums += [len(x), x.sum(), y.sum(), x @ x, y @ y, x @ y]
    n, sx, sy, xx, yy, xy = sums
    return float((xy / n - sx * sy / n**2) / np.sqrt((xx / n - (sx / n) ** 2) * (yy / n - (sy / n) ** 2)))


PLAIN = (
    ("debiased_cka", "Gram matrices", cka_by_gram, 20),
    ("rsa_pearson", "all pairs", rsa_by_pairs, 5),
)


def once(a: EmbeddingSpace, b: EmbeddingSpace, graphs: Sequence[KnnGraph], measures: Sequence[Comparison]) -> float:
    """One call from the vectors on; the first number."""
    sides = [ready(space, graph, measures) for space, graph in zip((a, b), graphs, strict=True)]
    found = compare(*sides, measures, ks=KS, draws=0, seed=0).numbers.values()
    value = next(iter(found)).value
    assert value is not None
    return value


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=200)
    asked = parser.parse_args()
    made = spaces(SPACES, asked.n)
    a, b = made[:2]
    measures = [comparisons()[name] for name in USUAL]
    graphs = [build_graph(space, metric="cosine", k=max(KS), seed=0) for space in (a, b)]
    rows = []
    for name, peer, plain, reach in PLAIN:
        measure = [comparisons()[name]]
        ours = seconds(lambda measure=measure: once(a, b, graphs, measure))
        theirs = seconds(lambda plain=plain: plain(a, b))
        apart = abs(once(a, b, graphs, measure) - plain(a, b))
        rows.append((f"{measure[0].title}, value (they differ by {apart:.0e})", peer, theirs, ours, reach))
    sides = [ready(space, graph, measures) for space, graph in zip((a, b), graphs, strict=True)]
    alone = sum(seconds(lambda one=one: once(a, b, graphs, [one])) for one in measures)
    drawn = seconds(lambda: compare(*sides, measures, ks=KS, draws=asked.draws, seed=0))
    what = f"{asked.draws}-draw null and interval of {', '.join(USUAL)}"
    rows.append((what, f"{2 * asked.draws} calls of each", 2 * asked.draws * alone, drawn, 4))
    shared = seconds(lambda: matrix(made, measures))
    rng = np.random.default_rng(1)
    pairs = [list(combinations(made, 2))[int(i)] for i in rng.permutation(SPACES * (SPACES - 1) // 2)[:PAIRS]]
    unshared = np.mean([seconds(lambda pair=pair: matrix(pair, measures)) for pair in pairs])
    title = f"matrix of {SPACES} spaces, values, from the vectors on"
    rows.append((title, f"{SPACES * (SPACES - 1) // 2} pairs alone ({PAIRS} timed)", 66 * float(unshared), shared, 3))
    print(f"{asked.n:,} × {D}, one run\n")
    print("| what | peer | peer, s | ours, s | ratio | reach |\n| --- | --- | --- | --- | --- | --- |")
    for title, peer, theirs, ours, reach in rows:
        print(f"| {title} | {peer} | {theirs:.2f} | {ours:.2f} | {theirs / ours:.1f} | {reach} |")


def matrix(made: Sequence[EmbeddingSpace], measures: Sequence[Comparison]) -> None:
    """Every two of the spaces, each made ready once."""
    graphs = [build_graph(space, metric="cosine", k=max(KS), seed=0) for space in made]
    sides = [ready(space, graph, measures) for space, graph in zip(made, graphs, strict=True)]
    for left, right in combinations(sides, 2):
        compare(left, right, measures, ks=KS, draws=0, seed=0)


if __name__ == "__main__":
    main()
