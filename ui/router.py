"""The frame around every page: the study above, the pages below it, jobs always one click away.

Expected trouble becomes one calm sentence in the page; the app stays up.
"""

import logging
from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from analysis.number import CannotAnalyze
from analysis.registry import analyses
from models.errors import BadInput, Failed
from ui import (
    auto_page,
    change_dialog,
    dialogs,
    door,
    links,
    open_dialog,
    opened,
    panel,
    sidebar,
    startup,
    state,
    style,
    view,
    words,
)
from ui.pages import (
    anchors,
    benefit,
    compare,
    fine_tuning,
    geometry_against_metric,
    graph,
    jobs,
    map,
    overview,
    pre_training,
    series,
    side_by_side,
    synthetic_tasks,
    weights,
    which_checkpoint,
)

Pages = dict[str, list[StreamlitPage]]
BROKEN = "This page could not be drawn"
log = logging.getLogger("anchorage")


def main() -> None:
    """Draw the page that is asked for."""
    st.set_page_config(page_title="Anchorage", layout="wide")
    style.apply()
    if not door.entered():
        return
    try:
        state.begin(opened.first_session)
    except (BadInput, Failed) as error:
        words.trouble(str(error))
        return
    pages = pages_of()
    chosen = st.navigation([page for group in pages.values() for page in group], position="hidden")
    known = {page.url_path: page for group in pages.values() for page in group}
    if state.session().awaited:
        words.quiet("Looking for the file that was uploaded in this tab.")
        with st.sidebar:
            links.follow({})
        return
    if state.went_back():
        opened.revisit()
    address()
    if landing := state.take("landing"):
        st.switch_page(known.get(landing, pages["Look"][0]))
    complaint = state.complaint()
    if complaint:
        words.trouble(complaint)
    chosen.run()  # before the sidebar, so that its numbers stand first
    with st.sidebar:
        sidebar.draw(pages)
        links.follow(known)
    dialogs.draw({"open": open_dialog.DIALOG, "change": change_dialog.DIALOG})
    if complaint == state.complaint():
        state.complain("")


def address() -> None:
    """Put study and view into the page's address, so that a reload and a copied address lead back here."""
    session = state.session()
    study = opened.address_of(session.study, session.base, startup.options().cache)
    wanted = {"study": study} | view.in_address(session.view)
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def pages_of() -> Pages:
    """Every page, by the group it stands in."""

    def page(run: Callable[[], None], title: str, path: str, *, default: bool = False) -> StreamlitPage:
        return st.Page(partial(guarded, run), title=title, url_path=path, default=default)

    return {
        "Look": [
            page(overview.page, "Overview", "overview", default=True),
            page(map.page, "Map", "map"),
        ],
        "Compare": [
            page(side_by_side.page, "Side by side", "side_by_side"),
            page(compare.page, "Compare", "compare"),
            page(series.page, "Series", "series"),
        ],
        "Explain": [
            *(
                page(partial(auto_page.page, analysis.name), analysis.title, analysis.name)
                for analysis in analyses().values()
            ),
            page(graph.page, "Graph", "graph"),
            page(anchors.page, "Anchors", "anchors"),
            page(weights.page, "Weights", "weights"),
        ],
        "Decide": [
            page(which_checkpoint.page, "Which checkpoint?", "which_checkpoint"),
            page(fine_tuning.page, "Fine-tuning", "fine_tuning"),
            page(geometry_against_metric.page, "Geometry against metric", "geometry_against_metric"),
        ],
        "Work": [
            page(jobs.page, "Jobs", "jobs"),
            page(pre_training.page, "Pre-training", "pre_training"),
            page(synthetic_tasks.page, "Synthetic tasks", "synthetic_tasks"),
            page(benefit.page, "Benefit", "benefit"),
        ],
    }


def guarded(run: Callable[[], None]) -> None:
    """Run a page; what is the user's to mend is said in a sentence."""
    panel.begin_page()
    try:
        run()
    except (BadInput, Failed, CannotAnalyze) as error:
        words.trouble(str(error))
    except Exception as error:
        log.exception("a page could not be drawn")
        words.trouble(f"{BROKEN} ({type(error).__name__}: {error}). The other pages work, and nothing is lost.")
