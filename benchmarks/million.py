"""The study of 1,000,000 samples × 384 in the dashboard: its first paint, its map, its memory.

Opens what `python -m benchmarks.scale` made and computed (the same `--folder`), each time with a fresh server and a
fresh browser. First paint: from asking a server that answers until the Overview's first calibrated number is seen, and
until the whole page is at rest, against an empty Streamlit app. Map: from the click on its link until points stand on
the screen, and until all do, against `st.plotly_chart` with scattergl over as many points (`benchmarks/map_app.py`),
from where its script begins. Private memory: as `benchmarks/memory.py` counts it. Run:
python -m benchmarks.million [--folder DIR] [--samples N] [--runs R]
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from analysis.pdf import find_chrome
from analysis.run import default_cache
from benchmarks import map as maps
from benchmarks.first_paint import EMPTY, ROOT, SEEN, paint, served
from benchmarks.memory import private_mb
from tests.e2e.dashboards import browsing, settle

POINTS = "document.querySelector('.an-map-stage')?.dataset.drawn !== undefined"
ALL = "(n) => +(document.querySelector('.an-map-stage')?.dataset.points ?? 0) === n"
PATIENCE = 120_000  # ms for anything to appear


def visit(browser: Any, study: Path, cache: Path, n: int) -> dict[str, float]:
    """Seconds of Overview and Map of one fresh server, and the server's private megabytes after each."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    with served(ROOT / "app.py", str(cache), "--study", str(study)) as (url, pid):
        start = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_function(SEEN, arg="knn accuracy", polling="raf")
        found = {"overview": time.perf_counter() - start}
        settle(page)
        found["overview, whole"] = time.perf_counter() - start
        found["overview_mb"] = private_mb(pid)
        start = time.perf_counter()
        page.get_by_role("link", name="Map").click()
        page.wait_for_function(POINTS, polling="raf")
        page.evaluate(maps.SETTLED)
        found["map"] = time.perf_counter() - start
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
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    study = given.folder / str(given.samples) / "study.toml"
    if not study.is_file():
        sys.exit(f"{study} is not there; python -m benchmarks.scale --folder {given.folder} makes it")
    chrome = find_chrome()
    if chrome is None:
        sys.exit("this needs Chrome or Chromium and none was found")
    empty, ours, peer = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        blank = Path(folder) / "empty.py"
        blank.write_text(EMPTY)
        for _ in range(given.runs):
            with browsing(chrome) as browser:
                empty.append(paint(browser, blank, folder, "empty app")[0])
            with browsing(chrome) as browser:
                ours.append(visit(browser, study, study.parent / "cache", given.samples))
            with maps.serving() as address, browsing(chrome) as browser:
                painted = maps.measure(browser, address, "plotly", given.samples, whole=False)
                peer.append(painted["map"] or PATIENCE / 1000)
    middle = {what: median(run[what] for run in ours) for what in ours[0]}
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
