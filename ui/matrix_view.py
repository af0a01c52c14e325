"""The matrix of a comparison on the page: a click on a cell opens the pair."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from analysis.ask import Ask
from analysis.figures.matrix import matrix_figure
from analysis.figures.theme import dressed
from analysis.pipeline import Pipeline
from analysis.registry import comparisons
from analysis.report import file_name
from analysis.series.matrix import Matrix
from ui import figure_panel, plot, state, words

HOW = (
    "Interval, 95 %: of neighbours, what each sample contributes resampled, stretched for shared neighbours; of the"
    " others, random halves of the samples. Chance: the samples of one space shuffled, so that nothing links the two."
    " Almost any two encoders of the same samples are beyond it, so weigh a cell against those of a random-weights"
    " twin and of TF-IDF. Grey cells are within chance, widened for the number of cells (Bonferroni)."
)


def draw(pipeline: Pipeline, asks: Sequence[Ask], found: Matrix) -> None:
    """Draw it, and under it how to read it."""
    figure_panel.draw(
        pipeline,
        asks,
        lambda paper: dressed(matrix_figure(found), paper),
        key="figure.compare",
        name=file_name("comparison", found.number),
        data=found.table,
        hear=partial(_hear, found),
        says=partial(words.quiet, "A click on a cell shows the two maps side by side."),
    )
    words.quiet(f"{comparisons()[found.number.partition('@')[0]].describe} {HOW}")
    with st.expander("pairs"):
        st.dataframe(found.table(), hide_index=True)


def _hear(found: Matrix, event: plot.Event) -> None:
    """Open the pair of a cell."""
    if event.kind == "pin" and event.ids:
        cells = {f"{i} {j}": (a, b) for i, a in enumerate(found.names) for j, b in enumerate(found.names) if i != j}
        if event.ids[0] in cells:
            a, b = cells[event.ids[0]]
            state.change(space=a, right_space=b)
            state.remember("landing", "side_by_side")
