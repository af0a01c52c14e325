"""The map itself in a real browser: exact lassos, true positions, every way to select."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from tests.e2e.bare_map import BareMap, picture

pytestmark = pytest.mark.browser

CLOUD = np.random.default_rng(0).normal(size=(400, 2)) * [3, 1]
KINDS = [("ant", "bee", "cat")[i % 3] for i in range(400)]
SPREAD = np.array([[x, y] for x in range(6) for y in range(4)], dtype=float)  # far from one another on the screen


def wound(ring: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Whether points lie inside a ring, by how often it winds about them: odd is inside."""
    crossings = np.zeros(len(points), dtype=int)
    for a, b in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        up = (a[1] <= points[:, 1]) & (b[1] > points[:, 1])
        down = (a[1] > points[:, 1]) & (b[1] <= points[:, 1])
        side = (b[0] - a[0]) * (points[:, 1] - a[1]) - (points[:, 0] - a[0]) * (b[1] - a[1])
        crossings += (up & (side > 0)).astype(int) + (down & (side < 0)).astype(int)
    return crossings % 2 == 1


def test_a_lasso_selects_exactly_the_points_inside_its_shape(page, address):
    bare = BareMap(page, address, picture(CLOUD, KINDS))
    box = page.locator(".an-map-stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    star = [
        (x + r * np.cos(2.2 * np.pi * i / 5.5), y + r * np.sin(2.2 * np.pi * i / 5.5))
        for i, r in enumerate([180, 70] * 5 + [180])
    ]
    bare.lasso(star)
    ring = np.array(bare.run("map.latestRing"))
    assert len(ring) == len(star)
    expected = np.flatnonzero(wound(ring, CLOUD.astype(np.float32).astype(float)))
    assert 20 < len(expected) < 380
    assert bare.selected() == expected.tolist()
    said = bare.told()[-1]
    assert (said["kind"], said["operation"], said["turn"]) == ("select", "replace", 1)


@pytest.mark.parametrize("zoom", [1, 12, 300])
def test_points_stand_within_a_pixel_of_where_the_data_says(page, address, zoom):
    shifted = SPREAD + np.array([1000.0, -50.0])
    bare = BareMap(page, address, picture(shifted))
    x, y = shifted[9]
    bare.run(f"(map.camera.middle = [{x}, {y}, 0], map.camera.zoom({zoom}), map.camera.pan(31.4, -77.7), map.moved())")
    bare.settle()
    scale, middle = bare.run("map.camera.scale"), np.array(bare.run("map.camera.middle"))[:2]
    box = page.locator(".an-map-stage").bounding_box()
    data = shifted[9].astype(np.float32).astype(float)
    at = np.array([box["width"] / 2, box["height"] / 2]) + (data - middle) * [scale, -scale]
    image = np.asarray(Image.open(BytesIO(page.locator(".an-map-stage").screenshot())).convert("RGB")).astype(float)
    ink = np.abs(image - 255).sum(axis=2)
    low = np.maximum(np.round(at).astype(int) - 12, 0)
    patch = ink[low[1] : low[1] + 25, low[0] : low[0] + 25]
    assert patch.max() > 100
    found = np.array([(patch * np.arange(patch.shape[1])).sum(), (patch * np.arange(patch.shape[0])[:, None]).sum()])
    assert np.abs(low + found / patch.sum() + 0.5 - at).max() <= 1


def test_a_deep_zoom_separates_points_that_differ_in_the_data(page, address):
    step = np.spacing(np.float32(7.0))
    points = np.array([[7.0, 1.0], [7.0 + step, 1.0], [-7.0, -1.0]])
    bare = BareMap(page, address, picture(points))
    bare.run("(map.camera.middle = [7, 1, 0], map.camera.zoom(4e6), map.moved())")
    bare.settle()
    (ax, ay), (bx, by) = bare.pixel(0), bare.pixel(1)
    assert bx - ax > 20 and abs(by - ay) < 0.01
    image = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB")).astype(int)
    for x in (ax, bx):
        assert np.abs(image[round(ay), round(x)] - 255).sum() > 100
    assert np.abs(image[round(ay), round((ax + bx) / 2)] - 255).sum() < 30


def test_the_legend_hides_solos_and_counts(page, address):
    bare = BareMap(page, address, picture(CLOUD, KINDS))
    rows = page.locator(".an-legend-row")
    assert rows.all_inner_texts() == ["ant\n134", "bee\n133", "cat\n133"]
    bare.run("map.select([0, 1, 3, 4], 'replace')")
    assert rows.all_inner_texts() == ["ant\n2 / 134", "bee\n2 / 133", "cat\n0 / 133"]
    rows.nth(1).dblclick()
    assert [row.get_attribute("aria-pressed") for row in rows.all()] == ["false", "true", "false"]
    bare.run("map.clear()")
    bare.lasso(bare.whole())
    assert {KINDS[i] for i in bare.selected()} == {"bee"} and len(bare.selected()) == 133  # what is hidden is not met
    rows.nth(1).dblclick()
    assert [row.get_attribute("aria-pressed") for row in rows.all()] == ["true"] * 3


@pytest.mark.parametrize("how", ["click", "dblclick"])
def test_the_legend_has_one_way_back_to_all_as_long_as_something_is_hidden(page, address, how):
    one = picture(CLOUD, KINDS)
    bare = BareMap(page, address, one, one)
    back = page.get_by_role("button", name="Show all")
    assert back.count() == 0
    getattr(page.locator(".an-legend-row").first, how)()
    assert back.count() == 2  # linked panes hide alike
    back.last.click()
    assert back.count() == 0 and bare.run("map.hides.size", 0) == bare.run("map.hides.size", 1) == 0


def test_no_entry_of_the_legend_moves_when_the_way_back_comes_and_none_stands_away_from_its_title(page, address):
    names = [f"{i} of a category" for i in range(8)] * 50
    bare = BareMap(page, address, picture(CLOUD, names))
    rows = page.locator(".an-legend-row")
    for width in range(460, 1000, 90):  # with the last entry here and there in its line
        page.evaluate("(width) => { window.frames_[0].style.width = width + 'px'; }", width)
        title, before = page.locator(".an-legend-title").bounding_box(), [row.bounding_box() for row in rows.all()]
        assert before[0]["x"] - title["x"] - title["width"] < 16
        rows.first.click()
        assert page.get_by_role("button", name="Show all").count() == 1
        assert [row.bounding_box() for row in rows.all()] == before
        page.get_by_role("button", name="Show all").click()
        page.keyboard.press("+")
        assert bare.run("map.camera.scale > map.camera.whole")
        page.keyboard.press("0")


def test_shift_adds_alt_removes_and_escape_clears(page, address):
    bare = BareMap(page, address, picture(SPREAD))
    bare.lasso(bare.around(0))
    bare.lasso(bare.around(7))
    assert bare.selected() == [0, 7]
    bare.lasso(bare.around(0), key="Alt")
    assert bare.selected() == [7]
    page.keyboard.press("Escape")
    assert bare.selected() == [] and bare.told()[-1]["kind"] == "clear"


def test_hovering_shows_a_card_whose_markup_is_text(page, address):
    bare = BareMap(page, address, picture(SPREAD))
    page.mouse.move(*bare.pixel(5))
    card = page.locator(".an-map-card")
    card.wait_for(state="visible")
    assert card.inner_text().split("\n")[:2] == ["p5", "kind: <b>bold</b>"]
    page.mouse.move(1, 1)
    card.wait_for(state="hidden")


def test_a_click_pins_and_a_drag_moves(page, address):
    bare = BareMap(page, address, picture(SPREAD))
    x, y = bare.pixel(8)
    page.mouse.click(x, y)
    assert [(said["kind"], said["row"]) for said in bare.told()] == [("pin", 8)]
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 30, steps=4)
    page.mouse.up()
    assert bare.pixel(8) == pytest.approx((x + 60, y + 30), abs=0.01) and len(bare.told()) == 1


def test_shift_pins_a_second_point_and_escape_lets_go_of_what_is_pinned_after_the_selection(page, address):
    bare = BareMap(page, address, picture(SPREAD, pinned="p0", second="p9"))
    page.keyboard.down("Shift")
    page.mouse.click(*bare.pixel(8))
    page.keyboard.up("Shift")
    page.mouse.click(*bare.pixel(3))
    assert [(said["kind"], said["row"], said["beside"]) for said in bare.told()] == [
        ("pin", 8, True),
        ("pin", 3, False),
    ]
    assert bare.selected() == []
    bare.lasso(bare.around(7))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert [said["kind"] for said in bare.told()[-2:]] == ["clear", "unpin"]
    bare.run("Object.assign(map.given, { pinned: -1, second: -1 })")
    page.keyboard.press("Escape")
    assert bare.told()[-1]["kind"] == "unpin" and len(bare.told()) == 5


def test_two_maps_share_selection_hover_and_what_the_legend_hides_and_views_of_the_same_coordinates(page, address):
    one = picture(SPREAD, ["ant", "bee"] * 12)
    other = replace(one, coordinates=one.coordinates[::-1].copy(), seen="other")
    bare = BareMap(page, address, one, other, one)
    bare.lasso(bare.around(0))
    assert bare.selected(0) == bare.selected(1) == bare.selected(2) == [0]
    page.mouse.move(*bare.pixel(5))
    page.wait_for_function("() => window.maps.every((map) => map.overlay.hover === 5)")
    page.locator(".an-legend").first.locator(".an-legend-row").first.click()
    assert bare.run("map.shows(0)", 1) is False and bare.run("map.shows(1)", 2) is True
    bare.run("(map.camera.zoom(3), map.moved())")
    assert bare.run("map.camera.scale / map.camera.whole", 2) == pytest.approx(3)
    assert bare.run("map.camera.scale / map.camera.whole", 1) == pytest.approx(1)
    assert len([said for said in bare.told() if said["kind"] == "select"]) == 1


def test_maps_of_one_frame_show_the_same_piece_of_it_and_others_do_not(page, address):
    one = picture(SPREAD)
    laid = replace(one, coordinates=2 * one.coordinates + 1, seen="laid", frame=one.seen)
    apart = replace(laid, seen="apart", frame="")
    bare = BareMap(page, address, one, laid, apart)

    def seen(which: int) -> list:
        return bare.run("[map.camera.scale, ...map.camera.middle]", which)

    first, third = seen(0), seen(2)
    assert seen(1) == pytest.approx(first) and third[0] > 1.05 * first[0]  # the two together take more room
    assert first[1:3] == [5.5, 3.5]  # the middle of x from 0 to 11, y from 0 to 7
    bare.run("(map.camera.zoom(4, 10, 20), map.moved())", 1)
    assert seen(1) == pytest.approx(seen(0)) and seen(0)[0] > 2 * first[0] and seen(2) == third
    moved = seen(0)
    bare.show(one, apart, laid)  # what comes looks where the other does, and the view stays
    assert seen(0) == moved == pytest.approx(seen(2)) and seen(1) == third
    bare.show(one, apart, apart)
    page.locator(".an-map-stage").first.focus()
    page.keyboard.press("0")
    bare.settle()
    assert seen(0)[1:3] == [2.5, 1.5]  # alone again: x from 0 to 5, y from 0 to 3


def test_an_answer_to_an_older_selection_does_not_undo_a_newer_one(page, address):
    one = picture(SPREAD)
    bare = BareMap(page, address, one)
    bare.run("map.select([1], 'replace')")
    bare.run("map.select([2], 'replace')")
    bare.show(replace(one, selected=("p1",)), turn=1)
    assert bare.selected() == [2]
    bare.show(replace(one, selected=("p2", "p3")), turn=2)
    assert bare.selected() == [2, 3]


def test_an_answer_that_takes_a_selection_back_is_heard_even_if_it_is_the_answer_before(page, address):
    one = replace(picture(SPREAD), selected=("p1",))
    bare = BareMap(page, address, one)
    bare.run("map.select([2], 'add')")
    assert bare.selected() == [1, 2]
    bare.show(one, turn=1)  # undone before the map was answered
    assert bare.selected() == [1]


def test_a_new_session_of_the_server_is_believed_again(page, address):
    one = picture(SPREAD)
    bare = BareMap(page, address, one)
    bare.run("map.select([2], 'add')")
    bare.show(one, turn=0)
    assert bare.selected() == [2]  # an answer to what was before
    bare.show(one, turn=0, session="another")
    assert bare.selected() == []


def test_a_map_in_space_turns_and_its_lasso_takes_what_is_drawn_inside(page, address):
    rng = np.random.default_rng(1)
    bare = BareMap(page, address, picture(rng.normal(size=(200, 3))))
    before = bare.pixel(0)
    page.mouse.move(400, 300)
    page.mouse.down()
    page.mouse.move(500, 260, steps=3)
    page.mouse.up()
    bare.settle()
    assert bare.pixel(0) != before
    turn = np.array(bare.run("map.camera.turn")).reshape(3, 3)
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-9)
    places = np.array([bare.pixel(i) for i in range(200)])
    ring = bare.around(0, 80)
    bare.lasso(ring)
    assert bare.selected() == np.flatnonzero(wound(np.array(ring), places)).tolist()
