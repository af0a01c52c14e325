"""How long until the Overview's numbers stand in the page, against an empty Streamlit app, interleaved.

Each round starts both servers afresh in turn, with an empty cache, and opens the page in a new headless browser as soon
as the server answers. Paint of ours = the text of the first calibrated number is visible; paint of the empty app = its
one line of text is visible. Beside it stands the time from the server's launch, for what a server loads before it
answers its user waits for as well.
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from playwright.sync_api import Browser, Playwright, sync_playwright

from analysis.pdf import find_chrome

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Looked at in every frame: a locator looks again after 0.1 s, then 0.5 s, which is more than what is measured here.
SEEN = "(text) => document.body && document.body.innerText.includes(text)"
EMPTY = "import streamlit as st\nst.write('empty app')\n"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def served(app: Path, cache: str, *arguments: str) -> Iterator[tuple[str, int]]:
    """A Streamlit server on a free port, waiting until it listens: its address and the number of its process."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
    command += ["--", *arguments]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"ANCHORAGE_CACHE": cache},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urlopen(f"{url}/_stcore/health", timeout=10):
            break
        time.sleep(0.01)
    try:
        yield url, server.pid
    finally:
        server.terminate()
        server.wait()


def paint(browser: Browser, app: Path, cache: str, text: str) -> tuple[float, float]:
    """Seconds until a text stands in the page: from asking a server that answers, and from its launch."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    launched = time.perf_counter()
    with served(app, cache) as (url, _):
        asked = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_function(SEEN, arg=text, polling="raf", timeout=120_000)
        seen = time.perf_counter()
    return seen - asked, seen - launched


def main(rounds: int = 7) -> list[tuple[str, float, float]]:
    """Measure; for each start of the clock its name and both medians."""
    empty, ours = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        blank = Path(folder) / "empty.py"
        blank.write_text(EMPTY)
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as cache, opened(playwright) as browser:
                empty.append(paint(browser, blank, cache, "empty app"))
            with tempfile.TemporaryDirectory() as cache, opened(playwright) as browser:
                ours.append(paint(browser, ROOT / "app.py", cache, "knn accuracy"))
    clocks = ("from asking a server that answers", "from the server's launch")
    return [
        (name, median(their), median(our))
        for name, their, our in zip(clocks, zip(*empty, strict=True), zip(*ours, strict=True), strict=True)
    ]


@contextlib.contextmanager
def opened(playwright: Playwright) -> Iterator[Browser]:
    """A new browser, with nothing in its caches."""
    browser = playwright.chromium.launch(executable_path=find_chrome(), headless=True, args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()


if __name__ == "__main__":
    print("| first paint, fresh server, empty cache | empty Streamlit app, s | the Overview, s | ratio | at most |")
    print("| --- | --- | --- | --- | --- |")
    for (name, empty, ours), most in zip(main(*map(int, sys.argv[1:])), ("1.3", "–"), strict=True):
        print(f"| {name} | {empty:.2f} | {ours:.2f} | {ours / empty:.2f} | {most} |")
