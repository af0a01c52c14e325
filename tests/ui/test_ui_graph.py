"""The page of graphs: what it says of a graph, of each space, of recovery, and where there is nothing to say."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.ask import Ask
from analysis.graph_asks import graph_asks
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.run import open_study
from tests.pets import World
from tests.ui.conftest import started
from tests.ui.test_ui_pages import drawn, said
from tests.unit.test_command_line import STUDY, write_world
from ui.costs import seconds_for
from ui.graph_beside import apart
from ui.space_row import name_of

GRAPHS = """
[[checkpoint]]
name = "turned"
family = "numeric"
transform = "whitened"
[[graph]]
name = "same"
source = "labels"
label = "kind"
[[graph]]
name = "across"
path = "links.csv"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Three far groups of twenty; one graph within the groups, one across them."""
    made = tmp_path_factory.mktemp("graphs")
    write_world(made, STUDY + GRAPHS)
    ends = [(f"s{i:03d}", f"s{(i + 1) % 60:03d}") for i in range(60)]
    pd.DataFrame(ends, columns=["source", "target"]).to_csv(made / "links.csv", index=False)
    pipeline = open_study(made / "study.toml", cache=made / "cache")
    for ask in graph_asks(pipeline):
        pipeline.make(ask)
    return made


@pytest.fixture
def page_world(folder, monkeypatch):
    yield from started(World(folder / "study.toml", folder / "cache"), monkeypatch)


def test_the_page_says_what_the_graph_is_like_and_that_recovery_is_exact(page_world):
    words = said(drawn("graph"))
    assert words.index("In columns, a linked pair is nearer than an unlinked one 100.0 % [") < words.index("60 nodes")
    assert "in graphs rewired at the same degrees. In turned 9" in words
    assert "A link joins two of the same kind 100.0 % " in words and "where labels are shuffled)." in words
    assert "The theorem needs one distance that all linked pairs, and no others, lie within" in words
    assert "60 nodes, 570 links" in words and "3 components, the largest of 20 nodes" in words
    assert "Premise holds" in words and "lc majority" in words and "average precision" in words


def test_a_heterophilous_graph_is_reported_as_such_and_not_as_agreement(page_world):
    words = said(drawn("graph", graph="across"))
    assert "Heterophilous: 0.0% of the links of 'across' join two of the same kind" in words
    assert "Premise does not hold" in words and "near but not linked" in words.lower()


def test_what_is_not_computed_is_offered(folder, tmp_path, monkeypatch):
    for _ in started(World(folder / "study.toml", tmp_path / "cache"), monkeypatch):
        open_study(folder / "study.toml", cache=tmp_path / "cache").dataset()
        page = drawn("graph")
        assert "Not computed for every space yet" in said(page)
        assert any(button.label.startswith("Compute") for button in page.button)


def test_a_study_without_a_graph_says_how_to_add_one(tmp_path, monkeypatch):
    study = write_world(tmp_path)
    open_study(study, cache=tmp_path / "cache").dataset()
    for _ in started(World(study, tmp_path / "cache"), monkeypatch):
        assert "The study has no [[graph]]" in said(drawn("graph"))


def test_a_missing_agreement_has_a_name_and_a_price(folder, tmp_path):
    pipeline = open_study(folder / "study.toml", cache=tmp_path / "cache")
    pipeline.dataset()
    ask = Ask("graph_alignment", "", "columns", "same")
    assert name_of(ask) == "agreement with same" and str(ask) == "agreement of columns with same"
    assert ask.spaces == ("columns",) and Ask.from_json(ask.to_json()) == ask
    assert seconds_for(pipeline, [ask, Ask("graph_card", "same", other="kind")]) > 0


def test_two_spaces_stand_side_by_side_with_what_is_apart(page_world):
    page = drawn("graph", space="columns", graph_beside="turned")
    (table,) = [one.value for one in page.dataframe if "apart" in one.value]
    rows = table.set_index("number")
    assert rows.loc["link auroc", "columns"].startswith("1.00") and (rows["apart"] == "").any()
    words = said(page)
    assert "With 'same', average precision is 1.00" in words and words.count("Premise") == 2


@pytest.mark.parametrize(
    ("left", "right", "words"), [((0.6, 0.8), (0.1, 0.5), "first higher"), ((0.1, 0.2), (0.3, 0.4), "second higher")]
)
def test_two_values_are_apart_where_their_intervals_do_not_meet(left, right, words):
    first, second = (Number(value=0.5, low=low, high=high) for low, high in (left, right))
    assert apart(first, second) == words and apart(first, first) == ""
    assert apart(first, Number(value=0.5)) == ""


def test_lines_of_a_selection_follow_a_graph_of_the_study_and_what_they_need_is_offered(folder, pictures, monkeypatch):
    for _ in started(World(folder / "study.toml", folder / "cache"), monkeypatch):
        open_study(folder / "study.toml", cache=folder / "cache").make(Ask("projection", "pca", "columns"))
        look = {"space": "columns", "projection": "pca", "edges": True, "selection": ("s000",)}
        page = drawn("map", linked_by="across", **look)
        assert sorted(map(sorted, pictures[-1].edges.ends.tolist())) == [[0, 1], [0, 59]]
        assert "2 links in 'across'" in pictures[-1].edges.said
        assert not any("Get these lines" in button.label for button in page.button)
        monkeypatch.setattr("analysis.pipeline.Pipeline.find", without_graphs(Pipeline.find))
        page = drawn("map", linked_by="across", **look)
        assert any("Get these lines" in button.label for button in page.button) and not pictures[-1].edges.said


def without_graphs(find):
    return lambda self, ask: None if ask.kind == "graph" else find(self, ask)
