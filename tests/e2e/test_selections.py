"""Selections in a real browser: named, cleared, recalled, taken from each other, and what is near to their center."""

import pytest

from tests.e2e.dashboards import looking, settle
from tests.e2e.gestures import group, lasso, map_page

pytestmark = pytest.mark.browser


TRIES, SOON = 8, 9_000  # milliseconds


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


def pick(page, label: str, name: str) -> None:
    """Choose in a list, and wait until the page has taken it up."""
    from playwright.sync_api import TimeoutError as Late

    box = page.get_by_label(label, exact=True)
    for _ in range(TRIES):
        settle(page)
        box.click()
        box.fill(name)  # of a long list only a part is drawn
        try:
            page.get_by_role("option", name=name).click(timeout=SOON)
        except Late:
            page.keyboard.press("Escape")
            continue  # a list that is open closes when the page is drawn anew
        page.wait_for_function(
            '([label, name]) => document.querySelector(`input[aria-label="${label}"]`).value.startsWith(name)',
            arg=[label, name],
        )
        settle(page)
        return
    raise AssertionError(f"{label!r} offers no {name!r}")


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
