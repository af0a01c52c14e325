"""Twenty browsers that click through every page for ten minutes, while four jobs are queued.

Each has its own session and has been on every page once when the ten minutes begin. Every second one has uploaded a
table of its own and opened it; the others pin another sample and select another number of samples. No page of one may
show anything of another's. Measured: what broke (an error of a page's scripts or of Streamlit, a request elsewhere, a
crossing), the time from a click to a page at rest against that of a lone user of the same pace in the same run, how
much of a core the server took for it, and the server's memory: its slope per minute after the first one. The browsers
are on the same machine and take its processor for a third of a second a click: twenty that look at a page for less than
some seconds wait for each other, not for the server.
"""

import asyncio
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from benchmarks.survival.outcome import Outcome

SHORT, LONG = (2, 20.0, 10.0), (20, 600.0, 300.0)  # browsers, seconds of theirs, seconds of the lone one
JOBS = 4
LOOKS, HASTY = 10.0, 0.85  # seconds that a page is looked at, in the mean: in the long form, and in the short one
SLOWER = 2.0  # times the lone user's median
PATIENCE = 300_000  # milliseconds a page may take
STRETCHES = 9  # of the server's memory over time, of which a line is drawn through the means
POLLED = 50  # milliseconds between two looks whether it is at rest: one at every frame would cost a browser its core
LINKS = '[data-testid="stSidebar"] a[href]'
AT_REST = """(there) => (!there || location.pathname === there)
    && document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale="true"]') && document.querySelector('[data-testid="stSidebar"] a[href]')"""
OTHERS = """() => [...document.querySelectorAll('[data-testid="stSidebar"] a[href]')]
    .map((link, i) => [i, link.innerText, new URL(link.href).pathname])
    .filter(([, , path]) => path !== location.pathname)"""


@dataclass
class Tally:
    """What the browsers met."""

    clicks: list[float] = field(default_factory=list)  # of those that look at the study that all share
    others: list[float] = field(default_factory=list)  # of those that look at a table of their own
    wrong: list[str] = field(default_factory=list)
    queued: int = 0  # jobs, when they began
    memory: list[tuple[float, float]] = field(default_factory=list)  # seconds, MB
    busy: list[tuple[float, float]] = field(default_factory=list)  # seconds, those of a core that the server took


def rows(
    *, short: bool = False, minutes: float = float("inf"), browsers: int = LONG[0], looks: float = LOOKS
) -> list[Outcome]:
    """A line for what broke, for the time of a click and for memory."""
    from tests import pets
    from tests.e2e.dashboards import serving

    many, length, alone = SHORT if short else (browsers, *LONG[1:])
    looks = HASTY if short else looks
    length, alone = min(length, 60 * minutes), min(alone, 60 * minutes)
    with tempfile.TemporaryDirectory() as name:
        world = pets.compute(Path(name))
        with serving("--study", str(world.study), "--cache", str(world.cache)) as address:
            lone, crowd = Tally(), Tally()
            asyncio.run(_crowd(address, lone, 1, alone, looks))
            began = time.monotonic()
            asyncio.run(_crowd(address, crowd, many, length, looks, lambda: _queue(world)))
            took = time.monotonic() - began
    return judged(
        lone,
        crowd,
        took,
        f"{many} browsers for {length / 60:.3g} minutes, a page looked at for {looks:g} s, {crowd.queued} jobs queued",
    )


def judged(lone: Tally, crowd: Tally, took: float, how: str) -> list[Outcome]:
    """The lines of what a lone user and a crowd met."""
    tried, findings = len(crowd.clicks) + len(crowd.others), tuple(dict.fromkeys(crowd.wrong + lone.wrong))[:20]
    lines = [Outcome("browsers side by side", tried, max(0, tried - len(crowd.wrong)), took, findings, how)]
    if lone.clicks and crowd.clicks:
        theirs, its = statistics.median(crowd.clicks), statistics.median(lone.clicks)
        told = f"{theirs / its:.1f} times: median {theirs:.2f} s of {len(crowd.clicks):,} clicks, a lone user's"
        told += f" {its:.2f} s of {len(lone.clicks)}{_share_of(crowd)}"
        lines.append(_line("a click's time", theirs <= SLOWER * its, took, told))
    if len(crowd.memory) > 2:
        slope, noise = slope_of(crowd.memory)
        late = [pair for pair in crowd.memory if pair[0] >= crowd.memory[-1][0] / 2]
        said = f"{slope:+.1f} MB a minute after the first, noise {noise:.1f}; {slope_of(late)[0]:+.1f} in the last half"
        said += f"; {crowd.memory[-1][1]:,.0f} MB at the end"
        lines.append(_line("the server's memory", slope <= noise, took, said))
    return lines


def _share_of(crowd: Tally) -> str:
    if len(crowd.busy) < 2:
        return ""
    (began, before), (ended, after) = crowd.busy[0], crowd.busy[-1]
    return f"; the server had {(after - before) / (ended - began):.2f} of {os.cpu_count()} cores"


def slope_of(memory: list[tuple[float, float]]) -> tuple[float, float]:
    """MB a minute after the first minute (or third), and how far from none chance would take it: half the 95 % interval
    of the line through the means of nine stretches, for what is read every second hangs together.

    >>> slope_of([(10.0 * i, 100.0) for i in range(30)])
    (0.0, 0.0)
    """
    points: npt.NDArray[np.float64] = np.array(memory)
    late = points[points[:, 0] - points[0, 0] >= min(60.0, (points[-1, 0] - points[0, 0]) / 3)]
    minutes, held = np.array([part.mean(axis=0) for part in np.array_split(late, STRETCHES) if len(part)]).T
    minutes = (minutes - minutes.mean()) / 60
    spread = max(float((minutes**2).sum()), 1e-12)
    slope = float((minutes * held).sum() / spread)
    rest, free = held - held.mean() - slope * minutes, len(held) - 2
    error = float(np.sqrt((rest**2).sum() / free / spread)) if free > 0 else float("inf")
    return round(slope, 6), round(float(stdtrit(max(1, free), 0.975)) * error, 6)


def _line(what: str, well: bool, seconds: float, note: str) -> Outcome:
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


async def _crowd(
    address: str, tally: Tally, many: int, length: float, looks: float, queue: Callable[[], int] = lambda: 0
) -> None:
    from playwright.async_api import async_playwright

    from analysis.pdf import find_chrome
    from tests.e2e.dashboards import FLAGS

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chrome(), args=[*FLAGS, "--disable-gpu-compositing"]
        )
        entered, begun = [asyncio.Event() for _ in range(many)], asyncio.Event()
        sessions: list[Awaitable[None]] = [
            _session(browser, address, i, (entered[i], begun), (length, looks), tally) for i in range(many)
        ]
        await asyncio.gather(*sessions, _watch(address, entered, begun, length, tally, queue))
        await browser.close()


async def _session(
    browser: Any,
    address: str,
    number: int,
    gate: tuple[asyncio.Event, asyncio.Event],
    lasts: tuple[float, float],
    tally: Tally,
) -> None:
    """Come in, see every page once, wait until all have, and click: so many seconds, so many apart in the mean."""
    (length, looks), dice, own = lasts, random.Random(number), number % 2 == 1
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    page.on("pageerror", lambda error: tally.wrong.append(f"a script broke: {str(error)[:200]}"))
    page.on("request", lambda request: _asked(request.url, tally))
    doing = "coming in"
    try:
        await (_upload(page, address, number) if own else _select(page, address, number))
        for link in await page.evaluate(OTHERS):
            doing = f"going to {link[1]!r} for the first time"
            await _go(page, link)
        gate[0].set()
        await gate[1].wait()
        deadline = time.monotonic() + length
        while time.monotonic() < deadline:
            link = dice.choice(await page.evaluate(OTHERS))
            doing = f"going to {link[1]!r}"
            start = time.monotonic()
            await _go(page, link)
            (tally.others if own else tally.clicks).append(time.monotonic() - start)
            tally.wrong += [f"{said} (session {number}, {doing})" for said in await _seen(page, number, own)]
            await page.wait_for_timeout(1000 * looks * dice.uniform(0.25, 1.75))
    except Exception as error:
        tally.wrong.append(f"session {number}, {doing}: {type(error).__name__}: {str(error).splitlines()[0][:200]}")
    finally:
        gate[0].set()
        await context.close()


async def _go(page: Any, link: tuple[int, str, str]) -> None:
    """Click a link beside the page, and wait until its page is there: an address is a page's once it is answered."""
    which, _, path = link
    await page.locator(LINKS).nth(which).click()
    await page.wait_for_function(AT_REST, arg=path, polling=POLLED)


async def _select(page: Any, address: str, number: int) -> None:
    """On the map of the study that all share, pin a sample and select some: which, and how many, is one's own."""
    some = "|".join(map(str, range(number + 1)))
    await page.goto(f"{address}/map?pinned=pet%20{number}&regex=True&filter=Number%20({some})%20")
    await page.wait_for_function(AT_REST)
    await page.get_by_role("button", name="Select them").click()
    await page.get_by_text(f"{number + 1} of 60 selected").first.wait_for()
    await page.wait_for_function(AT_REST)


async def _upload(page: Any, address: str, number: int) -> None:
    """Upload a table that nobody else has, and open it."""
    lines = [f"{secret_of(number)} {i},{i % 7},{(i * i) % 11}" for i in range(40)]
    content = "\n".join(["id,a,b", *lines]).encode()
    await page.goto(address)
    await page.wait_for_function(AT_REST)
    await page.get_by_role("button", name="Open", exact=True).click()
    await page.locator('[data-testid="stFileUploader"] input').set_input_files(
        {"name": f"{secret_of(number)}.csv", "mimeType": "text/csv", "buffer": content}
    )
    await page.get_by_role("button", name="Open the study").click()
    await page.locator('[data-testid="stSidebar"]').get_by_text(secret_of(number)).first.wait_for()
    await page.wait_for_function(AT_REST)


def secret_of(number: int) -> str:
    """A word that stands in the uploads of one session alone."""
    return f"secret{number}of"


async def _seen(page: Any, number: int, own: bool) -> list[str]:
    """What is wrong with a page: an error, what is another's, or one's own that is not there."""
    broken = page.locator('[data-testid="stException"], .an-note.bad')
    found = [f"it says {said[:200]!r}" for said in await broken.all_inner_texts()]
    words = await page.locator("body").inner_text()
    secrets = set(re.findall(r"secret\d+of", words))
    mine = {secret_of(number)} if own else set()
    found += [f"{', '.join(sorted(secrets - mine))} is another's"] * bool(secrets - mine)
    found += ["its own study is gone"] * (own and not secrets)
    if not own and "/map" in page.url:
        for mark in (f"pet {number}", f"{number + 1} of 60 selected"):
            found += [f"{mark!r} is not shown"] * (mark not in words)
    return found


def _asked(url: str, tally: Tally) -> None:
    if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")):
        tally.wrong.append(f"a request went to {url[:80]}")


async def _watch(
    address: str,
    entered: list[asyncio.Event],
    begun: asyncio.Event,
    length: float,
    tally: Tally,
    queue: Callable[[], int],
) -> None:
    """Let all begin when the last has come in, queue the jobs, and read the server's memory every second."""
    for one in entered:
        await one.wait()
    begun.set()
    tally.queued = await asyncio.to_thread(queue)
    began, process = time.monotonic(), _server_at(int(address.rpartition(":")[2]))
    while time.monotonic() < began + length:
        status = (Path("/proc") / str(process) / "status").read_text()
        held = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        tally.memory.append((time.monotonic() - began, int(held.split()[1]) / 1024))
        told = (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()
        ticks = int(told[11]) + int(told[12])  # in the program and in the kernel for it
        tally.busy.append((time.monotonic() - began, ticks / os.sysconf("SC_CLK_TCK")))
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
