"""Linear and kNN scores of 24 spaces on 5 tasks: as a run makes them, against one after the other in one process.

A study of 24 vector files of `--n` samples and five label columns, made anew in an empty cache each time: once as a run
makes it (spaces on worker processes of one thread), once here with one piece at a time and the machine's threads in the
products. Also counted: how many kNN graphs were made. Run: python -m benchmarks.probes
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
import pandas as pd

from analysis.ahead import Ahead
from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.run import open_study
from analysis.task_asks import task_asks

SPACES, TASKS, D, CLASSES = 24, 5, 128, 6


def write_study(folder: Path, n: int) -> Path:
    """Spaces that tell five columns of classes, each space a little worse than the one before."""
    rng = np.random.default_rng(0)
    labels = rng.integers(CLASSES, size=(n, TASKS))
    frame = pd.DataFrame(
        {"id": np.arange(n)} | {f"y{task}": [f"c{one}" for one in labels[:, task]] for task in range(TASKS)}
    )
    frame.to_csv(folder / "t.csv", index=False)
    said = f'[dataset]\npath = "t.csv"\nid = "id"\nlabels = {[f"y{task}" for task in range(TASKS)]}\n'
    for space in range(SPACES):
        centers = rng.standard_normal((TASKS, CLASSES, D))
        signal = sum(centers[task][labels[:, task]] for task in range(TASKS))
        vectors = signal / (2 + space / 4) + rng.standard_normal((n, D))
        np.save(folder / f"s{space}.npy", vectors.astype(np.float32))
        said += f'[[checkpoint]]\nname = "s{space}"\nfamily = "vectors"\nmodel = "s{space}.npy"\n'
    said += "".join(f'[[task]]\nname = "t{task}"\nlabel = "y{task}"\n' for task in range(TASKS))
    (folder / "study.toml").write_text(said, encoding="utf-8")
    return folder / "study.toml"


@contextmanager
def one_after_the_other() -> Iterator[None]:
    """One piece at a time, its products on as many threads as the machine has."""
    with mock.patch("analysis.cores.cores", lambda: 1), mock.patch("threadpoolctl.threadpool_limits", nullcontext):
        yield


def seconds(study: Path, cache: Path) -> tuple[float, int]:
    """How long every score takes from vectors on, and how many kNN graphs were made for it."""
    pipeline: Pipeline = open_study(study, cache=cache)
    pipeline.dataset()
    for space in pipeline.spaces():
        pipeline.make(Ask("space", subject=space.name))
    asks = task_asks(pipeline)
    start = time.perf_counter()
    ahead = Ahead(pipeline, asks)
    for ask in asks:
        ahead.before(ask)
        pipeline.make(ask)
    took = time.perf_counter() - start
    graphs = [pipeline.find(Ask("neighbors", subject=space.name)) for space in pipeline.spaces()]
    return took, sum(graph is not None for graph in graphs)


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    ways: dict[str, Callable[[], AbstractContextManager[None]]] = {
        "one after the other": one_after_the_other,
        "worker processes": nullcontext,
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    graphs = 0
    for _ in range(given.rounds):
        for name, way in ways.items():
            with TemporaryDirectory() as folder, way():
                took, graphs = seconds(write_study(Path(folder), given.n), Path(folder) / "cache")
                found[name].append(took)
    slow, fast = (float(np.median(found[name])) for name in ways)
    print(f"{SPACES} spaces × {TASKS} tasks, {given.n:,} × {D}, kNN and linear probe, 3 seeds, 200 draws\n")
    print("| way | seconds | ratio |\n| --- | --- | --- |")
    print(f"| one after the other | {slow:.1f} | 1.0 |\n| worker processes | {fast:.1f} | **{slow / fast:.2f}×** |")
    print(f"\n{graphs} kNN graphs for {SPACES} spaces")


if __name__ == "__main__":
    main()
