"""What a person does on a page: open it, go round points with a lasso, ask for a text, pin a point."""

import math

from tests.e2e.dashboards import points_of, settle

TRIES, SOON = 8, 9_000  # milliseconds


def opened(page, address: str, path: str = ""):
    page.goto(f"{address}/{path}")
    settle(page)
    return page


def map_page(page, address: str):
    opened(page, address, "map")
    page.locator(".an-map-stage[data-drawn]").wait_for()
    return page


def group(page, count: int, *, about: int = 0, figure: int = 0) -> list[dict]:
    """A point and those nearest to it on the screen."""
    points = list(points_of(page, 200, figure))
    start = points[about]
    return sorted(points, key=lambda p: math.dist((p["x"], p["y"]), (start["x"], start["y"])))[:count]


def lasso(page, around: list[dict], *, shift: bool = True) -> None:
    """Draw a lasso about points, with Shift held instead of a tool chosen."""
    x, y = (sum(point[axis] for point in around) / len(around) for axis in "xy")
    radius = max(math.dist((x, y), (point["x"], point["y"])) for point in around) + 12
    page.mouse.move(x + radius, y)
    if shift:
        page.keyboard.down("Shift")
    page.mouse.down()
    for step in range(1, 25):
        page.mouse.move(x + radius * math.cos(step * math.pi / 12), y + radius * math.sin(step * math.pi / 12))
    page.mouse.up()
    if shift:
        page.keyboard.up("Shift")


def find_text(page, text: str) -> None:
    """Ask the space of words for the samples nearest to a new text."""
    page.get_by_label("Space", exact=True).click()
    page.get_by_role("option", name="words").click()
    box = page.get_by_label("Find by a new text")
    box.fill(text)
    box.press("Enter")
    page.get_by_text("10 nearest: cosine, exact search").wait_for()


def pin(page, figure: int = 0) -> str:
    """Click a point that no other covers; its id."""
    points = points_of(page, 200, figure)
    alone = max(points, key=lambda p: min(math.dist((p["x"], p["y"]), (q["x"], q["y"])) for q in points if q is not p))
    page.mouse.click(alone["x"], alone["y"])
    page.locator(".an-title", has_text=alone["id"]).first.wait_for()
    settle(page)
    return alone["id"]


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
