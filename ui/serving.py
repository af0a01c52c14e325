"""What the server does besides Streamlit's answers: it hands out what `wire` holds, and loads the first page before it
answers at all.

A server that Streamlit starts from an `App` opens no browser by itself; this one does, unless it is headless, and the
browser starts while the server loads.
"""

import ctypes
import gc
import logging
import socket
import sys
import threading
import time
import webbrowser

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import config

from models.errors import BadInput, Failed
from ui import door, preload, wire

log = logging.getLogger("anchorage")
PATIENCE = 20.0  # seconds until the server must answer
TIDIED = 60.0  # seconds between two times that free memory is given back
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


async def bytes_of(request: Request) -> Response:
    """Bytes that a page of this dashboard was told the address of."""
    token, page = request.path_params["token"], request.path_params.get("page", "0")
    known = page.isascii() and page.isdigit() and len(page) < 10
    content = await run_in_threadpool(wire.content, token, int(page)) if known else None
    if content is None:
        return Response(status_code=404)
    return Response(content, media_type="application/octet-stream", headers=FOREVER)


async def code_of(request: Request) -> Response:
    """A JavaScript module of the map, or all of them by name."""
    name = request.path_params["name"]
    if name == "all.json":
        return JSONResponse({name: text.decode() for name, text in wire.code().items()}, headers=FOREVER)
    content = wire.code().get(name)
    if content is None:
        return Response(status_code=404)
    return Response(content, media_type="text/javascript", headers=FOREVER)


ROUTES = [
    Route("/wire/{token}", bytes_of),
    Route("/wire/{token}/{page}", bytes_of),
    Route("/code/{version}/{name}", code_of),
]


def refuse() -> None:
    """End at once, in a sentence, where the dashboard would be open to whoever can reach it."""
    try:
        door.check()
    except BadInput as error:
        raise SystemExit(f"error: {error}") from None


def ready() -> None:
    """Load the first page. Its port is open already, and whoever asks meanwhile waits for an answer."""
    if not config.get_option("server.headless"):
        threading.Thread(target=_open_browser, daemon=True).start()
    try:
        preload.first_page()
    except (BadInput, Failed):
        pass  # the page says so
    except Exception:
        log.exception("the first page could not be loaded ahead")
    gc.collect()
    gc.freeze()  # what is loaded by now stays: it is gone through no more when garbage is looked for
    threading.Thread(target=_tidy, daemon=True).start()


def _tidy() -> None:
    """Give freed memory back to the system, again and again: a script's thread fills an arena of its own of the C
    library, and what is left free in sixteen of them would pass for growth.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    while trim := getattr(library, "malloc_trim", None):
        time.sleep(TIDIED)
        trim(0)


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
