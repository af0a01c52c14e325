"""A map carries the id of every point, keeps what a filter leaves out beyond reach, and says when it is a sample."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis.dataset import Dataset
from analysis.labels import labels_of
from ui import map_colours, picture
from ui.map_plotly import WEBGL_FROM, figure_of
from ui.map_renderer import Picture

IDS = ("a", "b", "c", "d")
PICTURE = Picture(
    title="PCA of x: trustworthiness 0.9",
    caption="",
    seen="k",
    samples="s",
    ids=IDS,
    where={name: place for place, name in enumerate(IDS)},
    coordinates=np.array([[0, 0], [1, 0], [0, 1], [5, 5]], dtype=np.float32),
    color=labels_of("kind", pd.Series(["cat", "dog", "cat", None])),
    hovers=lambda: [f"<b>{name}</b>" for name in IDS],
    card=lambda place: {"id": IDS[place], "lines": []},
    hidden=np.zeros(4, dtype=bool),
)


def with_ids(figure) -> list:
    return [trace for trace in figure.data if trace.customdata is not None]


def test_every_point_carries_its_id_and_its_card():
    traces = with_ids(figure_of(PICTURE))
    assert sorted(name for trace in traces for name in trace.customdata) == list(IDS)
    for trace in traces:
        assert list(trace.hovertext) == [f"<b>{name}</b>" for name in trace.customdata]


def test_a_class_is_a_trace_with_its_count_so_that_the_legend_can_hide_it():
    assert sorted(trace.name for trace in with_ids(figure_of(PICTURE))) == ["cat (2)", "dog (1)", "none (1)"]


def test_selected_points_stand_out_by_id():
    traces = with_ids(figure_of(replace(PICTURE, selected=("c", "d", "elsewhere"))))
    chosen = [trace.customdata[i] for trace in traces for i in trace.selectedpoints]
    assert sorted(chosen) == ["c", "d"]


def test_what_a_filter_leaves_out_has_no_id_and_no_card():
    figure = figure_of(replace(PICTURE, hidden=np.array([True, False, True, False])))
    assert sorted(name for trace in with_ids(figure) for name in trace.customdata) == ["b", "d"]
    below = figure.data[0]
    assert below.customdata is None and below.hoverinfo == "skip" and len(below.x) == 2


def test_the_pinned_sample_and_its_neighbours_are_ringed_and_linked_at_their_places():
    links, *_, near, pinned = figure_of(replace(PICTURE, pinned="d", near=("a", "b", "elsewhere"))).data
    assert (list(pinned.x), list(pinned.y)) == ([5], [5])
    assert (list(near.x), list(near.y)) == ([0, 1], [0, 0])
    assert [x for x in links.x if x == x] == [5, 0, 5, 1]
    assert all(trace.customdata is None for trace in (links, near, pinned))


def test_three_dimensions_are_drawn_in_a_scene():
    flat = PICTURE.coordinates
    figure = figure_of(replace(PICTURE, coordinates=np.c_[flat, flat[:, :1]], pinned="a", near=("b",)))
    assert {trace.type for trace in figure.data} == {"scatter3d"}
    assert "scene" not in figure_of(PICTURE).layout.to_plotly_json()


@pytest.mark.parametrize(("n", "kind"), [(WEBGL_FROM, "scatter"), (WEBGL_FROM + 1, "scattergl")])
def test_few_points_are_sharp_and_many_are_fast(n, kind):
    many = replace(
        PICTURE,
        ids=[str(i) for i in range(n)],
        coordinates=np.zeros((n, 2), np.float32),
        color=None,
        where={str(i): i for i in range(n)},
        hovers=lambda: [""] * n,
        hidden=np.zeros(n, dtype=bool),
        pinned="3",
    )
    assert {trace.type for trace in figure_of(many).data} == {kind}


def test_title_and_caption_go_with_the_figure():
    layout = figure_of(replace(PICTURE, caption="From 2 of 9 samples.")).layout
    assert layout.title.text == "PCA of x: trustworthiness 0.9"
    assert layout.title.subtitle.text == "From 2 of 9 samples."


def samples(n: int) -> Dataset:
    kinds = np.where(np.arange(n) % 10 == 0, "rare", "common")
    return Dataset("many", tuple(map(str, range(n))), pd.DataFrame({"kind": kinds}), labels=("kind",))


def test_beyond_so_many_points_a_stratified_seeded_sample_is_drawn_and_says_so():
    dataset = samples(1000)
    rows = picture.drawn_rows(dataset, 7, 50)
    assert len(rows) == 50
    assert (dataset.frame["kind"].to_numpy()[rows] == "rare").sum() == 5
    assert np.array_equal(rows, picture.drawn_rows(dataset, 7, 50))
    assert not np.array_equal(rows, picture.drawn_rows(dataset, 8, 50))
    assert picture.caption_of(dataset, rows, 7) == "From 50 of 1,000 samples, stratified by kind, seed 7."


def test_up_to_so_many_every_sample_is_drawn_without_a_word():
    dataset = samples(30)
    rows = picture.drawn_rows(dataset, 7, 50)
    assert rows.tolist() == list(range(30)) and picture.caption_of(dataset, rows, 7) == ""


class Nothing:
    """A pipeline that has computed nothing."""

    study = SimpleNamespace(k=5, comparison=None, analyses=("*",))

    def spaces(self):
        return ()

    def find(self, ask):
        return None


def test_labels_numbers_and_words_can_colour_a_map_and_a_column_of_all_different_words_cannot():
    frame = pd.DataFrame(
        {
            "kind": ["x", None, "y"] * 100,
            "year": np.arange(300),
            "written": [str(i / 2) for i in range(300)],
            "note": [f"n{i}" for i in range(300)],
            "few": ["p", "q", "p"] * 100,
            "same": ["s"] * 300,
        }
    )
    dataset = Dataset("d", tuple(map(str, range(300))), frame, labels=("kind",))
    assert map_colours.names(Nothing(), dataset, "s", None) == ["kind", "year", "written", "few", map_colours.NOTHING]
    kinds = map_colours.of("kind", Nothing(), dataset, "s", None)
    assert (kinds.codes < 0).sum() == 100 and kinds.classes == ("x", "y")
    assert map_colours.series_of(kinds).isna().sum() == 100
    assert map_colours.of("year", Nothing(), dataset, "s", None).kind == "numeric"
    assert map_colours.of(map_colours.NOTHING, Nothing(), dataset, "s", None) is None


MANY = replace(
    PICTURE,
    ids=tuple(map(str, range(150))),
    where={str(i): i for i in range(150)},
    coordinates=np.arange(300, dtype=np.float32).reshape(150, 2),
    color=labels_of("kind", pd.Series([None, *(f"class {i % 50}" for i in range(149))])),
    hovers=lambda: [""] * 150,
    hidden=np.zeros(150, dtype=bool),
)


def place_of(figure) -> dict:
    return {
        "height": figure.layout.height,
        "margin": figure.layout.margin.to_plotly_json(),
        "entry": figure.layout.legend.entrywidth,
    }


def test_neither_selection_nor_filter_moves_the_map():
    chosen = replace(MANY, selected=tuple(map(str, range(1, 40))))
    filtered = replace(MANY, hidden=np.arange(150) % 7 > 0)
    assert place_of(figure_of(MANY)) == place_of(figure_of(chosen)) == place_of(figure_of(filtered))
    assert figure_of(MANY).layout.margin.autoexpand is False


def test_what_is_no_category_of_its_own_is_last_in_the_legend():
    traces = with_ids(figure_of(MANY))
    last = sorted(traces, key=lambda trace: trace.legendrank)[-2:]
    assert [trace.name for trace in last] == ["10 other (29)", "none (1)"]
    assert len({trace.legendgroup for trace in traces}) == len(traces)


def test_a_map_has_room_below_for_its_whole_legend():
    legend = figure_of(MANY).layout.legend
    a_line = int(MANY.height // (legend.entrywidth + 46))
    assert figure_of(MANY).layout.margin.b >= 20 * np.ceil(42 / a_line)
    assert figure_of(replace(MANY, color=None)).layout.margin.b == 0
