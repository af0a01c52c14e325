"""Selections and pins in a real browser: named, combined, seen by another pane; two samples compared."""

import math
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.store import Store
from analysis.study_file import read_study
from models.place import Place
from tests.e2e.dashboards import looking, points_of, settle
from tests.e2e.gestures import group, lasso, map_page, opened, pick, pin

pytestmark = pytest.mark.browser


def count(page) -> int:
    settle(page)
    return int(page.get_by_text("60 selected").inner_text().split(" of ")[0])


def menu(page):
    inside = page.get_by_test_id("stPopoverBody")
    if not inside.is_visible():
        page.get_by_role("button", name="Named").click()
        inside.wait_for()
    return inside


def press(page, name: str) -> None:
    menu(page).get_by_role("button", name=name, exact=True).click()
    settle(page)


def keep(page, name: str) -> None:
    line = menu(page).get_by_label("Name what is selected")
    line.fill(name)
    line.press("Enter")
    menu(page).get_by_label("Named selections", exact=True).wait_for()
    settle(page)
    page.keyboard.press("Escape")
    page.evaluate("() => document.querySelector('.an-map-stage').scrollIntoView({ block: 'center' })")


def selected(page, n: int) -> None:
    """Wait until page and map say that so many are selected."""
    page.get_by_text(f"{n} of 60 selected").wait_for()
    page.wait_for_function(f"() => document.querySelector('.an-map').map.hub.count === {n}")
    settle(page)


def test_a_selection_is_named_recalled_combined_and_asked_of_its_center(page, address, browser):
    map_page(page, address)
    lasso(page, group(page, 4))
    page.get_by_text("60 selected").wait_for()
    few = count(page)
    keep(page, "<i>few</i>")
    lasso(page, group(page, 14))  # Shift adds
    page.wait_for_function(f"() => document.querySelector('.an-map').map.hub.count > {few}")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.an-title')].some((one) =>"
        " one.innerText.startsWith(`${document.querySelector('.an-map').map.hub.count} of 60 selected`))"
    )
    many = count(page)
    keep(page, "many")
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("Nothing is selected").wait_for()
    menu(page)
    pick(page, "Named selections", "many")
    press(page, "Select")
    selected(page, many)
    pick(page, "Named selections", "<i>few</i>")
    press(page, "Remove")
    selected(page, many - few)
    page.keyboard.press("Escape")
    page.get_by_text("Selection's centre", exact=True).click()
    page.get_by_text(f"nearest to the mean of the {many - few} selected").wait_for()
    settle(page)
    page.get_by_text("A − B", exact=True).click()
    page.get_by_label("Toward A").wait_for()
    pick(page, "Toward A", "<i>few</i>")
    pick(page, "From B", "all others")
    page.get_by_text("Projection on mean(A) − mean(B)").wait_for()
    assert page.get_by_text("Most A: <i>few</i>").count() == 1
    pick(page, "Colour by", "A − B: <i>few</i> − all others")
    page.locator(".an-legend-bar").wait_for()
    with looking(browser) as (other, strangers):
        map_page(other, address)
        press(other, "Select")
        selected(other, few)  # the first of the names, seen by another tab
        strangers.check()


TOLD = """async (which) => {
    const { map } = document.querySelectorAll('.an-map')[which];
    const bits = new Uint8Array(await (await fetch(new URL(map.given.selected, document.baseURI))).arrayBuffer());
    return Array.from({ length: map.given.n }, (_, i) => i).filter((i) => (bits[i >> 3] >> (7 - (i & 7))) & 1);
}"""  # the rows that the server says are selected, not those that the maps of a page share in the browser


def test_a_lasso_in_one_pane_goes_to_python_and_comes_back_to_the_other(page, address):
    opened(page, address, "side_by_side")
    page.wait_for_function("() => document.querySelectorAll('.an-map-stage[data-drawn]').length === 2")
    ids = [point["id"] for point in points_of(page, 60)]
    around = group(page, 5)
    lasso(page, around)
    page.wait_for_function("() => document.querySelectorAll('.an-map')[1].map.given.selected !== null")
    settle(page)
    drawn = page.evaluate(
        "() => [...document.querySelector('.an-map').map.hub.selected].flatMap((is, i) => is ? [i] : [])"
    )
    assert {ids.index(point["id"]) for point in around} <= set(drawn) and len(drawn) < 60
    assert page.evaluate(TOLD, 1) == page.evaluate(TOLD, 0) == drawn
    assert count(page) == len(drawn)
    lasso(page, group(page, 3, about=int(np.setdiff1d(np.arange(60), drawn)[0]), figure=1))  # and the other way; adds
    page.wait_for_function(f"() => document.querySelector('.an-map').map.hub.count > {len(drawn)}")
    page.get_by_text(f"{len(drawn)} of 60 selected").wait_for(state="detached")
    assert count(page) == len(page.evaluate(TOLD, 0)) > len(drawn)


def compared(page) -> dict[str, list[str]]:
    """The table of two samples: the cells of each space."""
    page.locator(".an-table").wait_for()
    settle(page)
    rows = page.locator(".an-table tbody tr")
    return {cells[0]: cells[1:] for cells in (rows.nth(i).locator("th, td").all_inner_texts() for i in range(2))}


def test_two_samples_are_pinned_by_hand_and_compared_in_every_space(page, address, world):
    pipeline = Pipeline(read_study(world.study), Place(world.study.parent), Store(world.cache))
    ids = list(pipeline.dataset().ids)
    map_page(page, address)
    first = pin(page)
    points = points_of(page, 60)
    start = next(point for point in points if point["id"] == first)
    far = max(points, key=lambda point: math.dist((point["x"], point["y"]), (start["x"], start["y"])))
    page.keyboard.down("Shift")
    page.mouse.click(far["x"], far["y"])
    page.keyboard.up("Shift")
    shown = compared(page)
    query = parse_qs(urlsplit(page.url).query)
    assert query["pinned"] == [first]
    a, b = ids.index(first), ids.index(query["second"][0])
    assert page.evaluate(
        "() => { const { pinned, second } = document.querySelector('.an-map').map.given; return [pinned, second]; }"
    ) == [a, b]
    for space, (distance, share, of_b, of_a, _) in shown.items():
        vectors = pipeline.find(Ask("space", subject=space)).vectors.astype(np.float64)
        every = cdist(vectors, vectors, "cosine")
        assert float(distance) == pytest.approx(every[a, b], abs=6e-4)
        nearer = every[np.triu_indices(60, 1)] - every[a, b]
        percent = 100 * ((nearer < -1e-12).mean() + (abs(nearer) <= 1e-12).mean() / 2)
        assert float(share.removesuffix(" %")) == pytest.approx(percent, abs=0.006)
        for cell, row, other in ((of_b, a, b), (of_a, b, a)):
            assert int(cell.split("–")[0]) == (np.delete(every[row], row) < every[row, other] - 1e-12).sum() + 1
    page.locator(".an-map-stage").focus()
    page.keyboard.press("Escape")
    page.locator(".an-table").wait_for(state="detached")
    settle(page)
    page.get_by_role("button", name="Compare with another").click()
    page.get_by_text("Now click the sample to compare it with").wait_for()
    settle(page)
    page.mouse.click(far["x"], far["y"])
    assert compared(page) == shown


def test_a_farthest_pair_is_one_click_away_from_both_samples(page, address, world):
    pipeline = Pipeline(read_study(world.study), Place(world.study.parent), Store(world.cache))
    table = pipeline.find(Ask("analysis", "distances", "columns", "kind")).tables["farthest_pairs"]
    opened(page, address, "distances")
    rows = page.get_by_test_id("stDataFrame").first
    rows.scroll_into_view_if_needed()
    settle(page)
    box = rows.bounding_box()
    page.mouse.click(box["x"] + 30, box["y"] + 35 + 17)  # below the heads
    page.wait_for_url("**/map?*second=*")
    settle(page)
    query = parse_qs(urlsplit(page.url).query)
    assert [query["pinned"][0], query["second"][0]] == [table["id_a"][0], table["id_b"][0]]
    assert float(compared(page)["columns"][0]) == pytest.approx(table["distance"][0], abs=6e-4)
