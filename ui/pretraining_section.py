"""One `[[pretraining]]` on the page: its recipe, what became of each checkpoint, the button, and the curves."""

from typing import TYPE_CHECKING

import streamlit as st

from analysis.figures.palette import Theme, study_colors
from analysis.figures.training import training_figure
from analysis.laboratory import PretrainingSpec
from analysis.made import checkpoints_of, on_the_way
from analysis.pipeline import Pipeline
from analysis.recipe_cards import card_table
from analysis.report import file_name
from analysis.series.pretrained import (
    Run,
    cards_of,
    curves_of,
    finding,
    line_of,
    outcomes,
    panels_of,
    runs_of,
    said,
    smoothed,
)
from ui import figure_panel, live, panel, state, words, work

if TYPE_CHECKING:
    import plotly.graph_objects as go

TELLS = "Made, they are a series along λ: drawn, compared and scored like any other checkpoint."
HOW = (
    "One line a seed: the mean loss of each step and those before it, a fiftieth of all steps; the export has every"
    " one. The structure-inducing loss is not multiplied by λ."
)
OF_SEQUENCES = (
    "One line a seed: loss and share of the tokens of 128 records that were held out, each told from the right ones"
    " before it."
)
CLICK = "Losses: means of the last tenth of a run. A click on a row opens the map of its checkpoint."


def draw(pipeline: Pipeline, section: PretrainingSpec) -> None:
    """Draw it."""
    words.lead(section.name)
    runs = runs_of(pipeline, section)
    words.note(said(runs)) if all(run.result for run in runs) else words.quiet(said(runs))
    for sentence, names in _collapsed(runs).items():
        words.trouble(f"{words.listed(names)}: {sentence}")
    cards = card_table(cards_of(pipeline, runs), "recipe").drop(columns="recipe")
    st.dataframe(cards, hide_index=True, placeholder="–", height=38 + 35 * len(cards))
    panel.offer(pipeline, [run.ask for run in runs], TELLS, button="Train what is missing", place=section.name)
    at_work = any(job.active for job in work.jobs_of(pipeline)) and not all(run.result for run in runs)
    live.draw(_outcome, pipeline, section, every=3 if at_work else None, key=f"pretraining.{section.name}")


def _outcome(pipeline: Pipeline, section: PretrainingSpec) -> None:
    """What became of each, and the curves; drawn anew while a job is at work."""
    runs = runs_of(pipeline, section)
    _table(section, runs)
    _before_and_after(runs)
    curves = curves_of(runs)
    if curves.empty:
        return
    known = study_colors(checkpoints_of(pipeline.study))
    colors = {line_of(run.made): known[run.made.name] for run in reversed(runs)}  # each λ: that of its first seed
    table, title = smoothed(curves, section.steps), finding(section, curves)

    def on(paper: Theme) -> "go.Figure":
        return training_figure(table, colors, title=title, theme=paper, panels=panels_of(section))

    asks = [run.ask for run in runs if run.result is not None]
    key, name = f"figure.pretraining.{section.name}", file_name("pre-training", section.name)
    data, how = curves.drop(columns="space"), OF_SEQUENCES if section.sequences else HOW
    figure_panel.draw(pipeline, asks, on, key=key, name=name, data=lambda: data, says=lambda: words.quiet(how))


def _table(section: PretrainingSpec, runs: list[Run]) -> None:
    key = f"pretraining.table.{section.name}"

    def open_map() -> None:
        rows = state.rows_chosen(key)
        if rows and rows[0] < len(runs):
            state.change(space=runs[rows[0]].made.name)
            state.remember("landing", "map")

    found = outcomes(runs)
    st.dataframe(
        found,
        hide_index=True,
        placeholder="–",
        key=key,
        on_select=open_map,
        selection_mode="single-cell",
        column_config={"checkpoint": st.column_config.TextColumn(pinned=True)},
        height=min(460, 38 + 35 * len(found)),
    )
    words.quiet(CLICK)


def _before_and_after(runs: list[Run]) -> None:
    """The way to two maps: of the first training that is made, the first step that is kept and the end."""
    made = next((run.made for run in runs if run.result is not None and run.made.section.kept), None)
    if made is None:
        return
    step = made.section.kept[0]
    first = on_the_way(made, step).name
    begin = "Before training" if step == 0 else f"Step {step:,}"

    def turn() -> None:
        state.change(space=first, right_space=made.name)
        state.remember("landing", "side_by_side")

    st.button(f"{begin} and after it, side by side", key=f"before.{made.name}", on_click=turn)


def _collapsed(runs: list[Run]) -> dict[str, list[str]]:
    """The runs that collapsed, by the sentence that says so."""
    found: dict[str, list[str]] = {}
    for run in runs:
        if run.collapsed:
            found.setdefault(run.collapsed, []).append(run.made.name)
    return found
