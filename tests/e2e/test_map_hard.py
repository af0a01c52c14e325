"""The map under bad data and at bad moments: nowhere, nothing in view, a lost context, left while it loads, moving."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from analysis.figures.palette import LABELS
from tests.e2e.bare_map import BareMap, picture

pytestmark = pytest.mark.browser

SPREAD = np.array([[x, y] for x in range(6) for y in range(4)], dtype=float)  # far from one another on the screen
TURNED = SPREAD[:, ::-1].copy()
BOUNDS = ([-1.0, -1.0], [6.0, 6.0])


@pytest.mark.parametrize("width", [2, 3])
def test_a_view_without_a_point_says_so_and_offers_the_way_back(page, address, width):
    shown = np.zeros((40, width)) + np.arange(40)[:, None]
    bare = BareMap(page, address, picture(shown, ["ant", "bee"] * 20))
    hint = page.locator(".an-map-hint")
    assert hint.is_hidden()
    bare.run("(map.camera.pan(0, 5000), map.moved())")
    bare.settle()
    assert hint.inner_text().startswith("No point is in view.")
    hint.get_by_role("button", name="Reset view").click()
    bare.settle()
    assert hint.is_hidden() and bare.told() == []  # the click did not reach the map
    for row in page.locator(".an-legend-row").all():
        row.click()
    bare.settle()
    assert hint.inner_text().startswith("Every category is hidden.")
    hint.get_by_role("button", name="Show all").click()
    bare.settle()
    assert hint.is_hidden() and bare.run("map.hides.size") == 0
    page.keyboard.press("+")  # the keys are heard on
    assert bare.run("map.camera.scale > map.camera.whole")


def test_what_a_filter_leaves_out_is_drawn_faintly_and_so_in_view(page, address):
    bare = BareMap(page, address, picture(SPREAD, hidden=np.ones(24, dtype=bool)))
    assert page.locator(".an-map-hint").is_hidden()
    empty = BareMap(page, address, picture([[np.nan, 1]]))
    assert page.locator(".an-map-hint").is_hidden() and empty.run("map.painter.n") == 0
    assert bare.told() == []


def test_a_lost_context_comes_back_with_selection_and_view(page, address):
    bare = BareMap(page, address, picture(SPREAD, ["ant"] * 24))
    bare.run("(map.select([3], 'replace'), map.camera.zoom(2), map.moved())")
    bare.settle()
    before = Image.open(BytesIO(page.locator(".an-map-stage").screenshot())).tobytes()
    bare.run("(window.loser = map.painter.gl.getExtension('WEBGL_lose_context'), loser.loseContext())")
    page.wait_for_function("() => !window.maps[0].painter.ready")
    bare.run("map.hide([])")  # nothing breaks meanwhile
    bare.run("window.loser.restoreContext()")
    page.wait_for_function("() => window.maps[0].painter.ready")
    bare.settle()
    assert bare.selected() == [3]
    assert Image.open(BytesIO(page.locator(".an-map-stage").screenshot())).tobytes() == before


@pytest.mark.parametrize(
    ("points", "drawn"),
    [
        ([[1, 1]] * 5, 5),
        ([[np.nan, 1], [0, 0], [1, np.nan], [2, 3]], 2),
        ([[3, 4]], 1),
        ([[np.nan, np.nan]], 0),
        (np.zeros((0, 2)), 0),
        ([[1, 2, 3], [4, 5, np.nan], [0, 0, 0]], 2),
    ],
)
def test_equal_missing_single_and_no_points_are_drawn_as_far_as_there_are_any(page, address, points, drawn):
    given = picture(points)
    bare = BareMap(page, address, given)
    bare.lasso(bare.whole())
    assert len(bare.selected()) == drawn
    image = np.asarray(Image.open(BytesIO(page.locator(".an-map-stage").screenshot())).convert("RGB"))
    image = image[9:-9, 9:-9]  # without the ring of focus
    assert bool((image != 255).any()) == bool(drawn)


@pytest.mark.parametrize("unit", [1e30, 1.5e38, 1e-30])
@pytest.mark.parametrize("width", [2, 3])
def test_points_without_coordinates_are_nowhere_however_large_the_others_are(page, address, unit, width):
    corners = np.array([[-2, -1, 0], [2, -1, 0], [2, 1, 0], [-2, 1, 0], [0, 0, 0]])[:, :width] * unit
    lost = np.full((3, width), np.nan)
    lost[1, 0], lost[2, 1] = unit, np.inf
    bare = BareMap(page, address, picture(np.vstack([corners, lost])))
    bounds = bare.run("map.bounds")
    assert bounds["low"][:2] == pytest.approx([-2 * unit, -unit]) and bounds["high"][0] == pytest.approx(2 * unit)
    box = page.locator(".an-map-stage").bounding_box()
    for zoom in (1, 0.3):
        bare.run(f"(map.camera.zoom({zoom}), map.moved())")
        bare.settle()
        image = np.asarray(Image.open(BytesIO(page.locator(".an-map-stage").screenshot())).convert("RGB")).astype(int)
        inked = np.abs(image - 255).sum(axis=2) > 60
        for point in range(5):
            x, y = bare.pixel(point)
            row, column = round(y - box["y"]), round(x - box["x"])
            assert inked[row - 2 : row + 3, column - 2 : column + 3].any()
            inked[max(row - 12, 0) : row + 13, max(column - 12, 0) : column + 13] = False
        assert not inked.any()
        assert bare.run("map.inside([[-1e9, -1e9], [1e9, -1e9], [1e9, 1e9], [-1e9, 1e9]]).sort()") == [0, 1, 2, 3, 4]
        assert bare.run("map.under(map.camera.width / 2, map.camera.height / 2, 1e9)") in range(5)


def test_a_map_is_not_seen_before_it_is_drawn(page, address):
    """Its canvas is black until then: a second with a million points."""
    bare = BareMap(page, address, picture(SPREAD))
    anew = """async (code) => {
        const main = await import(code + "/main.js");
        const parent = document.body.appendChild(document.createElement("div"));
        let arrive;
        const late = new Promise((done) => (arrive = done));
        const { fetch } = window;
        window.fetch = (address) => late.then(() => fetch(address));
        const given = { ...window.given_, positions: window.given_.positions + "#late" };
        const loading = main.show(parent, given, window.tell_);
        const look = () => [...parent.querySelectorAll("canvas")].map((one) => getComputedStyle(one).visibility);
        const before = look();
        arrive();
        await loading;
        window.fetch = fetch;
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return [before, look()];
    }"""
    assert page.evaluate(anew, bare.code) == [["hidden", "visible"], ["visible", "visible"]]


def test_a_map_that_is_left_while_it_loads_stays_away_and_another_may_follow(page, address):
    one = picture(SPREAD)
    bare = BareMap(page, address, one)
    left = """async (code) => {
        const main = await import(code + "/main.js");
        const [parent] = window.frames_;
        main.leave(parent);
        let arrive;
        const late = new Promise((done) => (arrive = done));
        const { fetch } = window;
        window.fetch = (address) => late.then(() => fetch(address));
        const given = { ...window.given_, positions: window.given_.positions + "#late" };
        const loading = main.show(parent, given, window.tell_);
        const { map } = parent.querySelector(".an-map");
        const joined = () => map.hub === undefined && map.given === undefined;
        const before = joined();
        main.leave(parent);
        arrive();
        await loading;
        window.fetch = fetch;
        return [before, joined(), map.freed, parent.childElementCount];
    }"""
    assert page.evaluate(left, bare.code) == [True, True, True, 0]
    bare.show(one)
    bare.lasso(bare.around(3))
    assert bare.selected() == [3]


def test_many_categories_and_hostile_names_are_text(page, address):
    names = [f"<img src=x onerror=alert({i})>" + "x" * 10_000 for i in range(300)]
    bare = BareMap(page, address, picture(np.random.default_rng(0).normal(size=(300, 2)), names))
    rows = page.locator(".an-legend-row")
    assert rows.count() == len(LABELS["light"]) + 1
    assert rows.last.inner_text().startswith(f"{300 - len(LABELS['light'])} other")
    assert page.locator(".an-legend img").count() == 0
    assert bare.run("map.stage.scrollWidth") <= 1440


def test_a_window_resized_to_nothing_and_back_keeps_the_view(page, address):
    bare = BareMap(page, address, picture(SPREAD))
    bare.run("(map.camera.zoom(2), map.moved())")
    page.evaluate("() => { window.frames_[0].style.width = '0px'; }")
    bare.settle()
    page.evaluate("() => { window.frames_[0].style.width = '1440px'; }")
    bare.settle()
    assert bare.run("map.camera.scale / map.camera.whole") == pytest.approx(2)


def ink_at(page, place: tuple[float, float]) -> float:
    """How dark the page is around a place."""
    image = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB")).astype(float)
    x, y = round(place[0]), round(place[1])
    return float(np.abs(image[y - 2 : y + 3, x - 2 : x + 3] - 255).sum(axis=2).max())


def test_the_view_stays_while_points_move_to_another_drawing_in_its_frame(page, address):
    shared = {"frame": "run", "bounds": BOUNDS}
    bare = BareMap(page, address, picture(SPREAD, **shared))
    assert bare.run("map.bounds") == {"low": BOUNDS[0], "high": BOUNDS[1]}
    bare.run("(map.camera.zoom(1.3), map.camera.pan(12, 7), map.moved())")
    bare.settle()
    view, old = bare.run("map.camera.view()"), bare.pixel(8)
    assert ink_at(page, old) > 100
    bare.show(picture(TURNED, **shared))
    page.wait_for_timeout(600)
    bare.settle()
    assert bare.run("map.camera.view()") == view
    new = bare.pixel(8)
    assert np.hypot(new[0] - old[0], new[1] - old[1]) > 100
    assert ink_at(page, new) > 100
    bare.lasso(bare.around(8))
    assert bare.selected() == [8]


def test_another_frame_is_looked_at_as_a_whole(page, address):
    bare = BareMap(page, address, picture(SPREAD, frame="run", bounds=BOUNDS))
    bare.run("(map.camera.zoom(3), map.moved())")
    bare.show(picture(TURNED, frame="other", bounds=BOUNDS))
    assert bare.run("map.camera.scale === map.camera.whole")
