"""Series: the steps of a training, or the layers of a checkpoint, as one thing: numbers along it, and its maps."""

import streamlit as st

from analysis.series.series import series_of
from ui import samples_panel, series_curves, series_maps, state, words

QUESTION = "How does the space change from step to step, or from layer to layer, and does it collapse anywhere?"
NONE = (
    "There is no series here. Open a training folder (checkpoint-*/, or files such as step_100.safetensors), give"
    ' checkpoints the same `series` and each its `at`, or show several layers of one: layers = "all".'
)


def page() -> None:
    """Draw the page."""
    pipeline, dataset = samples_panel.on_page("Series", QUESTION)
    if dataset is None:
        return
    known = {series.title: series for series in series_of(pipeline.spaces())}
    if not known:
        words.note(NONE)
        return
    titles = list(known)
    if len(titles) > 1:
        st.selectbox("Series", titles, width=420, **state.bound("series", titles))
    series = known.get(state.view().series, known[titles[0]])
    places = f"{series.place(series.spaces[0])} to {series.place(series.spaces[-1])}"
    words.quiet(f"{series.name}: {words.counted(len(series.members), 'space')}, {places}.")
    series_curves.draw(pipeline, series)
    samples_panel.with_items(pipeline)
    series_maps.draw(pipeline, dataset, series)
