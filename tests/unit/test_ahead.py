"""Scores made ahead by processes of one thread: the same numbers, one graph a space, and nothing lost when one dies."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import ahead, cores
from analysis.ahead import Ahead, is_small, made_ahead
from analysis.ask import Ask
from analysis.described import described
from analysis.pipeline import Pipeline
from analysis.run import open_study
from analysis.task_asks import task_asks

SPACES, TASKS = 4, 4


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """Four spaces of 60 samples and as many label columns, vectors read."""
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=(60, TASKS))
    columns = {f"y{task}": [f"c{one}" for one in labels[:, task]] for task in range(TASKS)}
    pd.DataFrame({"id": np.arange(60)} | columns).to_csv(tmp_path / "t.csv", index=False)
    said = f'draws = 20\n[dataset]\npath = "t.csv"\nid = "id"\nlabels = {list(columns)}\n'
    for space in range(SPACES):
        vectors = rng.normal(size=(60, 8)) + np.pad(labels, ((0, 0), (0, 4)))
        np.save(tmp_path / f"s{space}.npy", vectors.astype(np.float32))
        said += f'[[checkpoint]]\nname = "s{space}"\nfamily = "vectors"\nmodel = "s{space}.npy"\n'
    said += "".join(f'[[task]]\nname = "t{task}"\nlabel = "y{task}"\nmethods = ["knn"]\n' for task in range(TASKS))
    (tmp_path / "study.toml").write_text(said, encoding="utf-8")
    found = open_study(tmp_path / "study.toml", cache=tmp_path / "cache")
    found.dataset()
    for space in found.spaces():
        found.make(Ask("space", subject=space.name))
    return found


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on two cores, and of so few samples."""
    monkeypatch.setattr(cores, "cores", lambda: 2)
    monkeypatch.setattr(ahead, "SMALLEST", 10)


def test_workers_make_the_same_scores_and_one_graph_a_space(pipeline: Pipeline, tmp_path: Path) -> None:
    asks = task_asks(pipeline)
    said: list[str] = []
    assert (
        made_ahead(pipeline, asks, lambda done, total, what: said.append(f"{done}/{total} {what}")) == len(asks) == 16
    )
    assert said[-1].startswith("16/16 ") and {line.split(" ", 1)[1] for line in said} == set(map(str, asks))
    graphs = list((tmp_path / "cache" / "artifacts").rglob("indices.npy"))
    assert len(graphs) == SPACES
    alone = open_study(tmp_path / "study.toml", cache=tmp_path / "other")
    alone.dataset()
    for ask in asks:
        here, there = alone.make(ask), pipeline.find(ask)
        assert {name: one.value for name, one in here.numbers.items()} == pytest.approx(
            {name: one.value for name, one in there.numbers.items()}, nan_ok=True
        )
    assert made_ahead(pipeline, asks) == 0  # nothing is missing any more


def test_only_small_scores_with_vectors_are_made_ahead_and_once(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = task_asks(pipeline)
    assert all(is_small(pipeline, ask) for ask in asks)
    assert not is_small(pipeline, Ask("task", "finetune", "s0", "t0")) and not is_small(pipeline, Ask("dataset"))
    assert is_small(pipeline, Ask("transferability", subject="s0", other="y0"))
    made: list[int] = []
    monkeypatch.setattr(ahead, "made_ahead", lambda pipeline, asks, progress: made.append(len(asks)))
    run = Ahead(pipeline, [Ask("dataset"), *asks])
    for ask in (Ask("dataset"), asks[0], asks[1]):
        run.before(ask)
    assert made == [16]
    monkeypatch.undo()
    monkeypatch.setattr(cores, "cores", lambda: 2)
    assert made_ahead(pipeline, asks) == 0  # 60 samples do not pay for two processes
    monkeypatch.setattr(ahead, "SMALLEST", 10)
    assert made_ahead(pipeline, asks[:15]) == 0
    monkeypatch.setattr(cores, "cores", lambda: 1)
    assert made_ahead(pipeline, asks) == 0


def test_what_a_worker_cannot_make_is_left_for_its_turn(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = task_asks(pipeline)
    broken = [Ask("task", "knn", "s0", "t0"), Ask("task", "knn", "s1", "no such task")]
    parts = [[*broken, asks[1]], [asks[2]]]
    assert sorted(ahead._answers(pipeline, parts)) == sorted(map(str, [broken[0], *asks[1:3]]))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert list(ahead._answers(pipeline, parts)) == []


def test_a_worker_ends_with_the_one_who_started_it(pipeline: Pipeline) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "analysis.ahead"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdin is not None and worker.stdout is not None
    asks = [ask.to_json() for ask in task_asks(pipeline)] * 1000
    worker.stdin.write(json.dumps(described(pipeline) | {"asks": asks}) + "\n")
    worker.stdin.flush()
    assert worker.stdout.readline().strip()
    os.kill(worker.pid, signal.SIGCONT)  # it is at work
    worker.stdin.close()
    worker.stdout.close()
    assert worker.wait(timeout=20) != 0
