"""The study of 1,000,000 samples × 384 in the dashboard: its first paint, its map, its memory.

Opens what `python -m benchmarks.scale` made and computed (the same `--folder`), each time with a fresh server and a
fresh browser. First paint: from asking a server that answers until the Overview's first calibrated number is seen, and
until the whole page is at rest, against an empty Streamlit app, in the browser of `benchmarks/first_paint.py`, for
WebGL by software, which the map needs, takes a core from both servers. Map: from the click on its link until points
stand on the screen, and until all do, against `st.plotly_chart` with scattergl over as many points
(`benchmarks/map_app.py`), from where its script begins. Private memory: as `benchmarks/memory.py` counts it. Run:
python -m benchmarks.million [--folder DIR] [--samples N] [--runs R] [--paints P]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from analysis.pdf import find_chrome
from analysis.run import default_cache
from benchmarks import map as maps
from benchmarks.first_paint import EMPTY, ROOT, SEEN, opened, paint, served
from benchmarks.memory import private_mb
from tests.e2e.dashboards import browsing, settle

POINTS = "document.querySelector('.an-map-stage')?.dataset.drawn !== undefined"
ALL = "(n) => +(document.querySelector('.an-map-stage')?.dataset.points ?? 0) === n"
PATIENCE = 120_000  # ms for anything to appear


def overview(browser: Any, study: Path, cache: Path) -> dict[str, float]:
    """Seconds of the Overview of one fresh server, and the server's private megabytes after."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    with served(ROOT / "app.py", str(cache), "--study", str(study)) as (url, pid):
        start = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_function(SEEN, arg="knn accuracy", polling="raf")
        found = {"overview": time.perf_counter() - start}
        settle(page)
        return found | {"overview, whole": time.perf_counter() - start, "overview_mb": private_mb(pid)}


def map_of(browser: Any, study: Path, cache: Path, n: int) -> dict[str, float]:
    """Seconds of the Map after the Overview of one fresh server, and the server's private megabytes after."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    with served(ROOT / "app.py", str(cache), "--study", str(study)) as (url, pid):
        page.goto(url)
        page.wait_for_function(SEEN, arg="knn accuracy", polling="raf")
        settle(page)
        start = time.perf_counter()
        page.get_by_role("link", name="Map").click()
        page.wait_for_function(POINTS, polling="raf")
        page.evaluate(maps.SETTLED)
        found = {"map": time.perf_counter() - start}
        page.wait_for_function(ALL, arg=n, polling="raf")
        page.evaluate(maps.SETTLED)
        found["map, whole"] = time.perf_counter() - start
        settle(page)
        found["map_mb"] = private_mb(pid)
        found["heap_mb"] = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    page.close()
    return found


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path, default=default_cache() / "scale")
    options.add_argument("--samples", type=int, default=1_000_000)
    options.add_argument("--runs", type=int, default=3, help="of the map and its peer")
    options.add_argument("--paints", type=int, default=15, help="of the Overview and of the empty app")
    given = options.parse_args()
    study = given.folder / str(given.samples) / "study.toml"
    if not study.is_file():
        sys.exit(f"{study} is not there; python -m benchmarks.scale --folder {given.folder} makes it")
    chrome = find_chrome()
    if chrome is None:
        sys.exit("this needs Chrome or Chromium and none was found")
    empty, first, ours, peer = [], [], [], []
    cache = study.parent / "cache"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        blank = Path(folder) / "empty.py"
        blank.write_text(EMPTY)
        for _ in range(given.paints):
            with opened(playwright) as browser:
                empty.append(paint(browser, blank, folder, "empty app")[0])
            with opened(playwright) as browser:
                first.append(overview(browser, study, cache))
    for _ in range(given.runs):
        with browsing(chrome) as browser:
            ours.append(map_of(browser, study, cache, given.samples))
        with maps.serving() as address, browsing(chrome) as browser:
            painted = maps.measure(browser, address, "plotly", given.samples, whole=False)
            peer.append(painted["map"] or PATIENCE / 1000)
    middle = {what: median(run[what] for run in runs) for runs in (first, ours) for what in runs[0]}
    print(
        f"| {given.samples:,} samples × 384 in the dashboard | peer, s | ours, s | ratio |\n| --- | --- | --- | --- |"
    )
    for what, name, theirs in (
        ("overview", "first paint of the Overview against an empty Streamlit app", median(empty)),
        ("overview, whole", "the whole Overview", median(empty)),
        ("map", "the map's points on the screen, from the click, against `st.plotly_chart`", median(peer)),
        ("map, whole", "all of its points", median(peer)),
    ):
        print(f"| {name} | {theirs:.2f} | {middle[what]:.2f} | {middle[what] / theirs:.2f} |")
    memory = ", ".join(f"{middle[f'{page}_mb']:.0f} MB with the {page}" for page in ("overview", "map"))
    print(f"\nPrivate memory of the server: {memory}; the browser's heap: {middle['heap_mb']:.0f} MB.")


if __name__ == "__main__":
    main()
