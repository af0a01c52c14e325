"""The map in a browser against `st.plotly_chart` with scattergl: paint, other colours, a lasso's answer.

Both in the same Streamlit app (`benchmarks/map_app.py`), interleaved, a fresh page each; Chromium draws in software.
Paint: from the page's address to points on the screen. Paint of the map: from the moment its script runs. Other
colours: from the click to the new colours. Lasso: from the release of the mouse until the selection is on the screen.
Where all points take longer than a frame, ours shows a fair sample of them first: "whole" is when all are drawn.
Hover: script time of finding the point under the mouse.

Run: python -m benchmarks.map [--sizes N ...] [--runs R] [--json]
"""

import argparse
import json
import math
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import Any

from analysis.pdf import find_chrome
from tests.e2e.dashboards import browsing, running

APP = Path(__file__).with_name("map_app.py")
SIZES = (10_000, 100_000, 1_000_000)
RUNS = {10_000: 5, 100_000: 3, 1_000_000: 2}
MANY = 100_000  # points beyond which other colours are asked for once a page, else three times: their median counts
PATIENCE = 90.0  # seconds for an answer; beyond, "never"
REACH = {
    10_000: {"map": 1.5},
    100_000: {"paint": 3, "recolour": 8, "lasso": 5},
    1_000_000: {"paint": 4, "recolour": 40},
}
DRAWN = {
    "webgl": "document.querySelector('.an-map-stage')?.dataset.drawn !== undefined",
    "plotly": """(() => { const plot = document.querySelector('.js-plotly-plot');
        return plot?._fullData?.length && document.querySelector('.gl-canvas') !== null })()""",
}
STAGE = {"webgl": ".an-map-stage", "plotly": ".js-plotly-plot .nsewdrag"}
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def serving() -> AbstractContextManager[str]:
    """The address of the app."""
    options = {"headless": "true", "address": "127.0.0.1", "maxMessageSize": "900", "fileWatcherType": "none"}
    return running(APP, options)


def measure(browser: Any, address: str, renderer: str, n: int, *, whole: bool = True) -> dict[str, float | None]:
    """Seconds of every act of one fresh page; None for one that is never done. Not `whole`: of its paint alone."""
    context = browser.new_context(viewport={"width": 1000, "height": 850})
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    found: dict[str, float | None] = {"paint": None, "map": None, "recolour": None, "hover_ms": None}
    page.add_init_script(
        "new MutationObserver(() => { if (!window.begun && document.querySelector('.stMainBlockContainer button'))"
        " window.begun = Date.now() }).observe(document, {subtree: true, childList: true})"
    )
    start = time.time()
    page.goto(f"{address}/?renderer={renderer}&n={n}", wait_until="commit")
    page.wait_for_function(DRAWN[renderer])
    _show(page)
    found["paint"] = time.time() - start
    found["map"] = time.time() - page.evaluate("window.begun") / 1000
    _whole(page, renderer, found, "paint", start)
    if not whole:
        context.close()
        return found
    page.wait_for_function("document.body.innerText.includes('SHIFT=0;')")
    page.wait_for_timeout(500)
    turns = [_recolour(page, renderer, turn) for turn in range(1, 2 if n > MANY else 4)]
    found |= {what: median(turn[what] for turn in turns) for what in turns[0]}
    found |= _lasso(page, renderer)
    if renderer == "webgl":
        found["hover_ms"] = _hover(page)
    found["heap_mb"] = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
    context.close()
    return found


def _recolour(page: Any, renderer: str, turn: int) -> dict[str, float]:
    """Seconds from the click for other colours until they are seen."""
    found: dict[str, float | None] = {}
    before = page.evaluate("document.querySelector('.an-map')?.map.given.color.address")
    start = time.time()
    page.get_by_role("button", name="other colours").click()
    page.wait_for_function(f"document.body.innerText.includes('SHIFT={turn};')")
    if renderer == "webgl":
        page.wait_for_function(f"document.querySelector('.an-map').map.given.color.address !== '{before}'")
    _show(page)
    found["recolour"] = time.time() - start
    _whole(page, renderer, found, "recolour", start)
    page.wait_for_timeout(500)
    return {what: value for what, value in found.items() if value is not None}


def _whole(page: Any, renderer: str, found: dict[str, float | None], what: str, start: float) -> None:
    """Add when all points were drawn."""
    if renderer == "webgl":
        page.wait_for_function(
            "(({dataset}, n) => +dataset.points === n)(document.querySelector('.an-map-stage'),"
            " document.querySelector('.an-map').map.given.n)"
        )
        _show(page)
    found[f"{what}, whole"] = time.time() - start


def _lasso(page: Any, renderer: str) -> dict[str, float | None]:
    box = page.locator(STAGE[renderer]).first.bounding_box()
    x, y, radius = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, 90
    if renderer == "webgl":
        page.get_by_role("button", name="Lasso").click()
    page.mouse.move(x + radius, y)
    try:
        page.mouse.down()
        for step in range(1, 13):
            turn = math.tau * step / 12
            page.mouse.move(x + radius * math.cos(turn), y + radius * math.sin(turn))
        start = time.time()
        page.mouse.up()
        if renderer == "webgl":
            page.wait_for_function("document.querySelector('.an-map').map.hub.count > 0")
        else:
            page.wait_for_function("/CHOSEN=[1-9]/.test(document.body.innerText)")
        _show(page)
        found: dict[str, float | None] = {"lasso": time.time() - start}
        _whole(page, renderer, found, "lasso", start)
        return found
    except Exception as error:
        if "Timeout" not in type(error).__name__:
            raise
        return {"lasso": None, "lasso, whole": None}


def _hover(page: Any) -> float:
    """The median script time of finding what is under the mouse, over 50 places."""
    return float(
        page.evaluate(
            """() => { const map = document.querySelector('.an-map').map; map.under(1, 1);
            const times = [];
            for (let i = 0; i < 50; i++) {
                const start = performance.now();
                map.under(Math.random() * map.camera.width, Math.random() * map.camera.height);
                times.push(performance.now() - start);
            }
            return times.sort((a, b) => a - b)[25]; }"""
        )
    )


def _show(page: Any) -> None:
    page.evaluate(SETTLED)
    page.screenshot(timeout=PATIENCE * 1000)


def main() -> None:
    """Measure and print a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options.add_argument("--runs", type=int)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    chrome = find_chrome()
    if chrome is None:
        sys.exit("this needs Chrome or Chromium and none was found")
    rows = []
    for n in chosen.sizes:
        runs: dict[str, list[dict[str, float | None]]] = {"webgl": [], "plotly": []}
        for _ in range(chosen.runs or RUNS.get(n, 2)):
            for renderer, kept in runs.items():
                with serving() as address, browsing(chrome) as browser:
                    kept.append(measure(browser, address, renderer, n))
        rows += _rows(n, runs)
    if chosen.json:
        print(json.dumps(rows, indent=1))
        return
    print("medians; seconds, but milliseconds for hover and MB for the browser's heap\n")
    print("| points | what | Plotly | ours | ratio | reach |\n| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print("| " + " | ".join("–" if value is None else str(value) for value in row.values()) + " |")


def _rows(n: int, runs: dict[str, list[dict[str, float | None]]]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for what in runs["webgl"][0]:
        ours, peer = (_middle([run.get(what) for run in runs[name]]) for name in ("webgl", "plotly"))
        ratio = None if ours is None or peer is None else round(peer / ours, 1)
        shown = None if peer is None else round(peer, 2)
        never = "never" if what.startswith("lasso") and peer is None else shown
        reach = REACH.get(n, {}).get(what)
        rows.append(
            {
                "points": f"{n:,}",
                "what": what,
                "plotly": never,
                "ours": None if ours is None else round(ours, 2),
                "ratio": ratio,
                "reach": reach,
            }
        )
    return rows


def _middle(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if len(known) == len(values) else None


if __name__ == "__main__":
    main()
