"""How often the intervals of scores on tasks hold, and how often a difference of two equal spaces looks real.

Three classes that overlap, 150 samples in 4 dimensions, new ones in each simulation. Coverage: the share of 95 %
intervals that hold the mean of the score over `TRUTH` other sets of samples. `column`: splits drawn by three seeds.
`files`: a training set given, the truth being that of the same training set over many test sets. False alarms: two
spaces that see the truth through equal noise of their own, tested at 5 %. Run:
python -m benchmarks.task_coverage [--simulations 200]
"""

import argparse
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.labels import labels_of
from analysis.neighbors.graph import build_graph
from analysis.registry import task_methods
from analysis.series.significance import difference
from analysis.space import EmbeddingSpace
from analysis.task import Split, Task
from analysis.tasks.context import Context
from analysis.tasks.intervals import Scores, judged, scores_of
from analysis.tasks.splits import split

N, D, K, TRUTH = 150, 4, 7, 300
CENTERS = 1.1 * np.eye(3, D)
WORLDS = (("column", "linear"), ("column", "knn"), ("column", "few_shot"), ("column", "retrieval"), ("files", "linear"))


def sample(rng: np.random.Generator, n: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Points and their classes."""
    codes = np.arange(n) % 3
    return CENTERS[codes] + rng.standard_normal((n, D)), codes


def task_with(codes: npt.NDArray[np.int64], test: int = 0) -> Task:
    """A task of these classes; the last `test` samples asked where that is given."""
    labels = labels_of("kind", pd.Series([f"c{code}" for code in codes]))
    units, seeds, n = np.arange(len(codes)), (0, 1, 2), len(codes)
    if test:
        splits = tuple(Split(seed, np.arange(n - test), np.arange(n - test, n)) for seed in seeds)
    else:
        splits = tuple(split(labels, units, seed) for seed in seeds)
    return Task("kind", "key", labels, units, splits, seeds, given=bool(test))


def space_with(vectors: npt.NDArray[np.float64]) -> EmbeddingSpace:
    """A space of these vectors."""
    return EmbeddingSpace("s", "s", vectors.astype(np.float32), [str(row) for row in range(len(vectors))])


def scored(method: str, vectors: npt.NDArray[np.float64], task: Task, draws: int, seed: int) -> Mapping[str, Scores]:
    """What one space scores."""
    space = space_with(vectors)
    graph = build_graph(space, metric="euclidean", k=30, seed=0) if task_methods()[method].neighbors else None
    answered = task_methods()[method].answer(space, task, Context(K, "euclidean", 0, graph))
    return scores_of(answered.answers, task.units, draws=draws, seed=seed)


def coverage(kind: str, method: str, *, simulations: int, draws: int, seed: int, truth: int = TRUTH) -> pd.DataFrame:
    """Per number: its mean, and how often the intervals hold that."""
    rng = np.random.default_rng([seed, WORLDS.index((kind, method))])
    test = 60 if kind == "files" else 0
    fixed = sample(rng, N - test)

    def world() -> tuple[npt.NDArray[np.float64], Task]:
        if not test:
            vectors, codes = sample(rng, N)
            return vectors, task_with(codes)
        vectors, codes = sample(rng, test)
        return np.concatenate([fixed[0], vectors]), task_with(np.concatenate([fixed[1], codes]), test)

    values: dict[str, list[float]] = {}
    for _ in range(truth):
        for name, score in scored(method, *world(), 0, 0).items():
            values.setdefault(name, []).append(score.value)
    held: dict[str, list[bool]] = {}
    for turn in range(simulations):
        scores = scored(method, *world(), draws, turn)
        stretch = task_methods()[method].stretch
        numbers = judged(scores, {}, n=test or N, stretch=stretch, asked=draws, notes=[])
        for name, number in numbers.items():
            if number.low is not None and number.high is not None:
                held.setdefault(name, []).append(number.low <= float(np.nanmean(values[name])) <= number.high)
    rows = [(name, kind, method, np.nanmean(values[name]), np.mean(each), len(each)) for name, each in held.items()]
    return pd.DataFrame(rows, columns=["number", "split", "method", "mean", "coverage", "simulations"])


def false_alarms(*, simulations: int, draws: int, seed: int) -> float:
    """How often two spaces of equal worth differ at 5 %."""
    rng = np.random.default_rng([seed, 99])
    found = []
    for turn in range(simulations):
        vectors, codes = sample(rng, N)
        task = task_with(codes)
        one, two = (
            scored("linear", vectors + rng.standard_normal(vectors.shape), task, draws, turn)["accuracy"] for _ in "ab"
        )
        apart = difference(one, two)
        found.append(apart is not None and apart.p < 0.05)
    return float(np.mean(found))


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--simulations", type=int, default=200)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--truth", type=int, default=TRUTH)
    asked = parser.parse_args()
    print(f"{asked.simulations} simulations, n = {N}, {asked.draws} draws\n")
    print("| number | split | method | mean | coverage |\n| --- | --- | --- | --- | --- |")
    for kind, method in WORLDS:
        table = coverage(kind, method, simulations=asked.simulations, draws=asked.draws, seed=0, truth=asked.truth)
        for row in table.itertuples():
            print(f"| {row.number} | {row.split} | {row.method} | {row.mean:.3f} | {row.coverage:.3f} |", flush=True)
    alarms = false_alarms(simulations=asked.simulations, draws=asked.draws, seed=0)
    print(f"\nTwo spaces of equal worth differ at 5 % in {alarms:.3f} of the simulations.")


if __name__ == "__main__":
    main()
