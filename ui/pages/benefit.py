"""Benefit: how much of what natural pre-training brings each way to begin brings, task by task."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from analysis.benefit_asks import ASK, cells_of, plan_of, so_far, wanted_runs
from analysis.benefit_given import given
from analysis.laboratory import BenefitSpec
from analysis.pipeline import Pipeline
from analysis.reproductions.own_pairs import own_tasks, pairs_in
from analysis.reproductions.synthetic import WAYS
from analysis.study import Study
from models.errors import BadInput
from ui import benefit_view, opened, panel, state, words

QUESTION = "What share of the benefit of natural pre-training does a synthetic task, or its statistics alone, bring?"
NONE = (
    "This study has no [benefit] yet. It pre-trains a tiny encoder-decoder in each way, fine-tunes it on six tasks made"
    " of installed source code, and compares what comes out with random weights and natural pre-training."
)
TELLS = "Not all of its runs are made yet. They go on where they were stopped, and what is there is drawn meanwhile."
OWN = "Files of lines input<TAB>target, with commas between them; paths start at the study's folder"
USUAL = ("random", "statistics", "identity", "set", "LIME", "natural")


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    st.header("Benefit")
    words.quiet(QUESTION)
    spec = pipeline.study.benefit
    if spec is None:
        words.note(NONE)
        _add_to(pipeline)
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


def _add_to(pipeline: Pipeline) -> None:
    """What a section would compare, and the button that adds it."""
    chosen = st.multiselect("Ways to begin", list(WAYS), list(USUAL), key="benefit.methods")
    seeds = int(st.number_input("Seeds of fine-tuning", 1, 20, 3, key="benefit.seeds", width=180))
    typed = st.text_input("Tasks of your own", key="benefit.pairs", placeholder="none", help=OWN, width=480)
    own = tuple(part.strip() for part in typed.split(",") if part.strip())
    spec = BenefitSpec(methods=tuple(chosen), seeds=tuple(range(seeds)), pairs=own)
    changed = replace(pipeline.study, benefit=spec)
    st.button("Add to the study", key="benefit.add", type="primary", on_click=_add, args=(changed,))
    words.quiet("Random weights and natural pre-training are always made: they are what is divided by.")


def _add(changed: Study) -> None:
    place = opened.pipeline().place
    try:
        for path in changed.benefit.pairs if changed.benefit else ():
            pairs_in(place.resolve(path, "pairs of [benefit]"))
        own_tasks(changed.benefit.pairs if changed.benefit else (), place)
    except BadInput as error:
        state.complain(str(error))
        return
    dataset = opened.pipeline().find_dataset()
    same = None if dataset is None else dataset.ids
    state.open_study(changed, state.session().base, same_samples=same)
