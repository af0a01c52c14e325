"""Selections are named, recalled, combined and deleted on the page; centers and directions are asked of a space."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from analysis import selections, warm
from analysis.ask import Ask
from analysis.described import described
from analysis.neighbors.centers import along, near_center
from analysis.number import CannotAnalyze
from analysis.selections import OTHERS, SELECTED
from models.errors import BadInput
from tests.ui.test_ui_pages import drawn, raw, said
from ui import named_selections, opened, queries

CATS, DOGS = (tuple(f"pet {i}" for i in range(first, 60, 3)) for first in (0, 1))
NAME = '<b>cats</b> **all** & "more"'


@pytest.fixture
def folder(pipeline):
    return pipeline.store.root / "selections" / pipeline.dataset_recipe.key


@pytest.fixture
def named(folder):
    selections.keep(folder, NAME, CATS)
    selections.keep(folder, "dogs", DOGS)
    return folder


def names(folder) -> dict[str, int]:
    return {found.name: found.n for found in selections.listed(folder)[0]}


def press(page, key: str):
    found = page.button(key=key).click().run()
    assert not found.exception, found.exception
    return found


def field(page, label: str):
    return next(one for one in page.text_input if one.label == label)


def choose(page, label: str, value: str):
    next(one for one in page.selectbox if one.label == label).set_value(value).run()
    assert not page.exception, page.exception


def selected(page) -> str:
    found = re.search(r"\d+ of 60 selected[^<]*", said(page))
    return found.group() if found else "none"


def lists(page) -> list:
    """The tables beside the map."""
    return [table.value for table in page.dataframe if "distance" in table.value]


def form(page, label: str, text: str):
    """Type into a line and press its button."""
    field(page, label).set_value(text)
    button = {"Name what is selected": "Keep", "Another name for it": "Rename"}[label]
    found = next(one for one in page.button if one.label == button).click().run()
    assert not found.exception, found.exception
    return found


def test_a_selection_is_named_cleared_and_recalled(world, folder):
    page = drawn("map", projection="pca", selection=CATS)
    form(page, "Name what is selected", NAME)
    assert names(folder) == {NAME: 20}
    assert field(page, "Name what is selected").value == ""
    press(page, "clear")
    assert "Nothing is selected" in said(page)
    press(page, "named.replace")
    assert selected(page).startswith("20 of 60 selected: cat 20")


def test_named_ones_are_united_intersected_and_taken_away(world, named):
    page = drawn("map", projection="pca", selection=CATS[:5])
    box = next(one for one in page.selectbox if one.label == "Named selections")
    assert box.options == [f"{NAME} · 20", "dogs · 20"]
    choose(page, "Named selections", "dogs")
    press(page, "named.add")
    assert selected(page).startswith("25 of 60 selected: dog 20, cat 5")
    choose(page, "Named selections", NAME)
    press(page, "named.intersect")
    assert selected(page).startswith("5 of 60 selected: cat 5")
    press(page, "named.replace")
    press(page, "undo")
    assert selected(page).startswith("5 of 60")
    press(page, "named.remove")
    assert "Nothing is selected" in said(page)


def test_a_name_that_is_taken_reserved_or_empty_is_a_sentence_and_nothing_is_lost(world, named):
    page = drawn("map", projection="pca", selection=DOGS[:1])
    assert "already; choose another name" in said(form(page, "Name what is selected", "dogs"))
    assert "something else" in said(form(page, "Name what is selected", SELECTED))
    assert "needs a name" in said(form(page, "Name what is selected", "  "))
    assert names(named) == {NAME: 20, "dogs": 20}


def test_a_name_is_changed_and_a_deletion_undone(world, named):
    page = drawn("map", projection="pca")
    form(page, "Another name for it", "felines")
    assert names(named) == {"dogs": 20, "felines": 20}
    choose(page, "Named selections", "felines")
    press(page, "named.delete")
    assert names(named) == {"dogs": 20} and "Deleted: felines" in said(page)
    press(page, "named.undo")
    assert names(named) == {"dogs": 20, "felines": 20} and "Deleted" not in said(page)


def test_another_tab_sees_the_name_on_its_next_run(world, folder):
    mine = drawn("map", projection="pca", selection=DOGS)
    other = drawn("map", projection="pca")
    assert not [one for one in other.selectbox if one.label == "Named selections"]
    form(mine, "Name what is selected", "dogs")
    other.run()
    assert press(other, "named.replace") and selected(other).startswith("20 of 60")


def test_a_change_of_k_or_of_checkpoints_keeps_the_names(world, pipeline, folder, monkeypatch):
    changed = replace(pipeline.study, k=7, seed=3, checkpoint=pipeline.study.checkpoint[:1])
    session = opened.state.Session(changed, world.study.parent)
    monkeypatch.setattr(named_selections.state, "session", lambda: session)
    assert named_selections.folder_of(opened.pipeline_of(changed, world.study.parent)) == folder


def test_ids_of_no_sample_are_counted_and_left_out(world, folder):
    selections.keep(folder, "old", ["pet 3", "pet 900", "pet 901"])
    page = press(drawn("map", projection="pca"), "named.replace")
    assert selected(page).startswith("1 of 60")
    assert "2 ids of 'old' are of no sample here" in said(page)


def test_what_is_damaged_is_said_and_removed_by_a_click(world, folder):
    selections.keep(folder, "good", CATS)
    for number in range(5):
        (folder / f"{number:032}.json").write_text("{")
    page = drawn("map", projection="pca")
    assert said(page).count("of named selections is damaged and says no name; remove it.") == 3
    assert "2 more files of named selections are damaged." in said(page)
    press(page, "named.discard")
    assert "damaged" not in said(page) and names(folder) == {"good": 20}
    assert not [one for one in page.button if one.key == "named.discard"]


def test_names_over_an_upload_stay_in_the_sessions_own_folder(world, pipeline, monkeypatch):
    from models.place import Place
    from ui.state import Session

    session = Session(pipeline.study, world.study.parent)
    monkeypatch.setattr(named_selections.state, "session", lambda: session)
    assert named_selections.folder_of(pipeline).parent == world.cache / "selections"
    mine = opened.uploads_of(session)
    uploaded = replace(pipeline, place=Place(mine / "abc"))
    monkeypatch.setattr(type(pipeline), "dataset_recipe", pipeline.dataset_recipe)
    assert named_selections.folder_of(uploaded).is_relative_to(mine)
    assert not named_selections.folder_of(uploaded).is_relative_to(opened.uploads_of(Session(pipeline.study, mine)))


def test_the_neighbours_of_the_center_are_listed_and_ringed(world, pipeline):
    space = pipeline.find(Ask("space", subject="columns"))
    group = np.isin(space.ids, CATS)
    for others in (False, True):
        page = drawn("map", projection="pca", find="center", selection=CATS, others=others, shown=7)
        rows, distances = near_center(space.vectors, group, "cosine", k=7, others=others)
        (table,) = lists(page)
        assert table["id"].tolist() == [space.ids[row] for row in rows]
        np.testing.assert_allclose(table["distance"], distances)
        assert "7 nearest to the mean of the 20 selected, each vector at length one: cosine, exact" in said(page)
        assert set(CATS).isdisjoint(table["id"]) == others
    assert selected(press(page, "hits.select.0")).startswith("7 of 60")


def test_a_direction_lists_both_ends_and_colours_the_map(world, pipeline, named):
    page = drawn("map", projection="pca", find="direction", toward=NAME, away="dogs", shown=4, colour="A − B")
    space = pipeline.find(Ask("space", subject="columns"))
    found = along(space.vectors, np.isin(space.ids, CATS), np.isin(space.ids, DOGS), "cosine")
    order = np.argsort(-found.values)
    most, least = (table["id"].tolist() for table in lists(page))
    assert most == [space.ids[row] for row in order[:4]] and least == [space.ids[row] for row in order[::-1][:4]]
    assert "all 60 samples, exact" in said(page) and "<b>cats" not in raw(page)
    box = next(one for one in page.selectbox if one.label == "Colour by")
    assert box.options[-1] == f"A − B: {NAME} − dogs" and box.value == "A − B"


def test_two_panes_are_coloured_along_the_same_direction_each_in_its_own_space(world, pipeline, named):
    look = {"toward": NAME, "away": "dogs"}
    page = drawn("side_by_side", projection="pca", right_projection="pca", colour="A − B", **look)
    assert next(one for one in page.selectbox if one.label == "Colour by").value == "A − B"
    groups = [np.isin(pipeline.dataset().ids, ids) for ids in (CATS, DOGS)]
    for name in ("columns", "words"):
        space = pipeline.find(Ask("space", subject=name))
        values = queries.direction_of(pipeline, space, *groups, k=3).along.values
        np.testing.assert_array_equal(values, along(space.vectors, *groups, "cosine").values)


def test_all_others_are_the_rest(world, pipeline, named):
    page = drawn("map", projection="pca", find="direction", toward=SELECTED, away=OTHERS, selection=CATS)
    space = pipeline.find(Ask("space", subject="columns"))
    cats = np.isin(space.ids, CATS)
    found = along(space.vectors, cats, ~cats, "cosine")
    assert lists(page)[0]["id"][0] == space.ids[int(found.values.argmax())]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"find": "center"}, "Select some samples: those nearest"),
        ({"find": "center", "selection": tuple(f"pet {i}" for i in range(60)), "others": True}, "none is left"),
        ({"find": "direction"}, "Choose two selections"),
        ({"find": "direction", "toward": "dogs", "away": "gone"}, "Choose two selections"),
        ({"find": "direction", "toward": SELECTED, "away": "dogs"}, "Choose two selections"),
        ({"find": "direction", "toward": "dogs", "away": "dogs"}, "the same mean"),
        ({"find": "direction", "toward": "dogs", "away": SELECTED, "selection": DOGS[::-1]}, "the same mean"),
    ],
)
def test_a_question_without_an_answer_is_one_sentence(world, named, changes, sentence):
    page = drawn("map", projection="pca", colour="A − B", **changes)
    assert sentence in said(page) and "PCA of columns" in said(page)


class Worker:
    """The warm worker, without its process."""

    asked = 0

    def ask(self, question):
        Worker.asked += 1
        content = json.loads(json.dumps(warm.answer(json.loads(json.dumps(question)))))
        return content


def test_a_large_space_is_asked_of_the_worker_with_the_same_answer(world, pipeline, named, monkeypatch):
    changes = {"projection": "pca", "selection": CATS[:7], "toward": NAME, "away": "dogs"}
    ways = ("center", "direction")
    here = [table for way in ways for table in lists(drawn("map", find=way, **changes))]
    queries._near_center.clear()
    queries._along.clear()
    monkeypatch.setattr(queries, "AT_ONCE", 0)
    monkeypatch.setattr(queries, "warm", Worker)
    there = [table for way in ways for table in lists(drawn("map", find=way, **changes))]
    assert Worker.asked == 2 and len(here) == 3
    for one, other in zip(here, there, strict=True):
        assert one.equals(other)


@pytest.mark.parametrize("bits", [None, 3, "", "%", "AAAA", "é"])
def test_the_worker_refuses_marks_that_are_not_of_its_samples(world, pipeline, bits):
    question = {"job": described(pipeline), "space": "columns", "rows": bits, "a": bits, "b": bits, "k": 3}
    for do in ("near_centroid", "direction"):
        with pytest.raises(BadInput, match="not marked among the 60"):
            warm.answer({**question, "do": do, "others": False})


def test_the_worker_says_what_it_cannot(world, pipeline):
    none = warm.packed(np.zeros(60, dtype=bool))
    question = {"do": "near_centroid", "job": described(pipeline), "space": "columns", "rows": none, "others": False}
    with pytest.raises(CannotAnalyze):
        warm.answer({**question, "k": 3})
    with pytest.raises(BadInput, match="at least one"):
        warm.answer({**question, "k": 0})
    with pytest.raises(BadInput, match="space"):
        warm.answer({**question, "k": 3, "space": "nowhere"})
