"""A dashboard as a process on a free port, and a browser on it that reaches this machine alone."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
STARTS = 90.0  # seconds a server may take to answer
ANSWERS = 75_000  # milliseconds a page may take


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """The address of a dashboard started with these arguments."""
    with running(ROOT / "app.py", {"headless": "true"}, *arguments) as address:
        yield address


@contextmanager
def running(app: Path, options: Mapping[str, str], *arguments: str) -> Iterator[str]:
    """The address of an app of Streamlit on a free port, with these options of its server."""
    address, server = started(app, options, *arguments)
    try:
        wait_for_answer(f"{address}/_stcore/health", server)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:  # it waits for the scripts of its sessions, which nobody looks at any more
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def started(app: Path, options: Mapping[str, str], *arguments: str) -> tuple[str, "subprocess.Popen[bytes]"]:
    """The address and the process of such an app, which need not answer yet and is the caller's to end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
    command += [part for name, value in options.items() for part in (f"--server.{name}", value)]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    server = subprocess.Popen(
        [*command, "--", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return f"http://127.0.0.1:{port}", server


def wait_for_answer(address: str, server: "subprocess.Popen[bytes]", patience: float = STARTS) -> None:
    """Wait until a server answers; it may neither die nor dawdle."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            assert server.poll() is None, f"the server ended with status {server.returncode}"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)


@contextmanager
def browsing(chrome: str) -> Iterator[Any]:
    """A headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome, headless=True, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def looking(
    browser: Any, *, width: int = 1440, height: int = 900, scheme: str = "light"
) -> Iterator[tuple[Any, "Strangers"]]:
    """A page of its own, and what it asked of other hosts or broke."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    context.set_default_timeout(ANSWERS)
    page = context.new_page()
    strangers = Strangers(page)
    yield page, strangers
    context.close()


class Strangers:
    """Requests to other hosts, and errors of the page's scripts."""

    def __init__(self, page: Any) -> None:
        self.hosts: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _asked(self, url: str) -> None:
        local = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "about:")
        if not url.startswith(local):
            self.hosts.append(url)

    def check(self) -> None:
        """Fail where the page went elsewhere or broke."""
        assert self.hosts == [], f"requests left this machine: {self.hosts[:5]}"
        assert self.errors == [], f"scripts of the page broke: {self.errors[:5]}"


def settle(page: Any) -> None:
    """Wait until no script runs and every figure is drawn."""
    page.wait_for_selector(".stMainBlockContainer .stHtml")
    page.wait_for_function(
        """() => document.querySelector('.stApp').dataset.testScriptState === 'notRunning'
              && !document.querySelector('[data-stale="true"]')
              && [...document.querySelectorAll('.an-plot, .an-map-stage')]
                    .every((one) => one.dataset.drawn !== undefined)"""
    )


def points_of(page: Any, count: int, which: int = 0) -> Sequence[dict[str, Any]]:
    """Where the first points of a map are on the screen, with their ids."""
    places: Sequence[dict[str, Any]] = page.evaluate(
        """async ([count, which]) => {
            const { map } = document.querySelectorAll('.an-map')[which];
            const corner = map.stage.getBoundingClientRect();
            const { address, size } = map.given.cards;
            const found = [];
            for (let first = 0; first < Math.min(count, map.given.n); first += size) {
                const cards = await (await fetch(new URL(`${address}/${first / size}`, document.baseURI))).json();
                cards.forEach(({ id }, i) => {
                    const [x, y] = map.pixelOf(first + i);
                    found.push({ id, x: corner.x + x, y: corner.y + y });
                });
            }
            return found.slice(0, count);
        }""",
        [count, which],
    )
    return places
