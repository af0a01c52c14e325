"""Figures as PDF, by kaleido with whatever Chrome or Chromium is there, kept warm within a process."""

import os
import shutil
from pathlib import Path

from models.errors import BadInput

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
_warm = False


def find_chrome() -> str | None:
    """The path of a Chrome or Chromium: CHROME's, else the first that is installed."""
    given = os.environ.get("CHROME")
    if given and Path(given).is_file():
        return given
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or (str(MAC) if MAC.is_file() else None)


def figure_pdf(figure_json: str, *, width: int, height: int) -> bytes:
    """One figure, given as plotly JSON, as the bytes of a PDF of width × height pixels."""
    chrome = find_chrome()
    if chrome is None:
        raise BadInput(
            "a PDF needs Chrome or Chromium and none was found; install one (Debian: apt-get install chromium), or save"
            " the figure as SVG."
        )
    os.environ["BROWSER_PATH"] = chrome
    import kaleido
    import plotly.io as pio

    global _warm
    if not _warm:
        kaleido.start_sync_server(silence_warnings=True)
        _warm = True
    figure = pio.from_json(figure_json)
    pdf: bytes = kaleido.calc_fig_sync(figure, opts={"format": "pdf", "width": width, "height": height})
    return pdf
