"""What the server does besides answering: it loads what the first page needs while the browser loads Streamlit.

A server that Streamlit starts from an `App` opens no browser by itself; this one does, unless it is headless.
"""

import socket
import threading
import time
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streamlit import App, config

from models.errors import BadInput, Failed

PATIENCE = 20.0  # seconds until the server must answer


@asynccontextmanager
async def preloading(app: App) -> AsyncIterator[None]:
    """Start loading when the server starts; pages wait for nothing but what they need themselves."""
    threading.Thread(target=_preload, daemon=True).start()
    if not config.get_option("server.headless"):
        threading.Thread(target=_open_browser, daemon=True).start()
    yield


def _preload() -> None:
    from ui import preload

    try:
        preload.first_page()
    except (BadInput, Failed):
        return  # the page says so


def _open_browser() -> None:
    place = (config.get_option("browser.serverAddress"), config.get_option("server.port"))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection(place, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            webbrowser.open("http://{}:{}".format(*place))
            return
