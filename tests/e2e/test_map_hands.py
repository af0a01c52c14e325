"""What a mouse does to a map, keys and fingers do too, and a finger still scrolls the page."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.e2e.bare_map import BareMap, picture
from tests.e2e.dashboards import looking

pytestmark = pytest.mark.browser

SPREAD = np.array([[x, y] for x in range(6) for y in range(4)], dtype=float)  # far from one another on the screen


class Fingers:
    """One or more fingers on a telephone's screen."""

    def __init__(self, page) -> None:
        self.page, self.line = page, page.context.new_cdp_session(page)
        self.line.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})

    def go(self, *ways: list[tuple[float, float]]) -> None:
        """Put a finger at the start of each way, follow them together, lift."""
        for step, places in enumerate(zip(*ways, strict=True)):
            points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
            kind = "touchMove" if step else "touchStart"
            self.line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        self.line.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def way(start: tuple[float, float], dx: float, dy: float, steps: int = 6) -> list[tuple[float, float]]:
    return [(start[0] + dx * step / steps, start[1] + dy * step / steps) for step in range(steps + 1)]


@pytest.fixture
def phone(browser, address) -> Iterator[tuple[BareMap, Fingers]]:
    """A map on a page that is longer than a telephone's screen."""
    with looking(browser, width=390, height=844) as (page, strangers):
        bare = BareMap(page, address, picture(SPREAD))
        page.evaluate("() => { document.body.style.height = '3000px'; }")
        yield bare, Fingers(page)
        strangers.check()


def keys(bare: BareMap, *pressed: str) -> None:
    bare.run("map.stage.focus()")
    for key in pressed:
        bare.page.keyboard.press(key)
    bare.settle()


def test_the_keyboard_alone_moves_selects_and_pins(page, address):
    bare = BareMap(page, address, picture(SPREAD[:1]))
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.className") != "an-map-stage":
        page.keyboard.press("Tab")
    for key in ("+", "+", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    page.keyboard.press(" ")
    assert bare.selected() == [0]
    page.keyboard.press("Enter")
    assert bare.told()[-1]["kind"] == "pin" and bare.told()[-1]["row"] == 0
    page.keyboard.press("Alt+ ")
    assert bare.selected() == []
    page.keyboard.press("0")
    assert bare.run("map.camera.scale === map.camera.whole")


def test_keys_walk_to_the_next_nearest_point_and_back(page, address):
    points = np.array([[0, 0], [1.5, 0], [0, 1], [0, 1], [-3, -3], [np.nan, 0.1], [0.2, 0.1]])
    bare = BareMap(page, address, picture(points, hidden=np.arange(7) == 6))
    bare.run("(map.camera.middle = [0.1, 0, 0], map.moved())")
    walked = []
    for _ in range(6):
        keys(bare, "n")
        walked.append(bare.run("map.overlay.hover"))
    by_distance = [
        0,
        2,
        3,
        1,
        4,
        4,
    ]  # two that coincide are two; what has no place or is left out is none; then no more
    assert walked == by_distance
    assert bare.run("map.camera.middle") == [-3, -3, 0]
    keys(bare, "p", "p")
    assert bare.run("map.overlay.hover") == 3
    page.locator(".an-map-card").wait_for(state="visible")
    keys(bare, "Enter")
    assert (bare.told()[-1]["kind"], bare.told()[-1]["row"]) == ("pin", 3)  # and not the one that it covers
    keys(bare, "p", "p", "p")
    assert bare.run("map.camera.middle") == [0.1, 0, 0]
    keys(bare, "ArrowLeft", "n")  # moved otherwise: a new walk
    assert bare.run("map.overlay.hover") == 0


def test_keys_walk_through_space(page, address):
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 5], [0, 2, 0]], dtype=float)
    bare = BareMap(page, address, picture(points))
    bare.run("(map.camera.middle = [0, 0, 0], map.moved())")
    for nearest in (0, 1, 3, 2):
        keys(bare, "n")
        assert bare.run("map.overlay.hover") == nearest
        assert bare.run("map.camera.middle") == points[nearest].tolist()


def corners(bare: BareMap, *cells: tuple[float, float]) -> None:
    """Press C with the cross at each place of the data."""
    for x, y in cells:
        bare.run(f"(map.camera.middle = [{x}, {y}, 0], map.moved())")
        keys(bare, "c")


def test_a_lasso_is_made_by_keys_alone_and_adds_and_takes_as_one_by_mouse(page, address):
    bare = BareMap(page, address, picture(SPREAD))
    left = [i for i, (x, y) in enumerate(SPREAD) if x < 2.5 and y < 1.5]
    corners(bare, (-0.5, -0.5), (2.5, -0.5), (2.5, 1.5), (-0.5, 1.5))
    assert bare.selected() == [] and bare.told() == []
    keys(bare, "f")
    assert bare.selected() == left and bare.told()[-1]["kind"] == "select"
    corners(bare, (4.5, 2.5), (5.5, 2.5), (5.5, 3.5), (4.5, 3.5))
    keys(bare, "Shift+F")
    assert bare.selected() == [*left, 23]
    corners(bare, (-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
    keys(bare, "Alt+f")
    assert bare.selected() == [*left[1:], 23]
    keys(bare, "0", "Shift+A")
    assert len(bare.selected()) == 24  # all in view, added


def test_a_lasso_of_keys_is_corrected_given_up_and_not_closed_too_early(page, address):
    bare = BareMap(page, address, picture(SPREAD))
    bare.run("map.select([5], 'replace')")
    corners(bare, (-0.5, -0.5), (0.5, -0.5), (9, 9))
    keys(bare, "Backspace", "f")
    assert "three corners" in page.locator(".an-map-hint").inner_text()
    assert bare.selected() == [5] and bare.run("map.overlay.corners.length") == 2
    keys(bare, "Escape")
    assert bare.run("map.overlay.corners") == [] and bare.selected() == [5]
    keys(bare, "Escape")
    assert bare.selected() == []


def test_in_space_arrows_move_while_a_lasso_is_open_and_turn_else(page, address):
    points = np.random.default_rng(2).normal(size=(60, 3))
    bare = BareMap(page, address, picture(points))
    turn = bare.run("map.camera.turn")
    keys(bare, "-", "c", *["ArrowRight"] * 6, "c", *["ArrowDown"] * 5, "c")
    assert bare.run("map.camera.turn") == turn
    ring = np.array(bare.run("map.overlay.corners.map((corner) => map.camera.place(...corner))"))
    assert ring[1] - ring[0] == pytest.approx([6 * 48, 0]) and ring[2] - ring[1] == pytest.approx([0, 5 * 48])
    keys(bare, "f")
    (ax, ay), (bx, _), (_, cy) = ring
    places = np.array([bare.run(f"map.pixelOf({i})") for i in range(60)])
    inside = [i for i, (x, y) in enumerate(places) if x < bx and y > ay and (y - ay) / (cy - ay) < (x - ax) / (bx - ax)]
    assert 0 < len(inside) < 60 and bare.selected() == inside
    keys(bare, "ArrowRight")
    assert bare.run("map.camera.turn") != turn


@pytest.mark.parametrize("how", ["move", "click"])
def test_the_cross_goes_when_the_mouse_takes_over(page, address, how):
    bare = BareMap(page, address, picture(SPREAD))
    page.mouse.move(300, 300)
    keys(bare, "+", "c")
    assert bare.run("map.overlay.cross") > 0
    page.mouse.move(330, 310)
    if how == "click":
        page.mouse.down()
        page.mouse.up()
    assert bare.run("map.overlay.cross") == 0
    assert bare.run("map.overlay.corners.length") == (1 if how == "move" else 0)


def test_the_keys_are_listed_on_demand(page, address):
    bare = BareMap(page, address, picture(SPREAD))
    listed = page.locator(".an-map-keys")
    assert listed.is_hidden()
    page.get_by_role("button", name="Keys").click()
    words = listed.inner_text()
    for does in (
        "next nearest point",
        "corner of a lasso",
        "close the lasso",
        "give up the lasso",
        "add to the selection",
    ):
        assert does in words
    page.keyboard.press("Escape")
    assert listed.is_hidden()
    keys(bare, "?")
    assert listed.is_visible()


@pytest.mark.parametrize("key", ["Escape", "?"])
def test_the_keys_are_put_away_by_a_key_after_a_click_into_them(page, address, key):
    bare = BareMap(page, address, picture(SPREAD))
    keys(bare, "?")
    page.locator(".an-map-keys").click()
    assert page.evaluate("document.activeElement.className") == "an-map-keys"
    page.keyboard.press("+")
    assert bare.run("map.camera.scale === map.camera.whole")  # in the list, other keys are not the map's
    page.keyboard.press(key)
    assert page.locator(".an-map-keys").is_hidden()
    assert page.evaluate("document.activeElement.className") == "an-map-stage"


@pytest.mark.parametrize("far", [0, 200])
def test_escape_in_the_middle_of_a_lasso_gives_up_the_rest_of_the_gesture(page, address, far):
    bare = BareMap(page, address, picture(SPREAD))
    before = bare.run("map.camera.view()")
    bare.run("map.stage.focus()")
    (x, y), mouse = bare.pixel(8), page.mouse
    page.keyboard.down("Shift")
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + far, y + far / 2)
    page.keyboard.press("Escape")
    mouse.move(x + 2 * far, y)
    mouse.up()
    page.keyboard.up("Shift")
    bare.settle()
    assert bare.run("map.camera.view()") == before and bare.told() == [] and bare.selected() == []
    bare.lasso(bare.around(8))
    assert bare.selected() == [8]  # the next one is drawn as ever


def test_a_point_that_was_hidden_since_it_was_walked_to_is_not_pinned(page, address):
    bare = BareMap(page, address, picture(SPREAD, ["ant", "bee"] * 12))
    keys(bare, "n")
    point = bare.run("map.overlay.hover")
    page.locator(".an-legend-row").nth(point % 2).click()
    keys(bare, "Enter")
    assert bare.told() == []
    page.locator(".an-legend-row").nth(point % 2).click()
    keys(bare, "Enter")
    assert [(said["kind"], said["row"]) for said in bare.told()] == [("pin", point)]


def test_the_whole_map_in_space_does_not_move_the_corners_of_an_open_lasso(page, address):
    bare = BareMap(page, address, picture(np.random.default_rng(2).normal(size=(60, 3))))
    first = bare.run("map.camera.turn")
    keys(bare, "ArrowLeft", "ArrowUp", "+", "+", "c", "ArrowRight", "c", "ArrowDown", "c")
    apart = "map.overlay.corners.map((corner) => map.camera.place(...corner))"
    before = np.diff(bare.run(apart), axis=0)
    turn, zoom = bare.run("map.camera.turn"), bare.run("map.camera.scale / map.camera.whole")
    keys(bare, "0")
    assert bare.run("map.camera.turn") == turn != first and bare.run("map.camera.scale === map.camera.whole")
    assert np.diff(bare.run(apart), axis=0) * zoom == pytest.approx(before)
    keys(bare, "Escape", "0")
    assert bare.run("map.camera.turn") == first


def test_one_finger_scrolls_the_page_and_leaves_the_map_as_it_was(phone):
    bare, fingers = phone
    before = bare.run("map.camera.view()")
    x, y = bare.pixel(8)
    fingers.go(way((x, y), 4, -240, 12))
    bare.page.wait_for_function("() => window.scrollY > 100")
    bare.settle()
    assert bare.run("map.camera.view()") == before and bare.told() == []
    assert bare.page.locator(".an-map-hint").inner_text() == "Two fingers move the map, one scrolls the page."


def test_fingers_move_pinch_pin_and_draw(phone):
    bare, fingers = phone
    x, y = bare.pixel(8)
    fingers.go(way((x, y), 40, 20))  # one that begins sideways
    assert bare.pixel(8) == pytest.approx((x + 40, y + 20), abs=1)
    x, y = bare.pixel(8)
    scale = bare.run("map.camera.scale")
    fingers.go(way((150, 300), 10, -120), way((250, 300), 10, -120))  # two, straight up
    assert bare.pixel(8) == pytest.approx((x + 10, y - 120), abs=3)
    assert bare.run("map.camera.scale") == pytest.approx(scale, rel=0.05)
    fingers.go(way((150, 200), -40, 0), way((250, 200), 40, 0))
    assert bare.run("map.camera.scale") == pytest.approx(1.8 * scale, rel=0.1)
    bare.page.get_by_role("button", name="Whole map").click()
    fingers.go([bare.pixel(8)])
    assert [(said["kind"], said["row"]) for said in bare.told()] == [("pin", 8)]
    bare.page.get_by_role("button", name="Lasso").click()
    fingers.go(bare.around(8, 20))
    assert bare.selected() == [8]
    fingers.go(way((60, 60), 0, 300))  # straight down: with the lasso in hand a finger draws
    assert bare.page.evaluate("window.scrollY") == 0
