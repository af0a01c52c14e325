"""Selections combine as sets, can be taken back, and outlive a change of the samples as far as they can."""

from dataclasses import replace

import pytest

from ui.view import DEEPEST, LONGEST, View, clear, from_address, in_address, keep, redo, select, undo


def test_each_operation_combines_with_what_was_selected():
    view = View(selection=("a", "b"))
    assert select(view, ["b", "c"], "replace").selection == ("b", "c")
    assert select(view, ["b", "c"], "add").selection == ("a", "b", "c")
    assert select(view, ["b", "c"], "remove").selection == ("a",)
    assert select(view, ["b", "c"], "intersect").selection == ("b",)


def test_the_operation_chosen_on_the_page_is_used_where_the_gesture_names_none():
    view = View(selection=("a",), operation="add")
    assert select(view, ["b"]).selection == ("a", "b")
    assert select(view, ["a"], "remove").selection == ()


def test_undo_and_redo_walk_through_every_selection():
    view = View()
    for ids in (["a"], ["b"], ["c"]):
        view = select(view, ids)
    assert undo(view).selection == ("b",)
    assert undo(undo(view)).selection == ("a",)
    assert undo(undo(undo(view))).selection == ()
    assert redo(undo(view)) == view
    assert undo(undo(undo(undo(view)))).selection == ()


def test_a_new_selection_forgets_what_was_undone():
    view = undo(select(select(View(), ["a"]), ["b"]))
    assert select(view, ["c"]).future == ()


def test_selecting_the_same_again_is_no_step():
    view = select(View(), ["a"])
    assert select(view, ["a"]) == view


def test_clear_can_be_undone():
    view = select(View(), ["a"])
    assert clear(view).selection == ()
    assert undo(clear(view)).selection == ("a",)


def test_only_so_many_steps_are_kept():
    view = View()
    for i in range(DEEPEST + 20):
        view = select(view, [str(i)])
    assert len(view.past) == DEEPEST


def test_other_samples_keep_what_is_among_them():
    view = replace(select(select(View(), ["a", "b"]), ["b", "c"]), pinned="a", colour="package")
    kept = keep(view, {"b", "c"})
    assert (kept.selection, kept.past, kept.pinned, kept.colour) == (("b", "c"), ((), ("b",)), "", "package")
    assert keep(view, {"a", "b", "c"}) == view


@pytest.mark.parametrize(
    "names", [("a|b", "c"), ("|",), ("\\", "|\\|", "x\\"), ("accuracy", "ndcg@10 of citations|label"), ("a", "", "b")]
)
def test_an_address_keeps_names_that_hold_the_sign_between_names(names):
    view = View(numbers=names, columns=names)
    assert from_address(View(), in_address(view)) == view


def test_an_address_of_too_many_names_keeps_whole_ones():
    names = tuple(f"{i:03d}|" + "n" * 90 for i in range(30))
    read = from_address(View(), in_address(View(numbers=names))).numbers
    assert read == names[: len(read)] and 8 <= len(read) < LONGEST / 95


def test_an_address_that_ends_in_the_middle_of_a_sign_is_read():
    assert from_address(View(), {"numbers": "a|b\\"}).numbers == ("a", "b\\")
