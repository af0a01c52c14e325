"""Two panes with one colour: one range for both, a button where a pane lacks the values, and names that say what."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.knn_graph import KnnGraph
from analysis.labels import Labels
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.registry import analyses, indexes
from tests.ui.test_ui_map import PICTURE
from tests.ui.test_ui_pages import drawn, said
from ui import coloring, map_colours, pane, sample_table
from ui.found_by import found_by
from ui.map_plotly import figure_of

HUBS = "Hubness: how often another's neighbour"
PCA = {"projection": "pca", "right_projection": "pca"}


@pytest.fixture
def without_hubs(monkeypatch):
    """As if nobody had computed the hubs of the space of words."""
    find = Pipeline.find
    lacking = Ask("analysis", "hubness", "words")
    monkeypatch.setattr(Pipeline, "find", lambda self, ask: None if ask == lacking else find(self, ask))


def hubs(pipeline: Pipeline) -> list[np.ndarray]:
    asks = [Ask("analysis", "hubness", space) for space in ("columns", "words")]
    return [pipeline.find(ask).points["occurrence"] for ask in asks]


def own_range(page) -> list:
    return [box for box in page.checkbox if box.label == "Own range per pane"]


def test_two_panes_of_numbers_share_the_robust_range_of_both_and_say_so(world, pipeline, pictures):
    page = drawn("side_by_side", colour=HUBS, **PCA)
    both = hubs(pipeline)
    low, high = np.quantile(np.concatenate(both), [0.02, 0.98])
    assert [picture.span for picture in pictures] == [(low, high)] * 2
    left, right = (coloring.coded(one.color, "light", 60, span=one.span) for one in pictures)
    for coded, values in zip((left, right), both, strict=True):
        expected = np.rint(np.clip((values - low) / (high - low), 0, 1) * (coloring.STEPS - 1))
        assert list(coded.codes) == expected.tolist()
        assert coded.told["title"] == f"{HUBS} · shared range"
    ends = [coded.told["low"].removeprefix("≤ ") for coded in (left, right)]
    assert ends[0] == ends[1]
    (box,) = own_range(page)
    pictures.clear()
    box.check().run()
    assert [picture.span for picture in pictures[-2:]] == [None, None]
    assert coloring.coded(pictures[-1].color, "light", 60).told["title"] == HUBS


@pytest.mark.parametrize("colour", ["kind", "size", map_colours.NOTHING])
def test_where_both_panes_have_the_same_values_there_is_no_range_to_choose(world, pictures, colour):
    assert not own_range(drawn("side_by_side", colour=colour, **PCA))
    assert [picture.span for picture in pictures] == [None, None]


def test_a_pane_without_the_values_is_grey_and_offers_them(world, pipeline, pictures, without_hubs):
    page = drawn("side_by_side", colour=HUBS, **PCA)
    left, right = pictures
    assert not left.uncoloured and right.uncoloured and right.span is None
    assert right.caption.startswith(f"words has no values of this colour: {HUBS}.")
    assert said(page).count(f"{HUBS} is not computed for words.") == 1
    assert f"{HUBS} is not computed for columns." not in said(page)
    assert len([button for button in page.button if button.label.startswith("Compute · about")]) == 1


def test_a_colour_that_only_the_right_pane_has_is_there_to_choose(world, pictures, without_hubs):
    page = drawn("side_by_side", space="words", right_space="columns", colour=HUBS, **PCA)
    box = next(box for box in page.selectbox if box.label == "Colour by")
    assert box.value == HUBS and box.options.count(HUBS) == 1
    assert pictures[0].uncoloured and not pictures[1].uncoloured


def test_the_map_page_keeps_a_colour_that_its_space_lacks_and_offers_it(world, without_hubs):
    page = drawn("map", space="words", projection="pca", colour=HUBS)
    assert next(box for box in page.selectbox if box.label == "Colour by").value == HUBS
    assert said(page).count(f"{HUBS} is not computed for words.") == 1


def test_every_number_per_sample_is_named_in_plain_words_by_its_analysis(world, pipeline):
    for name, analysis in analyses().items():
        for label in analysis.columns(pipeline.dataset().labels):
            found = pipeline.find(Ask("analysis", name, "columns", label))
            assert set(found.points) <= set(analysis.points), name
    drawing = Ask("projection", "pca", "columns")
    names = map_colours.names(pipeline, pipeline.dataset(), "columns", drawing)
    assert not [name for name in names if "_" in name]
    assert {
        HUBS,
        "Map: projection error, the share of neighbours lost",
        "Neighbours: mean distance to the 5 nearest",
        "Intrinsic dimension: ratio of 2nd to 1st neighbour distance",
        "Label agreement by kind: kNN vote is right",
        "Label agreement by size: neighbours' mean",
    } <= set(names)
    assert "Label agreement by size: kNN vote is right" not in names


def test_plotly_draws_the_shared_range_too():
    numbers = Labels("size", "numeric", (), np.empty(0, np.int32), np.array([1.0, 2.0, 3.0, np.nan]))
    (ramp,) = (t for t in figure_of(replace(PICTURE, color=numbers, span=(-5.0, 9.0))).data if t.marker.colorscale)
    assert (ramp.marker.cmin, ramp.marker.cmax) == (-5.0, 9.0)
    assert ramp.marker.colorbar.title.text == "size · shared range"


def test_regions_named_by_a_majority_say_of_which_label():
    frame = pd.DataFrame({"kind": ["x", "y"] * 40, "size": np.arange(80) / 7})
    ids = tuple(map(str, range(80)))
    assert pane.names_of_regions(Dataset("d", ids, frame, labels=("kind", "size")))["labels"] == "Majority of kind"
    for labels in ((), ("size",)):
        assert "labels" not in pane.names_of_regions(Dataset("d", ids, frame, labels=labels))


def test_an_exact_search_says_exact_and_an_approximate_one_its_recall():
    exact = next(name for name, index in indexes().items() if index.exact)
    other = next(name for name, index in indexes().items() if not index.exact)
    recall = Number(value=0.97, n=100, low=0.95, high=0.98)

    def graph(method: str) -> KnnGraph:
        return KnnGraph("g", "cosine", method, np.ones((3, 2), np.int32), np.ones((3, 2), np.float32), recall)

    assert found_by(graph(exact), 2) == "cosine, exact search"
    assert "approximate, measured recall@2 0.97" in found_by(graph(other), 2)
    assert "measured at k = 2 only" in found_by(graph(other), 1)


def test_the_words_above_the_ranks_name_what_the_table_shows(world):
    page = drawn("side_by_side", pinned="pet 0", **PCA)
    assert f"is shown as {sample_table.EMPTY}. Found by cosine, exact search." in said(page)
    assert sample_table.EMPTY in {table.proto.placeholder for table in page.dataframe}
