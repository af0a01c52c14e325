"""A small world with everything computed once, and the dashboard started on a copy of it."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.store import Store
from analysis.study_file import read_study
from models.place import Place

STUDY = """
name = "pets"
k = 5
draws = 20
[dataset]
path = "pets.csv"
id = "id"
text = "text"
labels = ["kind", "size"]
numeric = ["a", "b", "c"]
[[checkpoint]]
name = "columns"
family = "numeric"
[[checkpoint]]
name = "words"
family = "tfidf"
"""
KINDS = {"cat": "purrs on the warm sofa", "dog": "barks at the postman", "<b>fish</b>": "swims in a bowl of water"}


@dataclass(frozen=True)
class World:
    """A folder with a study and its samples, and a cache that holds all of it but UMAP."""

    study: Path
    cache: Path


def write_samples(folder: Path, n: int = 60) -> None:
    rng = np.random.default_rng(0)
    kinds = [list(KINDS)[i % 3] for i in range(n)]
    frame = pd.DataFrame({"id": [f"pet {i}" for i in range(n)], "kind": kinds, "size": rng.normal(size=n).round(3)})
    frame["text"] = [f"Number {i} {KINDS[kind]} <script>alert({i})</script>" for i, kind in enumerate(kinds)]
    centers = {kind: 3 * rng.normal(size=3) for kind in KINDS}
    numbers = np.array([centers[kind] for kind in kinds]) + rng.normal(size=(n, 3))
    frame[["a", "b", "c"]] = numbers
    frame.to_csv(folder / "pets.csv", index=False)


@pytest.fixture(scope="session")
def computed(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world")
    write_samples(folder)
    (folder / "pets.toml").write_text(STUDY)
    pipeline = Pipeline(read_study(folder / "pets.toml"), Place(folder), Store(folder / "cache"))
    for ask in wanted(pipeline):
        if ask.name != "umap":  # its first call compiles for a minute
            pipeline.make(ask)
    pipeline.make(Ask("projection", "pca", "columns", params={"dimensions": 3}))
    return World(folder / "pets.toml", folder / "cache")


@pytest.fixture
def world(computed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The dashboard started on the world, with a cache of its own."""
    shutil.copytree(computed.cache, tmp_path / "cache")
    mine = World(computed.study, tmp_path / "cache")
    yield from started(mine, monkeypatch)


@pytest.fixture
def empty_world(computed: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The dashboard started on the world with nothing computed."""
    yield from started(World(computed.study, tmp_path / "cache"), monkeypatch)


def started(mine: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    from ui import queries, startup

    monkeypatch.setattr(sys, "argv", ["app.py", "--study", str(mine.study), "--cache", str(mine.cache)])
    monkeypatch.setattr(queries, "get_ready", lambda: None)  # no worker behind a test
    startup.options.cache_clear()
    yield mine
    startup.options.cache_clear()
