"""The networks of synthetic pre-training that ship: each is read by its encoder, and brings its recipe and runs."""

from pathlib import Path

import numpy as np
import pytest

from analysis import zoo
from analysis.ask import Ask
from analysis.benefit_asks import ASK
from analysis.carried import carried
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study_file import read_study
from models.errors import BadInput
from models.place import Place

STUDY = zoo.SHIPPED.with_suffix(".toml")


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(read_study(STUDY), Place(STUDY.parent), Store(tmp_path))


def test_every_network_brings_the_recipe_of_its_task(pipeline: Pipeline) -> None:
    found = {one.checkpoint: one for one in carried(pipeline)}
    assert {"natural", "set", "LIME", "identity"} <= set(found) and not {"random", "statistics"} & set(found)
    assert found["set"].card.within == "synthetic task: set" and found["natural"].outcome["right"] > 0.4
    assert found["identity"].outcome["right"] > 0.98


def test_the_matrix_that_ships_is_read_with_the_spaces_that_its_runs_induced(pipeline: Pipeline) -> None:
    pipeline.make(ASK)
    result = pipeline.find(ASK)
    runs, spaces = result.tables["runs"], result.tables["spaces"]
    assert len(spaces) == 2 * len(runs) and runs.groupby(["way", "task", "regime"]).size().eq(3).all()
    assert result.numbers["benefit|set|rewrite"].value > 0.5 > abs(result.numbers["benefit|statistics|rewrite"].value)


def test_a_cache_without_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="give the cache that it was run with"):
        zoo.build(tmp_path / "target", tmp_path / "cache")


def test_two_networks_give_texts_other_spaces(pipeline: Pipeline) -> None:
    for name in ("natural", "random"):
        pipeline.make(Ask("space", subject=name))
    spaces = [pipeline.find(Ask("space", subject=name)).vectors for name in ("natural", "random")]
    assert spaces[0].shape == spaces[1].shape == (1000, 64)
    assert np.isfinite(spaces[0]).all() and not np.allclose(spaces[0], spaces[1])
