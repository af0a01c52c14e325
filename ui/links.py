"""What the browser alone knows: clicks on links in our own HTML, a change between light and dark, a tab's secret."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui import opened, state

KEY = "links"


def follow(pages: Mapping[str, StreamlitPage]) -> None:
    """Go to the page whose name stands in the `data-page` of a link that was clicked, within the session.

    The tab keeps the session's secret, so that after a reload the new session finds the uploads of the one before.
    """
    session = state.session()
    said = _component()(
        key=KEY,
        data={"own": session.own, "awaited": bool(session.awaited)},
        on_page_change=lambda: None,
        on_scheme_change=lambda: None,
        on_own_change=_recognize,
    )
    if said.page in pages:
        st.switch_page(pages[said.page])


def _recognize() -> None:
    secret = state.event_of(KEY, "own")
    if isinstance(secret, str):
        opened.recognize(secret)


@cache
def _component() -> Any:
    code = Path(__file__).with_name("links.js").read_text(encoding="utf-8")
    return st.components.v2.component("anchorage_links", js=code, isolate_styles=False)
