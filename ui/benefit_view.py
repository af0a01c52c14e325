"""The matrix of benefits on the page: two regimes, a cell's runs, and the spaces that they induce."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from analysis.benefit_asks import ASK, REGIMES, curves_of
from analysis.figures.benefit import benefit_figure
from analysis.figures.palette import Theme, checkpoint_colors
from analysis.figures.theme import dressed
from analysis.figures.training import training_figure
from analysis.figures.words import plain
from analysis.pipeline import Pipeline
from analysis.report import file_name
from analysis.reproductions import synthetic_words
from analysis.reproductions.benefit import DEVIATIONS, POINTS
from analysis.reproductions.induced import induced, told
from analysis.reproductions.synthetic import NATURAL, Plan, Run
from analysis.reproductions.synthetic_tables import PUBLISHED, speed
from ui import figure_panel, plot, state, words

if TYPE_CHECKING:
    import plotly.graph_objects as go

METRICS = {
    "token_accuracy": "token accuracy",
    "token_f1": "token F1",
    "exact_match": "exact match",
    "rouge_l": "ROUGE-L",
}
HOW = (
    "b = (score − random) / (natural − random), mean over seeds; 95 % interval by resampling the seeds of all three:"
    " it tells the luck of fine-tuning, each way being pre-trained once."
    f" Grey: natural − random is below {100 * POINTS:.0f} points or {DEVIATIONS:.0f} standard deviations over seeds;"
    " such a cell is never averaged. Statistics: tensors drawn from the mean and SD of Set's. A click on a cell shows"
    " its runs below. Step, metric and rate are fixed beforehand, the rate as it suits random weights."
)
PAPER = (
    "Published, mean over six other tasks, T5-small, 50,000 to 400,000 steps of fine-tuning (here 0.3 million weights"
    " and hundreds of steps):"
)
SPACES = (
    "The mean state of the encoder over the tokens of each test input, before and after fine-tuning. Effective rank and"
    " participation ratio: directions used of 64; TwoNN: dimensions filled; CKA: debiased, with natural of that seed."
)


Induced = Callable[[str, list[Run]], pd.DataFrame]  # the spaces that runs of a way induced


def draw(pipeline: Pipeline, table: pd.DataFrame, cells: pd.DataFrame, spaces: Induced) -> None:
    """Draw matrices, speed, and the cell that is looked at."""
    metric = st.segmented_control(
        "Score", list(METRICS), format_func=METRICS.__getitem__, default="token_accuracy", key="benefit.metric",
        required=True,
    )  # fmt: skip
    shown = cells[cells["metric"] == metric]
    there = [regime for regime in REGIMES if (shown["regime"] == regime).any()]
    for column, regime in zip(st.columns(len(there), gap="large"), there, strict=True):
        part = shown[shown["regime"] == regime]
        named = partial(benefit_figure, part, called=METRICS[metric], regime=REGIMES[regime])
        with column:
            _figure(pipeline, named, f"benefit {regime}", part, hear=partial(_hear, regime))
    words.quiet(HOW)
    words.quiet(f"{PAPER} {words.listed([f'{way} {share:.2f}' for way, share in PUBLISHED.items()])}.")
    with st.expander("The ways and the tasks in words"):
        for said in (synthetic_words.ways(_named(table, "way")), synthetic_words.tasks(_named(table, "task"))):
            st.dataframe(said, hide_index=True, height=38 + 35 * len(said))
    _cell(pipeline, table, spaces)
    with st.expander("Speed: area under the learning curve, steps to where random weights end"):
        for regime in there:
            words.quiet(REGIMES[regime].capitalize())
            st.dataframe(speed(table, regime), hide_index=True)
    with st.expander("Every cell"):
        st.dataframe(shown.rename(columns=METRICS), hide_index=True, placeholder="–")


def _hear(regime: str, event: plot.Event) -> None:
    if event.kind == "pin" and event.ids:
        way, _, task = event.ids[0].partition("|")
        state.change(way=way, exercise=task, regime=regime)


def _named(table: pd.DataFrame, column: str) -> list[str]:
    return list(dict.fromkeys(table[column]))


def _cell(pipeline: Pipeline, table: pd.DataFrame, spaces: Induced) -> None:
    """The runs of one way on one task, beside random weights and natural pre-training."""
    view, ways, tasks = state.view(), _named(table, "way"), _named(table, "task")
    regimes = [regime for regime in REGIMES if (table["regime"] == regime).any()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        usual = "set" if "set" in ways else ways[0]
        st.selectbox("Way to begin", ways, width=220, **state.bound("way", ways, now=usual))
        st.selectbox("Task", tasks, width=220, **state.bound("exercise", tasks))
        st.segmented_control("Data", regimes, format_func=dict(REGIMES).__getitem__, **state.bound("regime", regimes))
    way, task = view.way if view.way in ways else usual, view.exercise if view.exercise in tasks else tasks[0]
    regime = next((one for one in regimes if one == view.regime), regimes[0])
    part = table[(table["task"] == task) & (table["regime"] == regime)]
    names = [name for name in dict.fromkeys(("random", way, NATURAL)) if (part["way"] == name).any()]
    mine = part[part["way"].isin(names)]
    if way not in names:
        words.note(f"{way} has no run on {task} with {REGIMES[regime]} yet.")
        return
    curves = curves_of(mine).rename(columns={"way": "space"})
    colors = checkpoint_colors(list(dict.fromkeys(("random", NATURAL, way))))
    ends = {name: 100 * float(mine[mine["way"] == name]["token_accuracy"].mean()) for name in names}
    scores = ", ".join(f"{plain(name)} {value:.1f}" for name, value in ends.items())
    title = f"{plain(task)}, {REGIMES[regime]}, tokens of the test part told right: {scores}"
    drawn = partial(
        training_figure, curves, {name: colors[name] for name in names}, title=title,
        panels={"right": "share of tokens of the dev part told right"},
    )  # fmt: skip
    _figure(pipeline, drawn, f"runs {way} {task} {regime}", curves)
    st.dataframe(mine.drop(columns=["steps", "right"]).rename(columns=METRICS), hide_index=True, placeholder="–")
    made = {name: [Run(name, task, regime, int(seed)) for seed in mine[mine["way"] == name]["seed"]] for name in names}
    induce = pd.concat([spaces(name, runs).assign(way=name) for name, runs in made.items()], ignore_index=True)
    found = _told(induce)
    if len(found):
        st.html('<p class="an-title">The spaces they induce</p>')
        if sentence := told(induce, way):
            words.note(sentence)
        st.dataframe(found, hide_index=True, placeholder="–")
        words.quiet(SPACES)


def worked_out(pipeline: Pipeline, plan: Plan) -> Induced:
    """From the states that runs kept; once a session: a second for three seeds."""

    def of(way: str, runs: list[Run]) -> pd.DataFrame:
        key = f"induced {pipeline.store.root} {way} {[str(run) for run in runs]}"
        kept: pd.DataFrame | None = state.remembered(key)
        if kept is None:
            kept = induced(runs, plan, pipeline.store)
            state.remember(key, kept)
        return kept

    return of


def among(spaces: pd.DataFrame) -> Induced:
    """From a table of all of them."""

    def of(way: str, runs: list[Run]) -> pd.DataFrame:
        one = runs[0]
        return spaces[(spaces["way"] == way) & (spaces["task"] == one.task) & (spaces["regime"] == one.regime)]

    return of


def _told(spaces: pd.DataFrame) -> pd.DataFrame:
    """Mean over seeds, and the least and the most."""
    rows = []
    for (way, when), part in spaces.groupby(["way", "when"], sort=False):
        row: dict[str, object] = {"way": way, "when": when, "seeds": len(part), "inputs": int(part["n"].iloc[0])}
        for name in ("effective rank", "participation ratio", "TwoNN", "CKA with natural"):
            values = part[name].dropna()
            said = f"{values.mean():.2f} ({values.min():.2f} to {values.max():.2f})" if len(values) else "–"
            row[name] = said
        rows.append(row)
    return pd.DataFrame(rows)


def _figure(
    pipeline: Pipeline,
    draw: "partial[go.Figure]",
    what: str,
    data: pd.DataFrame,
    *,
    hear: "Callable[[plot.Event], None] | None" = None,
) -> None:
    def on(paper: Theme) -> "go.Figure":
        return dressed(draw(), paper)

    key = f"figure.{what}"
    figure_panel.draw(pipeline, [ASK], on, key=key, name=file_name(what), data=lambda: data, hear=hear)
