"""The page of a series: its numbers and its collapse, its maps in one frame, and what it says without one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study_file import read_study
from models.place import Place
from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, said
from ui import series_maps
from ui.view import View, from_address, in_address

N, PLACES = 60, (10, 20, 30)
STUDY = """
name = "run"
k = 5
draws = 40
analyses = ["spectrum", "isotropy"]
[dataset]
path = "samples.csv"
id = "id"
labels = ["kind"]
numeric = ["size"]
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three steps of a training, of which the last has collapsed to few directions."""
    folder = tmp_path_factory.mktemp("run")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": [f"p{i}" for i in range(N)], "kind": ["x", "y", "z"] * (N // 3)})
    frame.assign(size=rng.standard_normal(N)).to_csv(folder / "samples.csv", index=False)
    study = STUDY
    for at in PLACES:
        vectors = rng.standard_normal((N, 12))
        vectors[:, 3:] *= 0.01 if at == PLACES[-1] else 1.0
        np.save(folder / f"v{at}.npy", vectors.astype(np.float32))
        study += f'[[checkpoint]]\nname = "run(step={at})"\nfamily = "vectors"\nmodel = "v{at}.npy"\n'
        study += f'series = "run"\nat = {at}\n'
    (folder / "run.toml").write_text(study)
    pipeline = Pipeline(read_study(folder / "run.toml"), Place(folder), Store(folder / "cache"))
    for space in pipeline.spaces():
        for ask in (Ask("analysis", "spectrum", space.name), Ask("projection", "pca", space.name)):
            pipeline.make(ask)
    return World(folder / "run.toml", folder / "cache")


@pytest.fixture
def series_world(run: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    yield from started(run, monkeypatch)


@pytest.fixture
def untouched(run: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same with its samples read and nothing computed."""
    study = read_study(run.study)
    Pipeline(study, Place(run.study.parent), Store(tmp_path / "cache")).dataset()
    yield from started(World(run.study, tmp_path / "cache"), monkeypatch)


def test_the_page_says_where_the_series_collapses_and_marks_it(series_world, figures):
    words = said(drawn("series"))
    curves = figures["figure.series"]
    assert "run: collapse at step 30" in curves.layout.title.text.replace("<br>", " ")
    assert {shape.x0 for shape in curves.layout.shapes} == {30.0}
    assert "Collapse is marked at the first member whose effective rank or RankMe is less than half" in words


def test_the_slider_moves_the_same_points_within_the_same_frame(series_world, pictures):
    for at in PLACES:
        drawn("series", space=f"run(step={at})", projection="pca")
    first, middle, last = pictures
    assert {(one.frame, one.samples, str(one.bounds)) for one in pictures} == {
        (first.frame, first.samples, str(first.bounds))
    }
    assert len({one.seen for one in pictures}) == 3
    assert not np.array_equal(first.coordinates, middle.coordinates)
    low, high = first.bounds
    for one in pictures:
        assert (one.coordinates >= np.float32(low)).all() and (one.coordinates <= np.float32(high)).all()
    assert first.title.startswith("step 10, laid upon step 30: residual ") and last.title.startswith("step 30. PCA of")


def test_all_maps_stand_side_by_side_with_what_is_selected(series_world, figures):
    drawn("series", selection=("p4",))
    small = figures["figure.series_maps"]
    maps = [trace for trace in small.data if trace.customdata is not None]
    assert len(maps) == len(PLACES) and all(list(one.selectedpoints) == [4] for one in maps)
    heads = [note.text for note in small.layout.annotations]
    assert [head.split("</b>")[0] for head in heads] == ["<b>step 10", "<b>step 20", "<b>step 30"]


def test_numbers_that_are_not_computed_are_offered_with_their_price(series_world):
    page = drawn("series", numbers=("Isotropy: mean cosine",))
    assert "Not computed for every member yet." in said(page)
    assert any(button.label.startswith("Compute · about") for button in page.button)


def test_a_series_without_anything_computed_offers_its_numbers_and_maps(untouched, figures):
    page = drawn("series", projection="pca")
    words = said(page)
    assert "Not computed for every member yet." in words and "PCA is not computed for every member." in words
    assert not figures


def test_a_study_without_a_series_says_how_to_get_one(world):
    assert "There is no series here. Open a training folder" in said(drawn("series"))


def test_what_is_looked_at_along_a_series_stands_in_the_address():
    look = View(series="run, by step", numbers=("Spectrum: rankme", "Isotropy: mean cosine"))
    address = in_address(look)
    assert address == {"series": "run, by step", "numbers": "Spectrum: rankme|Isotropy: mean cosine"}
    assert from_address(View(), address) == look


def test_a_long_series_shows_twelve_maps_and_says_so(series_world, monkeypatch, figures):
    monkeypatch.setattr(series_maps, "evenly", lambda names: [names[0], names[-1]])
    monkeypatch.setattr("ui.series_small.MOST", 2)
    assert "2 of 3 members, evenly chosen." in said(drawn("series", projection="pca"))
