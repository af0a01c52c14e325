"""Two pinned samples: how the second is pinned and let go of, and numbers on the page that equal those of scipy."""

import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.series.two_samples import histogram_of, in_space, table_of
from tests.ui.test_ui_map import PICTURE
from tests.ui.test_ui_pages import drawn, raw, said
from ui import linked_table, opened, two_samples, view
from ui.map_plotly import figure_of
from ui.map_webgl import content_of, event_from
from ui.plot import event_from as plotly_event
from ui.view import View

TWO = {"pinned": "pet 4", "second": "pet 31"}


def pins(now: View) -> tuple[str, str]:
    return now.pinned, now.second


def test_the_first_click_pins_and_one_beside_it_pins_the_second():
    one = view.pin(View(), "a", beside=True)
    assert pins(one) == ("a", "")
    both = view.pin(one, "b", beside=True)
    assert pins(both) == ("a", "b")
    assert pins(view.pin(both, "c", beside=True)) == ("a", "c")
    assert pins(view.pin(both, "c")) == ("c", "b")


def test_a_click_on_a_pinned_sample_lets_go_of_it():
    both = View(pinned="a", second="b")
    assert pins(view.pin(both, "a")) == ("b", "")
    assert pins(view.pin(both, "b")) == ("a", "")
    assert pins(view.pin(both, "b", beside=True)) == ("a", "")
    assert pins(view.pin(both, "a", beside=True)) == ("a", "b")
    assert pins(view.pin(View(pinned="a"), "a")) == ("", "")


def test_after_compare_with_another_the_next_click_pins_the_second():
    asked = View(pinned="a", beside=True)
    assert pins(view.pin(asked, "b")) == ("a", "b")
    assert not view.pin(asked, "b").beside
    assert pins(view.pin(View(beside=True), "a")) == ("a", "")


def test_two_can_be_swapped():
    assert pins(view.swap(View(pinned="a", second="b"))) == ("b", "a")
    assert view.swap(View(pinned="a")) == View(pinned="a")


def test_two_pinned_samples_stand_in_the_address_and_one_alone_is_the_first():
    both = View(pinned="a", second="b")
    assert view.from_address(View(), view.in_address(both)) == both
    for given in ({"second": "b"}, {"pinned": "b", "second": "b"}):
        assert view.from_address(View(), given).second == ""


def test_other_samples_keep_the_pins_that_are_among_them():
    both = View(pinned="a", second="b")
    assert pins(view.keep(both, {"b"})) == ("b", "")
    assert pins(view.keep(both, {"a"})) == ("a", "")
    assert pins(view.keep(both, {"a", "b"})) == ("a", "b")


def test_a_renderer_says_whether_a_click_is_beside_the_pinned_one():
    told = {"seen": "k", "samples": "s", "kind": "pin", "row": 2}
    assert not event_from(told, PICTURE).beside and event_from(told | {"beside": True}, PICTURE).beside
    assert event_from({"samples": "s", "kind": "unpin"}, PICTURE).kind == "unpin"
    clicked = {"seen": "k", "kind": "pin", "ids": ["a"], "beside": True}
    assert plotly_event(clicked, "k").beside and not plotly_event(clicked | {"beside": 1}, "k").beside


def test_both_maps_are_told_of_the_second_sample():
    both = replace(PICTURE, pinned="a", second="d")
    assert (content_of(both)["pinned"], content_of(both)["second"]) == (0, 3)
    assert content_of(PICTURE)["second"] == -1
    lines = [trace for trace in figure_of(both).data if trace.mode == "lines"]
    assert [(list(line.x), list(line.y)) for line in lines] == [([0, 5], [0, 5])]
    assert list(figure_of(both).data[-1].x) == [0, 5]


def rows_shown(page) -> dict[str, list[str]]:
    """The cells of the table of spaces."""
    body = raw(page).split("<tbody>")[1].split("</tbody>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.split("</tr>") if row]
    return {cells[0]: cells[1:] for cells in rows}


@pytest.mark.parametrize("name", ["map", "side_by_side"])
def test_the_page_shows_both_samples_and_in_every_space_the_numbers_of_scipy(world, pipeline, name):
    page = drawn(name, projection="pca", right_projection="pca", **TWO)
    assert "alert(4)" in said(page) and "alert(31)" in said(page)
    shown = rows_shown(page)
    assert list(shown) == ["columns", "words"]
    for space, (distance, share, of_b, of_a, near) in shown.items():
        vectors = pipeline.find(Ask("space", subject=space)).vectors.astype(np.float64)
        apart = cdist(vectors, vectors, "cosine")
        pairs = apart[np.triu_indices(60, 1)]
        far = apart[4, 31]
        assert float(distance) == pytest.approx(far, abs=6e-4)
        assert float(share.removesuffix(" %")) == pytest.approx(
            100 * ((pairs < far - 1e-12).mean() + (abs(pairs - far) <= 1e-12).mean() / 2), abs=0.006
        )
        ranks = []
        for cell, row, other in ((of_b, 4, 31), (of_a, 31, 4)):
            gap = np.delete(apart[row] - apart[row, other], row)
            first, last = (gap < -1e-12).sum() + 1, (gap <= 1e-12).sum()
            assert cell == (f"{first}" if first == last else f"{first}–{last}")
            ranks.append((first, last))
        inside = [last <= 5 for _, last in ranks]
        assert near == {(True, True): "both", (True, False): "B of A’s", (False, True): "A of B’s"}.get(
            tuple(inside), "no"
        )
    assert "Rank of B: among A's neighbours, exactly, of 59; rank of A: among B's." in said(page)
    assert "of all pairs, counted." in said(page)
    assert "Data, CSV (.zip)" in {one.proto.label for one in page.get("download_button")}


def test_the_second_sample_is_pinned_from_a_table_after_a_button_and_let_go_of_by_another(world):
    page = drawn("map", projection="pca", pinned="pet 4")
    assert "an-table" not in raw(page)
    button(page, "Compare with another").click().run()
    assert "Now click the sample to compare it with" in said(page)
    button(page, "Cancel").click().run()
    assert "Now click" not in said(page)
    page = drawn("map", projection="pca", **TWO)
    button(page, "Swap A and B").click().run()
    assert raw(page).index("pet 31") < raw(page).index("pet 4<")
    button(page, "Unpin B").click().run()
    assert "an-table" not in raw(page) and "pet 31" in raw(page)


def button(page, label: str):
    return next(one for one in page.button if one.label == label)


def test_a_space_whose_vectors_are_not_here_is_offered(world, monkeypatch):
    find = Pipeline.find
    lacking = Ask("space", subject="words")
    monkeypatch.setattr(Pipeline, "find", lambda self, ask: None if ask == lacking else find(self, ask))
    page = drawn("map", projection="pca", **TWO)
    assert list(rows_shown(page)) == ["columns"]
    assert "To compare them in words, its vectors must be on this machine." in said(page)


def test_two_samples_say_how_they_are_linked_once_the_graph_is_read(world):
    text = world.study.read_text() + '[[graph]]\nname = "kinds"\nsource = "labels"\nlabel = "kind"\n'
    world.study.write_text(text)
    page = drawn("map", projection="pca", **TWO)
    assert "Whether they are linked is known once the graph is read." in said(page)
    pipeline = opened.pipeline_of(*opened.first_study(opened.startup.options()))
    graph = pipeline.make(Ask("graph", "kinds"))
    alike = 31 in graph.indices[graph.indptr[4] : graph.indptr[5]]
    page = drawn("map", projection="pca", **TWO)
    assert f"A and B: {'linked' if alike else 'no way from A to B'} in kinds." in said(page)


def test_a_space_without_an_answer_says_why_in_its_row(pipeline):
    space = pipeline.find(Ask("space", subject="words"))
    zero = type(space)("words", "k", np.array([[0, 0], [1, 2], [3, 1]], np.float32), ("a", "b", "c"))
    row = in_space(zero, 0, 1, "cosine", None)
    assert row.apart is None and "no direction" in two_samples.table_of([row], 5)
    assert two_samples.said_of([row], "cosine", 5) == []
    assert table_of([row], "a", "b", 5)["why"][0].startswith("One of the two")


def test_the_histogram_of_the_distances_page_is_found_whatever_its_label(world, pipeline):
    key, found = histogram_of(pipeline, "columns")
    assert key and found is not None and found.counts.sum() == 60 * 59 // 2


def test_pairs_of_samples_are_shown_by_what_people_know_them_by(pipeline):
    result = pipeline.find(Ask("analysis", "distances", "columns", "kind"))
    table = result.tables["farthest_pairs"]
    shown = linked_table.shown_of(pipeline.dataset(), table, ("row_a", "row_b"))
    assert list(shown)[:3] == ["distance", "id A", "id B"]
    assert list(shown["id A"]) == list(table["id_a"]) and list(shown["id B"]) == list(table["id_b"])
    assert shown["kind B"][0] == pipeline.dataset().frame["kind"][table["row_b"][0]]


def test_the_distances_page_draws_every_figure_with_its_export_and_both_tables_of_pairs(world):
    page = drawn("distances")
    words = said(page)
    for part in ("Samples of one kind are", "are nearest", "grows as k to the power of", "Farthest pairs"):
        assert part in words, part
    assert "A click shows the two on the map and compares them everywhere." in words
