"""What the browser alone knows: clicks on links in our own HTML, and a change between light and dark."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import StreamlitPage


def follow(pages: Mapping[str, StreamlitPage]) -> None:
    """Go to the page whose name stands in the `data-page` of a link that was clicked, within the session."""
    said = _component()(key="links", on_page_change=lambda: None, on_scheme_change=lambda: None)
    if said.page in pages:
        st.switch_page(pages[said.page])


@cache
def _component() -> Any:
    code = Path(__file__).with_name("links.js").read_text(encoding="utf-8")
    return st.components.v2.component("anchorage_links", js=code, isolate_styles=False)
