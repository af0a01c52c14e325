"""A part of a page that is drawn anew by itself while a job is at work.

The browser asks for it (`live.js`), and only while the page is at rest. Streamlit's own `run_every` asks at any time:
where it asks while a script of the same tab ends, the server drops the last messages of that script, and the page says
for ever that it is running.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


def draw(inside: Callable[..., None], *args: object, every: float | None, key: str) -> None:
    """Draw `inside(*args)`, and again `every` so many seconds; None: not by itself. `key` is its own on a page."""
    st.fragment(_whole)(inside, args, every, key)


def _whole(inside: Callable[..., None], args: tuple[object, ...], every: float | None, key: str) -> None:
    inside(*args)
    if every is not None:
        _component()(key=f"live.{key}", data={"every": every}, on_tick_change=lambda: None)


@cache
def _component() -> Any:
    code = Path(__file__).with_name("live.js").read_text(encoding="utf-8")
    return st.components.v2.component("anchorage_live", js=code, isolate_styles=False)
