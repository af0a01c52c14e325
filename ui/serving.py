"""What the server does besides answering: it loads what the first page needs while the browser loads Streamlit."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streamlit import App


@asynccontextmanager
async def preloading(app: App) -> AsyncIterator[None]:
    """Start loading when the server starts; pages wait for nothing but what they need themselves."""
    threading.Thread(target=_preload, daemon=True).start()
    yield


def _preload() -> None:
    from models.errors import BadInput, Failed
    from ui import preload

    try:
        preload.first_page()
    except (BadInput, Failed):
        return  # the page says so
