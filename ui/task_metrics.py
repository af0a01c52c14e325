"""Metrics that were read from elsewhere: which run belongs to which checkpoint, how, or why not."""

import streamlit as st

from analysis.pipeline import Pipeline
from analysis.series.scored import sections
from ui import panel, words

TELLS = "{} is not read yet. It tells what fine-tuning gave elsewhere, as columns beside the scores."


def draw(pipeline: Pipeline) -> None:
    """Draw each [[metrics]] of the study: its mapping, its notes, what is wrong with it."""
    found = sections(pipeline)
    if not found:
        return
    st.html('<p class="an-title">Metrics read from elsewhere</p>')
    for ask, imported, trouble in found:
        if trouble:
            words.trouble(trouble)
            continue
        name = f"{ask.name} {ask.other}"
        if imported is None:
            panel.offer(pipeline, [ask], TELLS.format(name), button="Read", place="metrics")
            continue
        runs = imported.preview["run"].nunique()
        lost = len(imported.unmapped)
        said = f"{name}: {words.counted(runs, 'run')}" + (f", {lost} of them without a checkpoint" if lost else "")
        with st.expander(words.literal(said), expanded=bool(lost)):
            st.dataframe(imported.preview, hide_index=True)
            for note in imported.notes:
                words.quiet(note)
    words.quiet(
        "Beside the scores stands the value at the last step that belongs to a checkpoint, as it was read; along the"
        " steps of a training the values stand on the page Series."
    )
