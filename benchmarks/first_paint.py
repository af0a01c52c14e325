"""How long until the Overview's numbers stand in the page, against an empty Streamlit app, interleaved.

Each round starts both servers afresh in turn and opens the page in a new headless browser. Paint of ours = the text
of the first calibrated number is visible; paint of the empty app = its one line of text is visible.
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

from playwright.sync_api import sync_playwright

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
def served(app: Path, cache: str) -> Iterator[str]:
    """A Streamlit server on a free port, waiting until it listens."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"ANCHORAGE_CACHE": cache},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def paint(url: str, text: str) -> float:
    """Seconds from asking for the page until a text stands in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chrome(), headless=True, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_function(SEEN, arg=text, polling="raf", timeout=120_000)
        seconds = time.perf_counter() - start
        browser.close()
    return seconds


def main(rounds: int = 5) -> dict[str, float]:
    """Measure; medians and their ratio."""
    empty, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        blank = Path(folder) / "empty.py"
        blank.write_text(EMPTY)
        for _ in range(rounds):
            with served(blank, folder) as url:
                empty.append(paint(url, "empty app"))
            with tempfile.TemporaryDirectory() as cache, served(ROOT / "app.py", cache) as url:
                ours.append(paint(url, "knn accuracy"))
    return {"empty": median(empty), "ours": median(ours), "ratio": median(ours) / median(empty)}


if __name__ == "__main__":
    found = main(*map(int, sys.argv[1:]))
    print("| first paint | empty Streamlit app, s | the Overview's numbers, s | ratio | at most |")
    print("| --- | --- | --- | --- | --- |")
    print(f"| fresh server, empty cache | {found['empty']:.2f} | {found['ours']:.2f} | {found['ratio']:.2f} | 1.3 |")
