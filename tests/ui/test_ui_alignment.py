"""Two maps aligned: which alignments there can be, what the second map says then, and what it costs to get there."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.ask import Ask
from tests.ui.test_ui_pages import drawn, said
from ui import alignment, costs, state
from ui.map_webgl import content_of
from ui.pane import Pane
from ui.view import View, from_address, in_address

ROTATED = Ask("projection", "pca", "words", "columns", {"alignment": "procrustes"})
PCA = {"projection": "pca", "right_projection": "pca"}
FIRST, SECOND = Pane("", "columns", "umap", 2), Pane("right_", "words", "tsne", 2)


def choice(page):
    return next(box for box in page.selectbox if box.label == "Align")


def test_a_map_that_is_not_aligned_yet_is_offered_while_the_maps_as_they_are_stand(world, pictures):
    page = drawn("side_by_side", align="procrustes", **PCA)
    assert said(page).count("PCA of words rotated onto columns is not computed.") == 1
    assert len([button for button in page.button if button.label.startswith("Compute · about")]) == 1
    left, right = pictures
    assert right.title.startswith("PCA of words: trustworthiness") and left.caption == right.caption == ""
    assert content_of(left)["frame"] != content_of(right)["frame"]


def test_an_aligned_map_says_what_is_left_and_shares_the_frame_of_the_first(world, pipeline, pictures):
    drawing = pipeline.make(ROTATED)
    number = drawing.trust.numbers["alignment_residual"]
    drawn("side_by_side", align="procrustes", projection="pca", right_projection="tsne", right_space="words")
    left, right = pictures
    assert content_of(left)["frame"] == content_of(right)["frame"] == left.seen != right.seen
    assert right.title.startswith("PCA of words rotated onto columns: trustworthiness")
    found, chance = f"{number.value:.2f}", f"{number.null_mean:.2f}"
    assert right.caption == f"Residual {found} of the map of columns (unrelated maps: {chance})."
    assert left.caption == "The map of words is rotated onto this one."
    np.testing.assert_array_equal(right.coordinates, drawing.coordinates)


def test_maps_as_they_are_have_a_frame_each(world, pictures):
    page = drawn("side_by_side", **PCA)
    assert choice(page).value == "" and choice(page).options == ["As they are", alignment.WORDS["procrustes"]]
    assert len({content_of(picture)["frame"] for picture in pictures}) == 2


@pytest.mark.parametrize("changes", [{"align": "joint"}, {"align": "nonsense"}, {"align": "start", "dimensions": 3}])
def test_an_alignment_that_a_projection_has_not_is_as_if_none_was_chosen(world, pictures, changes):
    assert choice(drawn("side_by_side", **PCA, **changes)).value == ""
    assert not [picture for picture in pictures if picture.frame]


def test_one_space_in_both_panes_has_nothing_to_be_aligned_to(world, pictures):
    page = drawn("side_by_side", space="words", right_space="words", align="procrustes", **PCA)
    assert choice(page).disabled and choice(page).value == ""
    assert len({content_of(picture)["frame"] for picture in pictures}) == 1


def test_the_address_holds_the_alignment():
    told = in_address(View(align="joint"))
    assert told == {"align": "joint"} and from_address(View(), told).align == "joint"


def test_the_second_pane_is_drawn_as_the_first_and_both_where_they_are_fitted_together(pipeline, monkeypatch):
    for how in ("procrustes", "start", "joint"):
        monkeypatch.setattr(state, "view", lambda how=how: View(align=how))
        first, second = alignment.aligned(pipeline, FIRST, SECOND)
        assert second == replace(SECOND, projection="umap", alignment=how, onto="columns")
        assert first == (replace(FIRST, alignment="joint", onto="words") if how == "joint" else FIRST)
        assert second.ask.reference == first.ask and second.alone == replace(SECOND, projection="umap")
    halves = [{str(ask) for ask in pane.asks} for pane in (first, second)]
    assert halves[0] == halves[1] and len(halves[0]) == 4  # one job gets both, with their regions


def test_a_joint_fit_costs_its_compiling_once_and_a_rotation_next_to_nothing(world, pipeline):
    def asks(how: str, name: str) -> list[Ask]:
        ask = Ask("projection", name, "words", "columns", {"alignment": how})
        return [ask, ask.reference] if how == "joint" else [ask]

    rotated = costs.seconds_for(pipeline, asks("procrustes", "pca"))
    assert rotated < costs.START + 2
    joint = costs.seconds_for(pipeline, asks("joint", "umap"))
    assert costs.JOINT_COMPILES < joint < 2 * costs.JOINT_COMPILES
    assert costs.seconds_for(pipeline, asks("procrustes", "umap")) > costs.UMAP_COMPILES  # of the maps it rotates
