"""The checkpoints that ship: made by the study beside them, small, and what their recipe says they are."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from analysis.carried import carried
from analysis.made import MadeCheckpoint, checkpoints_of
from analysis.made_keys import settings_of
from analysis.pipeline import Pipeline
from analysis.series.series import series_of
from analysis.starter import STUDY as BUILT_IN
from analysis.store import Store
from analysis.study_file import read_study
from analysis.twin import SHIPPED, STUDY
from models.embedding_job import family_called
from models.encoder import EncoderRecipe
from models.place import Place

LINKED, PLAIN, MOST = "0.1", "0", 4_000_000
TEXTS = [  # three pairs that a See Also joins, though their words differ
    "Compute the arithmetic mean along the specified axis.",
    "Compute the weighted average along the specified axis.",
    "Return the eigenvalues of a general matrix.",
    "Singular value decomposition of a matrix.",
    "Shortest path between two nodes of a graph by Dijkstra's algorithm.",
    "Length of the shortest path from a source node to all others.",
]


def recipe_of(weight: str) -> dict:
    return json.loads((SHIPPED / weight / "recipe.json").read_text(encoding="utf-8"))


def vectors(weight: str) -> np.ndarray:
    folder = SHIPPED / weight
    recipe = EncoderRecipe(family="masked_lm", model=str(folder), place=Place(folder), max_length=64)
    return family_called("masked_lm").load(recipe).encode(TEXTS, [2])[0]


def test_what_ships_was_made_by_the_study_that_ships_and_weighs_little() -> None:
    made = [one for one in checkpoints_of(read_study(STUDY)) if isinstance(one, MadeCheckpoint)]
    for one in made:
        said, known = recipe_of(f"{one.weight:g}")["recipe"]["params"], asdict(settings_of(one))
        assert {name: known[name] for name in said if name in known} == {n: said[n] for n in said if n in known}
        assert said["architecture"] == one.section.architecture
    assert sorted(folder.name for folder in SHIPPED.iterdir()) == sorted(f"{one.weight:g}" for one in made)
    assert sum(file.stat().st_size for file in SHIPPED.rglob("*")) < MOST


def test_links_bring_what_they_join_nearer_than_masked_lm_alone_does() -> None:
    ratio = {}
    for weight in (PLAIN, LINKED):
        z = vectors(weight)
        apart = np.linalg.norm(z[:, None] - z[None], axis=2)
        pairs = np.kron(np.eye(3), np.ones((2, 2))) > 0
        ratio[weight] = apart[pairs & ~np.eye(6, dtype=bool)].mean() / apart[~pairs].mean()
    assert ratio[LINKED] < ratio[PLAIN] - 0.2


def test_the_built_in_study_shows_them_as_a_series_along_the_weight_with_their_cards(tmp_path) -> None:
    pipeline = Pipeline(read_study(BUILT_IN), Place(BUILT_IN.parent), Store(tmp_path))
    (series,) = series_of(pipeline.spaces())
    assert (series.along, [one.at for one in series.members]) == ("weight", [0, 0.1, 0.5])
    found = carried(pipeline)
    assert [one.checkpoint for one in found] == list(series.spaces)
    assert [one.card.how for one in found] == ["none", "explicit", "explicit"]
    assert found[0].outcome["structure"] is None and found[1].outcome["structure"] == pytest.approx(2.23, abs=0.01)
