"""Pre-training: checkpoints that the study makes itself, in the terms of structure-inducing pre-training."""

import streamlit as st

from analysis.laboratory import PretrainingSpec
from analysis.pipeline import Pipeline
from analysis.pretraining import made_in
from analysis.recipe_cards import KNOWN, card_table
from models.errors import BadInput, Failed
from ui import pretraining_gains, pretraining_given, pretraining_offer, pretraining_section, samples_panel, words, work

QUESTION = (
    "What does a network learn here: from the words of samples, from links between them, (1 − λ) L_M + λ L_SI, or from"
    " synthetic tasks alone?"
)
NONE = (
    "The study itself trains nothing yet. Say below what to start from, over which graph and with which weights λ,"
    " then press Train. λ = 0 is the baseline, masked LM alone."
)
TERMS = (
    "L_M looks within a sample, L_SI at a graph over samples. Explicit: stated on distances; implicit: told by a head."
    " Shallow: one label of each sample says who is linked; deep: none does. λ is empty where a method has no such"
    " weight. The cards are our reading in the terms of McDermott et al. (2023)."
)


def page() -> None:
    """Draw the page."""
    pipeline, dataset = samples_panel.on_page("Pre-training", QUESTION)
    if dataset is None:
        return
    sections = _at_work_first(pipeline)
    try:
        pretraining_given.draw(pipeline)
        if not sections:
            words.note(NONE)
        for section in sections:
            pretraining_section.draw(pipeline, section)
        pretraining_gains.draw(pipeline)
    except (BadInput, Failed) as error:  # such as a start that was removed; the section still can be, below
        words.trouble(str(error))
    pretraining_offer.draw(pipeline, dataset, expanded=not sections)
    with st.expander("Known methods"):
        words.quiet(TERMS)
        known = card_table(KNOWN, "method")
        st.dataframe(known, hide_index=True, placeholder="–", height=38 + 35 * len(known))


def _at_work_first(pipeline: Pipeline) -> list[PretrainingSpec]:
    """The sections of the study, before the others those that a job is at."""
    asked = {ask.name for job in work.jobs_of(pipeline) if job.active for ask in job.asks if ask.kind == "pretraining"}
    names = {made.section.name for name, made in made_in(pipeline).items() if name in asked} if asked else set()
    return sorted(pipeline.study.pretraining, key=lambda section: section.name not in names)
