"""Pictures of every page, wide and narrow, light and dark: `python -m tests.e2e.screenshots OUT [--study FILE] ...`.

What follows OUT is handed to the dashboard. Every picture is to be looked at before it is believed.
"""

import sys
from pathlib import Path
from typing import Any

from analysis.pdf import find_chrome
from analysis.registry import analyses
from tests.e2e.dashboards import browsing, looking, points_of, serving, settle

SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
PAGES = ("overview", "map", "side_by_side", "compare", "graph", "which_checkpoint", "fine_tuning", "jobs")
FIGURELESS = {"overview", "fine_tuning", "jobs"}


def main(out: Path, arguments: list[str]) -> int:
    """Take the pictures; the exit status."""
    chrome = find_chrome()
    if chrome is None:
        sys.stderr.write("screenshots need Chrome or Chromium and none was found\n")
        return 1
    out.mkdir(parents=True, exist_ok=True)
    with serving(*arguments) as address, browsing(chrome) as browser:
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                with looking(browser, width=width, height=height, scheme=scheme) as (page, strangers):
                    for name in (*PAGES, *analyses()):
                        shown = f"{address}/{'' if name == 'overview' else name}"
                        take(page, shown, out / f"{name}-{size}-{scheme}.png", figure=name not in FIGURELESS)
                    pinned(page, address, out / f"pinned-{size}-{scheme}.png")
                    strangers.check()
    return 0


def take(page: Any, address: str, file: Path, *, figure: bool) -> None:
    """One page, drawn to the end; `figure`: it shows one."""
    page.goto(address)
    if figure:
        page.wait_for_selector(".an-plot[data-drawn], .an-map-stage[data-drawn]")
    settle(page)
    page.wait_for_timeout(1000)  # fonts and figures come to rest
    page.screenshot(path=file)


def pinned(page: Any, address: str, file: Path) -> None:
    """The map with a sample pinned, whole."""
    page.goto(f"{address}/map")
    page.wait_for_selector(".an-plot[data-drawn], .an-map-stage[data-drawn]")
    settle(page)
    point = points_of(page, 1)[0]
    page.mouse.click(point["x"], point["y"])
    settle(page)
    page.wait_for_timeout(1000)
    page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
