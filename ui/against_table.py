"""Which number predicts which task: rank correlations of all of them, corrected for how many there are."""

import pandas as pd
import streamlit as st

from analysis.figures.palette import ACCENT, GREY
from analysis.figures.words import shown
from analysis.pipeline import Pipeline
from analysis.series.measured import families_of, number_title, score_title
from analysis.series.prediction import LEVEL, predictions
from ui import export, measured, state, style, words

TITLE = "Which number predicts which task?"
HOW = (
    "Spearman's correlation over the spaces that have both. Bold colour: p below .05 after correction for all pairs in"
    " the table (the smallest p under the same orders of the spaces, Westfall and Young), so that 5 % is the chance of"
    " marking any where none predicts anything. A click on a cell draws it above."
)


def draw(pipeline: Pipeline, numbers: pd.DataFrame, scores: pd.DataFrame) -> None:
    """Draw the table."""
    families = families_of(pipeline.spaces())
    first = scores.drop_duplicates(["task", "method"])["axis"]  # accuracy, not each of its relatives
    found = predictions(numbers, scores[scores["axis"].isin(first)], families, seed=pipeline.study.seed)
    st.html(f'<p class="an-title">{TITLE}</p>')
    if not len(found):
        words.note("No number and no score vary over five spaces or more, so nothing is predicted.")
        return
    words.quiet(finding(found))
    wide, sure = (found.pivot_table(index="axis", columns="score", values=name) for name in ("spearman", "p_corrected"))
    order = list(dict.fromkeys(found["axis"]))
    wide, sure = wide.loc[order], sure.loc[order]
    key = "against.table"

    def choose() -> None:
        cells = state.cells_chosen(key)
        if cells and cells[0][1] in columns:
            state.change(against=str(wide.index[cells[0][0]]), metric=columns[cells[0][1]])

    columns = {score_title(axis): str(axis) for axis in wide.columns}
    whole = wide.set_axis(list(columns), axis=1).reset_index(drop=True)
    whole.insert(0, "number", [number_title(axis) for axis in wide.index])
    accent = ACCENT[style.theme()]
    marks = sure.map(lambda p: f"color: {accent}; font-weight: bold" if p < LEVEL else f"color: {GREY}")
    marks.insert(0, "number", "")
    looks = whole.style.apply(lambda _: marks.to_numpy(), axis=None)
    st.dataframe(
        looks.format("{:.2f}", subset=list(columns), na_rep="–"),
        hide_index=True,
        key=key,
        on_select=choose,
        selection_mode="single-cell",
        height=min(460, 38 + 35 * len(wide)),
    )
    words.quiet(HOW)
    export.table(pipeline, measured.there(pipeline), lambda: found, key=key, name="predictions")


def finding(found: pd.DataFrame) -> str:
    """What the table says, in a sentence."""
    tried = (
        f"{words.counted(found['axis'].nunique(), 'number')} against {words.counted(found['score'].nunique(), 'score')}"
    )
    sure = found[found["significant"]]
    if not len(sure):
        best = found.iloc[0]
        return (
            f"Of {tried}, none predicts any beyond doubt; nearest is {number_title(best['axis'])} for"
            f" {score_title(best['score'])}, {shown(best['spearman'], 2)}, corrected p = {best['p_corrected']:.2f}."
        )
    best = sure.iloc[0]
    return (
        f"Of {tried}, {words.counted(len(sure), 'pair')} {'is' if len(sure) == 1 else 'are'} significant after"
        f" correction, first {number_title(best['axis'])} for {score_title(best['score'])},"
        f" {shown(best['spearman'], 2)}."
    )
