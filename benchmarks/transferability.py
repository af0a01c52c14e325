"""H-score and LogME with draws against as many calls of the reference code, on 10,000 × 384 vectors of 77 classes.

The references are the recipes of transformer-ranker 0.2.0 (H-score) and thuml/LogME, written here in numpy with what
costs them the time: the pseudo-inverse, the singular values of the whole matrix, one pass over the samples per class.
Each is called a few times between our turns and scaled to as many calls as there are draws. Ours: intervals alone, and
with the null of as many draws. Run: python -m benchmarks.transferability [--n 10000] [--draws 200] [--calls 3]
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.labels import labels_of
from analysis.registry import estimators
from analysis.space import EmbeddingSpace
from analysis.transfer import estimate
from analysis.transferability.sample import sample_of

Wide = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
D, CLASSES = 384, 77


def world(n: int) -> tuple[EmbeddingSpace, Codes]:
    """Unit vectors whose classes overlap."""
    rng = np.random.default_rng(0)
    codes = rng.integers(CLASSES, size=n)
    vectors = rng.standard_normal((n, D)) + 0.6 * rng.standard_normal((CLASSES, D))[codes] + 0.3
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return EmbeddingSpace("world", "world", vectors.astype(np.float32), [str(row) for row in range(n)]), codes


def h_score(vectors: npt.NDArray[np.float32], codes: Codes) -> float:
    """Ledoit-Wolf shrinkage, pseudo-inverse, a pass per class."""
    x = vectors.astype(np.float64)
    x -= x.mean(axis=0)
    n, d = x.shape
    covariance, squares = x.T @ x / n, np.square(x)
    beta = ((squares.T @ squares).sum() / n - np.square(covariance).sum()) / (d * n)
    trace = np.trace(covariance)
    delta = (np.square(covariance).sum() - trace**2 / d) / d
    alpha = min(1.0, max(0.0, beta / delta))
    shrunk = (1 - alpha) * covariance + alpha * trace / d * np.eye(d)
    means = np.array([x[codes == c].mean(axis=0) * np.sqrt((codes == c).sum()) for c in np.unique(codes)])
    between = means.T @ means / (n - 1)
    return float(np.trace(np.linalg.pinv(shrunk, rcond=1e-15) @ ((1 - alpha) * between)))


def logme(vectors: npt.NDArray[np.float32], codes: Codes) -> float:
    """Singular values by way of the d x d products where there are more samples, then class by class."""
    x = vectors.astype(np.float64)
    n, d = x.shape
    _, s, axes = np.linalg.svd(x.T @ x)
    s = np.sqrt(s)
    u = x @ axes.T / s
    sigma, found = s**2, []
    for c in np.unique(codes):
        y = (codes == c).astype(np.float64)
        z = np.square(u.T @ y)
        rest = y @ y - z.sum()
        alpha = beta = 1.0
        for _ in range(11):
            t = alpha / beta
            gamma = (sigma / (sigma + t)).sum()
            size, error = (sigma * z / (t + sigma) ** 2).sum(), (z / (1 + sigma / t) ** 2).sum() + rest
            alpha, beta = gamma / (size + 1e-5), (n - gamma) / (error + 1e-5)
            if abs(alpha / beta - t) / t <= 1e-3:
                break
        log = d * np.log(alpha) + n * np.log(beta / (2 * np.pi)) - np.log(alpha + beta * sigma).sum()
        found.append((log - beta * error - alpha * size) / (2 * n))
    return float(np.mean(found))


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--calls", type=int, default=3)
    asked = parser.parse_args()
    space, codes = world(asked.n)
    labels = labels_of("kind", pd.Series(codes).map("c{}".format))
    both = [estimators()[name] for name in ("h_score", "logme")]
    order = np.unique([f"c{code}" for code in codes], return_inverse=True)[1]
    found = estimate(space, labels, both, draws=0, seed=0).numbers
    apart = [abs((found[name].value or 0) - peer(space.vectors, order)) for name, peer in PEERS]
    theirs: list[float] = []
    alone: list[float] = []
    nulls: list[float] = []
    for _ in range(asked.calls):
        theirs.append(seconds(lambda: [peer(space.vectors, order) for _, peer in PEERS]))
        alone.append(seconds(lambda: intervals(space, labels, asked.draws)))
        nulls.append(seconds(lambda: estimate(space, labels, both, draws=asked.draws, seed=0)))
    print(f"{asked.n:,} × {D}, {CLASSES} classes, {asked.calls} turns of each, interleaved; values differ by", end=" ")
    print(f"{apart[0]:.0e} (H-score) and {apart[1]:.0e} (LogME)\n")
    print("| what | peer | peer, s | ours, s | ratio | reach |\n| --- | --- | --- | --- | --- | --- |")
    peer = asked.draws * float(np.median(theirs))
    for what, calls, ours in (
        (f"{asked.draws} draws", asked.draws, alone),
        (f"{asked.draws} draws and a null of {asked.draws}", 2 * asked.draws, nulls),
    ):
        whole = peer * calls / asked.draws
        mine = float(np.median(ours))
        print(f"| H-score and LogME, {what} | {calls} calls | {whole:.1f} | {mine:.1f} | {whole / mine:.0f} | 20 |")


def intervals(space: EmbeddingSpace, labels: object, draws: int) -> None:
    """Values and draws of both estimators without a null."""
    from analysis.cores import on_each_core

    sample = sample_of(space, labels, 0)  # type: ignore[arg-type]
    scores = [estimators()[name].score(sample) for name in ("h_score", "logme")]
    masks = [np.random.default_rng(draw).permutation(sample.blocks) >= sample.blocks // 5 for draw in range(draws)]
    scores[0].part(masks[0])  # makes what draws share
    list(on_each_core(lambda drawn: [score.part(drawn) for score in scores], masks))


PEERS = (("h_score", h_score), ("logme", logme))

if __name__ == "__main__":
    main()
