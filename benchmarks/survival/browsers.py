"""Twenty browsers that click through every page for ten minutes, while four jobs are queued.

Each has its own session, in which another sample is pinned; on the map it must find its own. Measured: what broke (an
error of a page's scripts or of Streamlit, a request elsewhere, another's sample), the time from a click to a page at
rest against that of a lone user in the same run, and the server's memory: its slope per minute after the first one.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.survival.outcome import Outcome

SHORT, LONG = (2, 20.0, 10.0), (20, 600.0, 60.0)  # browsers, seconds of theirs, seconds of the lone one
JOBS = 4
SLOWER = 2.0  # times the lone user's median
AT_REST = """() => document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale="true"]')"""


@dataclass
class Tally:
    """What the browsers met."""

    clicks: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)  # seconds, MB


def rows(*, short: bool = False, minutes: float = float("inf")) -> list[Outcome]:
    """A line for what broke, for the time of a click and for memory."""
    from tests import pets
    from tests.e2e.dashboards import serving

    many, length, alone = SHORT if short else LONG
    with tempfile.TemporaryDirectory() as name:
        world = pets.compute(Path(name))
        with serving("--study", str(world.study), "--cache", str(world.cache)) as address:
            lone, crowd = Tally(), Tally()
            asyncio.run(_crowd(address, lone, 1, alone))
            queued = _queue(world)
            began = time.monotonic()
            asyncio.run(_crowd(address, crowd, many, min(length, 60 * minutes)))
            took = time.monotonic() - began
    ratio = statistics.median(crowd.clicks) / statistics.median(lone.clicks)
    slope, noise = slope_of(crowd.memory)
    clicked = f"{many} browsers, {len(crowd.clicks):,} clicks, {queued} jobs queued"
    told = f"median {statistics.median(crowd.clicks):.2f} s, a lone user's {statistics.median(lone.clicks):.2f} s"
    flat = slope <= noise
    findings = tuple(dict.fromkeys(crowd.wrong))[:20]
    return [
        Outcome(
            "browsers side by side", len(crowd.clicks), len(crowd.clicks) - len(crowd.wrong), took, findings, clicked
        ),
        _judged("a click's time", ratio <= SLOWER, took, f"{ratio:.1f} times: {told}"),
        _judged("the server's memory", flat, took, f"{slope:+.1f} MB a minute, noise {noise:.1f}"),
    ]


def slope_of(memory: list[tuple[float, float]]) -> tuple[float, float]:
    """MB a minute after the first minute (or third), and two standard errors of that.

    >>> slope_of([(10.0 * i, 100.0) for i in range(30)])
    (0.0, 0.0)
    """
    points: npt.NDArray[np.float64] = np.array(memory)
    late = points[points[:, 0] >= min(60.0, points[-1, 0] / 3)]
    minutes = late[:, 0] / 60 - late[:, 0].mean() / 60
    slope = float((minutes * late[:, 1]).sum() / max((minutes**2).sum(), 1e-12))
    rest = late[:, 1] - late[:, 1].mean() - slope * minutes
    error = float(np.sqrt((rest**2).sum() / max(1, len(late) - 2) / max((minutes**2).sum(), 1e-12)))
    return round(slope, 6), round(2 * error, 6)


def _judged(what: str, well: bool, seconds: float, note: str) -> Outcome:
    return Outcome(what, 1, int(well), seconds, () if well else (f"{what}: {note}",), note)


def _queue(world: Any) -> int:
    """Submit up to four jobs for what the study still lacks."""
    from analysis.jobs import submit
    from analysis.plan import missing, wanted
    from analysis.run import open_study

    pipeline = open_study(world.study, cache=world.cache)
    asks = missing(pipeline, wanted(pipeline))[:JOBS]
    for ask in asks:
        submit(pipeline, [ask])
    return len(asks)


async def _crowd(address: str, tally: Tally, many: int, length: float) -> None:
    from playwright.async_api import async_playwright

    from analysis.pdf import find_chrome
    from tests.e2e.dashboards import FLAGS

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chrome(), args=list(FLAGS))
        deadline = time.monotonic() + length
        sessions: list[Awaitable[None]] = [_session(browser, address, i, deadline, tally) for i in range(many)]
        await asyncio.gather(*sessions, _watch(address, deadline, tally))
        await browser.close()


async def _session(browser: Any, address: str, number: int, deadline: float, tally: Tally) -> None:
    dice, mine = random.Random(number), f"pet {number}"
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    page.set_default_timeout(120_000)
    page.on("pageerror", lambda error: tally.wrong.append(f"a script broke: {str(error)[:200]}"))
    page.on("request", lambda request: _asked(request.url, tally))
    try:
        await page.goto(f"{address}/map?pinned={mine.replace(' ', '%20')}")
        await page.wait_for_function(AT_REST)
        while time.monotonic() < deadline:
            links = page.locator('[data-testid="stSidebar"] a[href]')
            start = time.monotonic()
            await links.nth(dice.randrange(await links.count())).click()
            await page.wait_for_timeout(50)  # the click reaches the server
            await page.wait_for_function(AT_REST)
            tally.clicks.append(time.monotonic() - start)
            if await page.locator('[data-testid="stException"]').count():
                tally.wrong.append(f"an error at {page.url.partition('?')[0]}")
            if "/map" in page.url and mine not in await page.locator(".stMainBlockContainer").inner_text():
                tally.wrong.append(f"{mine} was pinned and is not shown")
            await page.wait_for_timeout(dice.randrange(200, 1500))
    except Exception as error:
        tally.wrong.append(f"{type(error).__name__}: {str(error).splitlines()[0][:200]}")
    finally:
        await context.close()


def _asked(url: str, tally: Tally) -> None:
    if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")):
        tally.wrong.append(f"a request went to {url[:80]}")


async def _watch(address: str, deadline: float, tally: Tally) -> None:
    began, process = time.monotonic(), _server_at(int(address.rpartition(":")[2]))
    while time.monotonic() < deadline:
        status = (Path("/proc") / str(process) / "status").read_text()
        held = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        tally.memory.append((time.monotonic() - began, int(held.split()[1]) / 1024))
        await asyncio.sleep(1)


def _server_at(port: int) -> int:
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"streamlit" in words and str(port).encode() in words:
            return int(line.parent.name)
    raise RuntimeError(f"no dashboard listens on {port}")
