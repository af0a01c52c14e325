"""One number against one score on the page: their correlation, the figure, and what is left without a family."""

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.figures.against import against_figure
from analysis.figures.palette import Theme, study_colors
from analysis.made import checkpoints_of
from analysis.number import CannotAnalyze
from analysis.pipeline import Pipeline
from analysis.registry import is_of_width
from analysis.report import file_name
from analysis.series.measured import families_of, number_title, score_title, together
from analysis.series.prediction import FEWEST, LEFT, Relation, relation
from ui import figure_panel, measured, ranking_view, words
from ui.findings import width_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

HOW = (
    "Bars: 95 % intervals of number and score. Interval of a correlation: the spaces drawn with repeats; p: the scores"
    " shuffled among the spaces. Both take spaces as independent; layers of one checkpoint, and checkpoints of one"
    " family, are not, so look at what is left without each family. A score that was read stands at its checkpoint's"
    " last layer; of several runs it is the mean, its bar from the least to the largest."
)


def draw(pipeline: Pipeline, numbers: pd.DataFrame, scores: pd.DataFrame, number: str, score: str) -> None:
    """Draw it; a click on a point opens the map of its space."""
    points = together(numbers, scores, number, score, pipeline.spaces())
    x, y = number_title(number), score_title(score)
    if not len(points):
        words.note(f"No space has both {x} and {y}.")
        return
    families = families_of(pipeline.spaces())
    try:
        groups = [families[name] for name in points["space"]]
        found = relation(points["x"], points["y"], groups, seed=pipeline.study.seed)
    except CannotAnalyze as error:
        words.lead(too_few(len(points)) if len(points) < FEWEST else str(error))
        _figure(pipeline, points, x, y, f"{x} and {y}: {words.counted(len(points), 'space')}")
        words.quiet(f"A click on a point opens its map. Bars: 95 % intervals. {widths_said(pipeline, number, points)}")
        return
    words.lead(f"{found.verdict(x, y)} {found.stands}")
    _figure(pipeline, points, x, y, f"{x} and {y}: {found.words}")
    words.quiet(f"Kendall's τ {found.kendall.words}. {_exactness(found)} {widths_said(pipeline, number, points)}")
    words.quiet(f"A click on a point opens its map. {HOW}")
    with st.expander("Without one family at a time"):
        words.quiet(f"A family is a series, else an architecture or model; {LEFT} spaces must be left.")
        st.dataframe(found.without, hide_index=True)


def spaces_with_both(numbers: pd.DataFrame, scores: pd.DataFrame) -> int:
    """The most spaces that have both a number and one of the scores."""
    most = scores[scores["space"].isin(numbers["space"])].groupby("axis")["space"].nunique().max()
    return 0 if pd.isna(most) else int(most)


def too_few(n: int) -> str:
    """What a correlation needs, what there is, and the way out."""
    return (
        f"Whether they go together needs {FEWEST} spaces; {n} {'has' if n == 1 else 'have'} both numbers here. Add"
        " checkpoints, or more layers of one, under Change."
    )


def widths_said(pipeline: Pipeline, number: str, points: pd.DataFrame) -> str:
    """Of a number that a space's dimensions bound, these, where they differ between the spaces; else empty."""
    analysis, name, _ = number.split("|", 2)
    named = {space.name: width_of(pipeline, space) for space in pipeline.spaces() if space.name in set(points["space"])}
    if not is_of_width(analysis, name) or len(set(named.values())) < 2:
        return ""
    each = words.listed([f"{space} {width}" for space, width in named.items()], 8)
    return f"{name.replace('_', ' ').capitalize()} cannot exceed a space's dimensions, and these differ: {each}."


def _exactness(found: Relation) -> str:
    perfect = " A perfect order has no interval: every draw with repeats is perfect too."
    exact = "p is of every order there is." if found.exact else "p is of 1,999 orders at random."
    return exact + (perfect if found.spearman.low is None else "")


def _figure(pipeline: Pipeline, points: pd.DataFrame, x: str, y: str, title: str) -> None:
    name, asks = file_name("against", x, y), measured.there(pipeline)
    colors = study_colors(checkpoints_of(pipeline.study))

    def on(paper: Theme) -> "go.Figure":
        return against_figure(points, colors, x=x, y=y, title=title, theme=paper)

    figure_panel.draw(pipeline, asks, on, key="figure.against", name=name, data=lambda: points, hear=ranking_view.hear)
