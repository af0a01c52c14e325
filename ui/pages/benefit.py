"""Benefit: how much of what natural pre-training brings each way to begin brings, task by task."""

import pandas as pd
import streamlit as st

from analysis.benefit_asks import ASK, cells_of, plan_of, so_far, wanted_runs
from analysis.benefit_given import given
from ui import benefit_offer, benefit_view, opened, panel, words

QUESTION = "What share of the benefit of natural pre-training does a synthetic task, or its statistics alone, bring?"
TELLS = "Not all of its runs are made yet. They go on where they were stopped, and what is there is drawn meanwhile."


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    st.header("Benefit")
    words.quiet(QUESTION)
    spec = pipeline.study.benefit
    if spec is None:
        benefit_offer.draw(pipeline)
        return
    plan = plan_of(spec, pipeline.place)
    if spec.runs:
        table, spaces = given(spec.runs, pipeline.place)
        benefit_view.draw(pipeline, table, cells_of(table), benefit_view.among(spaces))
        words.quiet(f"{counted(table)}, made elsewhere: {spec.runs}.")
        return
    panel.offer(pipeline, [ASK], TELLS, button="Make what is missing")
    table = so_far(plan, pipeline.store)
    cells = cells_of(table)
    if cells.empty:
        words.quiet("Nothing to draw yet: first come the pre-trainings, and the rate that suits random weights.")
        return
    words.quiet(f"{counted(table, wanted_runs(plan))} are there.")
    benefit_view.draw(pipeline, table, cells, benefit_view.worked_out(pipeline, plan))


def counted(table: pd.DataFrame, wanted: int = 0) -> str:
    """How many runs there are of each regime."""
    low = int((table["regime"] == "low").sum())
    of = f" of {wanted}" if wanted else ""
    return f"{low}{of} fine-tunings with low data and {len(table) - low} with full data"
