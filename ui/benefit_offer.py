"""A [benefit] is added to the study of the session: ways to begin, seeds, tasks of the user's own."""

from dataclasses import replace

import streamlit as st

from analysis.laboratory import BenefitSpec
from analysis.pipeline import Pipeline
from analysis.reproductions.own_pairs import own_tasks, pairs_in
from analysis.reproductions.synthetic import WAYS
from analysis.study import Study
from models.errors import BadInput
from ui import opened, state, words

NONE = (
    "This study has no [benefit] yet. It pre-trains a tiny encoder-decoder in each way, fine-tunes it on six tasks made"
    " of installed source code, and compares what comes out with random weights and natural pre-training."
)
OWN = "Files of lines input<TAB>target, with commas between them; paths start at the study's folder"
USUAL = ("random", "statistics", "identity", "set", "LIME", "natural")


def draw(pipeline: Pipeline) -> None:
    """Draw what a section would compare, and the button that adds it."""
    words.note(NONE)
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
