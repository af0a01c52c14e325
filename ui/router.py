"""The frame around every page: the study above, the pages below it, jobs always one click away.

Expected trouble becomes one calm sentence in the page; the app stays up.
"""

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from analysis.number import CannotAnalyze
from analysis.registry import analyses
from models.errors import BadInput, Failed
from ui import auto_page, links, opened, sidebar, startup, state, style, words
from ui.pages import jobs, map, overview, side_by_side

Pages = dict[str, list[StreamlitPage]]


def main() -> None:
    """Draw the page that is asked for."""
    st.set_page_config(page_title="Anchorage", layout="wide")
    style.apply()
    try:
        session = state.begin(opened.first_session)
    except (BadInput, Failed) as error:
        words.trouble(str(error))
        return
    pages = pages_of()
    chosen = st.navigation([page for group in pages.values() for page in group], position="hidden")
    address = opened.address_of(session.study, session.base, startup.options().cache)
    if st.query_params.get("study") != address:
        st.query_params["study"] = address
    complaint = state.complaint()
    if complaint:
        words.trouble(complaint)
    chosen.run()  # before the sidebar, so that its numbers stand first
    with st.sidebar:
        sidebar.draw(pages)
        links.follow({page.url_path: page for group in pages.values() for page in group})


def pages_of() -> Pages:
    """Every page, by the group it stands in."""

    def page(run: Callable[[], None], title: str, path: str, *, default: bool = False) -> StreamlitPage:
        return st.Page(partial(guarded, run), title=title, url_path=path, default=default)

    return {
        "Look": [
            page(overview.page, "Overview", "overview", default=True),
            page(map.page, "Map", "map"),
            page(side_by_side.page, "Side by side", "side_by_side"),
        ],
        "Explain": [
            page(partial(auto_page.page, analysis.name), analysis.title, analysis.name)
            for analysis in analyses().values()
        ],
        "Work": [page(jobs.page, "Jobs", "jobs")],
    }


def guarded(run: Callable[[], None]) -> None:
    """Run a page; what is the user's to mend is said in a sentence."""
    try:
        run()
    except (BadInput, Failed, CannotAnalyze) as error:
        words.trouble(str(error))
