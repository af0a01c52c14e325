"""Every page, driven without a browser: what it says when all is there, when nothing is, when something is wrong."""

import html
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analysis.registry import analyses
from ui import opened

PAGES = ("overview", "map", "side_by_side", "compare", "series", "jobs")
PAGES += ("fine_tuning", "which_checkpoint", "geometry_against_metric", "graph", "anchors", "pre_training")
SECONDS = 60
APP = Path(__file__).resolve().parents[2] / "app.py"


def script(name, changes):
    """Run one page in a session of its own."""
    from dataclasses import replace as changed
    from functools import partial
    from importlib import import_module
    from importlib.util import find_spec

    from ui import auto_page, opened, router, state

    def first():
        session = opened.first_session()
        return changed(session, view=changed(session.view, **changes))

    state.begin(first)
    own = find_spec(f"ui.pages.{name}")
    run = import_module(f"ui.pages.{name}").page if own else partial(auto_page.page, name)
    router.guarded(run)


def drawn(name: str, *, broken: bool = False, **changes: object) -> AppTest:
    page = AppTest.from_function(script, kwargs={"name": name, "changes": changes}, default_timeout=SECONDS).run()
    assert not page.exception, page.exception
    assert ("could not be drawn" in raw(page)) is broken, raw(page)
    return page


def raw(page: AppTest) -> str:
    """All of a page that is its own HTML."""
    return " ".join(element.proto.body for element in page.get("html"))


def said(page: AppTest) -> str:
    """The words in it."""
    return html.unescape(raw(page))


@pytest.mark.parametrize("name", [*PAGES, *analyses()])
def test_every_page_is_drawn_when_all_is_computed(world, name):
    assert "is not computed" not in said(drawn(name, projection="pca", right_projection="pca"))


@pytest.mark.parametrize("name", [*PAGES, *analyses()])
def test_every_page_stands_when_nothing_is_computed(empty_world, name, monkeypatch):
    monkeypatch.setattr("ui.work.start", lambda pipeline, asks, title="": _a_job(pipeline))
    drawn(name)


def _a_job(pipeline):
    from analysis.jobs import Job

    folder = pipeline.store.root / "jobs" / "none"
    folder.mkdir(parents=True, exist_ok=True)
    return Job("none", folder, "reading", "failed", 0, 0, "it was not started in a test.", 0.0, 0.0)


def test_the_overview_answers_in_words_and_numbers(world):
    words = said(drawn("overview"))
    assert "the commonest kind among a sample's 5 nearest neighbours is its own" in words
    assert "knn accuracy@5" in words and "chance" in words
    assert "Missing: UMAP map and names on the UMAP map." in words


def test_the_overview_offers_what_is_missing_with_its_price(world):
    page = drawn("overview")
    labels = [button.label for button in page.button]
    assert any(label.startswith("Compute everything · about") for label in labels)


def test_a_numeric_label_is_said_as_a_rank_correlation(world):
    words = said(drawn("overview", label="size"))
    assert "a sample's size does not go with its neighbours' mean (rank correlation" in words
    assert "not above chance)" in words


def test_the_map_says_how_far_it_can_be_trusted(world):
    words = said(drawn("map", projection="pca"))
    assert "PCA of columns: trustworthiness" in words and "continuity" in words


def test_a_pinned_sample_is_shown_whole_and_escaped_with_its_neighbours(world):
    page = drawn("map", projection="pca", pinned="pet 4")
    words = said(page)
    assert "&lt;script&gt;alert(4)&lt;/script&gt;" in raw(page) and "<script>alert" not in raw(page)
    assert "10 nearest: cosine, exact search." in words
    assert len(page.dataframe[0].value) == 10


def test_a_selection_is_counted_and_listed(world):
    page = drawn("map", projection="pca", selection=("pet 0", "pet 3", "pet 4"))
    assert "3 of 60 selected: cat 2, dog 1" in said(page)
    assert page.dataframe[0].value["id"].tolist() == ["pet 0", "pet 3", "pet 4"]


def test_a_filter_lists_what_it_finds(world):
    page = drawn("map", projection="pca", filter="postman")
    assert "20 of 60 match the filter" in said(page)


def test_a_broken_regular_expression_is_one_sentence_and_the_map_stays(world):
    words = said(drawn("map", projection="pca", filter="(a", regex=True))
    assert "cannot be used (missing ))" in words
    assert "PCA of columns: trustworthiness" in words


def test_a_map_that_is_not_there_is_offered(world):
    page = drawn("map", projection="umap")
    assert "UMAP of columns is not computed." in said(page)
    assert any(button.label.startswith("Compute · about") for button in page.button)


def test_a_map_that_is_there_comes_first(world):
    assert "PCA of columns" in said(drawn("map"))


def test_the_filter_typed_on_the_page_reaches_the_view(world):
    page = drawn("map", projection="pca")
    next(box for box in page.text_input if box.label == "Filter").set_value("bowl").run()
    assert "20 of 60 match the filter" in said(page)


def test_undo_brings_the_selection_back(world):
    page = drawn("map", projection="pca", selection=("pet 0",), past=((),))
    page.button(key="clear").click().run()
    assert "Nothing is selected" in said(page)
    page.button(key="undo").click().run()
    assert "1 of 60 selected" in said(page)


def test_two_panes_list_the_neighbours_of_both_with_ranks(world):
    page = drawn("side_by_side", projection="pca", right_projection="pca", pinned="pet 4")
    table = page.dataframe[0].value
    assert {"rank in columns", "rank in words"} <= set(table.columns)
    assert table["rank in columns"].dropna().min() == 1 == table["rank in words"].dropna().min()
    assert "nearest are the same in both" in said(page)


def test_every_analysis_offers_what_was_not_computed(world, monkeypatch):
    session = opened.first_session
    monkeypatch.setattr(opened, "first_session", lambda: replace(session(), study=replace(session().study, k=6)))
    page = drawn("hubness")
    assert "Not computed for every space yet" in said(page)


def test_a_source_that_cannot_be_read_is_one_calm_sentence(world, tmp_path, monkeypatch):
    from analysis.study_file import parse_study

    session = opened.first_session
    text = '[dataset]\npath = "nowhere.csv"\nnumeric = ["a"]\n[[checkpoint]]\nname = "c"\nfamily = "numeric"'
    monkeypatch.setattr(opened, "first_session", lambda: replace(session(), study=parse_study(text)))
    words = said(drawn("overview"))
    assert "nowhere.csv" in words and "Traceback" not in words


def test_the_whole_app_opens_on_its_study_and_puts_it_into_the_address(world):
    app = AppTest.from_file(APP, default_timeout=SECONDS).run()
    assert not app.exception
    assert len(app.query_params["study"]) == 24
    assert app.sidebar.button(key="study.open").label == "Open"


def test_a_widget_shows_the_view_even_where_another_page_changed_it(world):
    page = drawn("map", projection="pca", colour="size")
    assert next(box for box in page.selectbox if box.label == "Colour by").value == "size"


def test_only_the_state_module_knows_streamlits_session_state():
    files = [file for file in (APP.parent / "ui").rglob("*.py") if "session_state" in file.read_text()]
    assert [file.name for file in files] == ["state.py"]


def test_compare_shows_the_matrix_and_every_measure_can_be_asked_for(world):
    page = drawn("compare")
    assert "Debiased CKA: columns and words are most alike" in said(page)
    assert "Compare" in page.header[0].value
    other = drawn("compare", measure="rsa_pearson")
    assert "Not compared for every two spaces yet" in said(other)
    assert [button.label.split(" · ")[0] for button in other.button if "Compare" in button.label] == ["Compare"]


def test_side_by_side_says_how_alike_the_two_are_and_whose_neighbours_changed(world):
    page = drawn("side_by_side", projection="pca", right_projection="pca")
    assert "Debiased CKA of columns and words:" in said(page)
    table = next(one.value for one in page.dataframe if "measure" in one.value)
    assert table["measure"].tolist() == [
        "Debiased CKA",
        "Procrustes disparity",
        "Mutual kNN, k = 10",
        "Mutual kNN, k = 50",
    ]
    assert {box.label for box in page.expander} >= {"Moved most", "Stayed", "By kind"}
    change = "10 nearest changed: columns, words"
    coloured = drawn("side_by_side", projection="pca", right_projection="pca", colour=change)
    assert change in next(box for box in coloured.selectbox if box.label == "Colour by").options


def test_a_page_that_breaks_says_so_and_leaves_the_others(world, monkeypatch):
    def broken(*_, **__):
        raise ValueError("too many bins")

    monkeypatch.setattr("ui.figure_panel.plot.draw", broken)
    page = drawn("isotropy", broken=True)
    assert "This page could not be drawn (ValueError: too many bins). The other pages work" in said(page)


def test_compare_says_where_there_is_nothing_to_compare_and_ignores_a_measure_nobody_knows(world):
    world.study.with_name("kept").write_text(text := world.study.read_text())
    assert "most alike" in said(drawn("compare", measure="no_such"))
    try:
        world.study.write_text(text.replace("k = ", 'analyses = ["health"]\nk = ', 1))
        assert "The study leaves comparisons out" in said(drawn("compare"))
    finally:
        world.study.write_text(text)
