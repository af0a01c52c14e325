"""A small study that dashboards are tested on: sixty pets with a text, two labels and three numbers."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

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


def compute(folder: Path) -> World:
    """Write study and samples into a folder and compute all but UMAP, whose first call compiles for a minute."""
    write_samples(folder)
    (folder / "pets.toml").write_text(STUDY)
    pipeline = Pipeline(read_study(folder / "pets.toml"), Place(folder), Store(folder / "cache"))
    for ask in wanted(pipeline):
        if ask.name != "umap":
            pipeline.make(ask)
    pipeline.make(Ask("projection", "pca", "columns", params={"dimensions": 3}))
    return World(folder / "pets.toml", folder / "cache")
