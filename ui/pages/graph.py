"""Graph: what a graph over the samples is like, and how far each space agrees with it."""

import streamlit as st

from analysis.ask import Ask
from analysis.graph_asks import alignments_of, classes_of
from analysis.pipeline import Pipeline
from ui import graph_answer, graph_figures, graph_numbers, panel, samples_panel, state, words

QUESTION = "Are linked samples near one another, and does that agree with the labels?"


def page() -> None:
    """Draw the page."""
    pipeline, dataset = samples_panel.on_page("Graph", QUESTION)
    if dataset is None:
        return
    names = [spec.name for spec in pipeline.study.graph]
    if not names:
        words.note(
            "The study has no [[graph]]. Add one to its file: a table of links, GraphML, an adjacency matrix, cliques"
            " of a label, nearest neighbours, a sequence, or the See Also of docstrings."
        )
        return
    if not alignments_of(pipeline.study):
        words.note('The study\'s `analyses` leave out every measure of alignment; add "alignment" to them.')
        return
    if len(names) > 1:
        st.selectbox("Graph", names, width=320, **state.bound("graph", names))
    name = state.view().graph if state.view().graph in names else names[0]
    classes = classes_of(pipeline)
    label = state.view().label if state.view().label in classes else (classes[0] if classes else "")
    if len(classes) > 1:
        st.segmented_control("Label", classes, format_func=words.literal, **state.bound("label", classes))
    spaces = [Ask("graph_alignment", "", space.name, name) for space in pipeline.spaces()]
    cards = [Ask("graph_card", name, other=one) for one in ("", *classes)]
    left, right = st.columns([2, 1], gap="large")
    with left:
        _lead(pipeline, spaces, next((card for card in cards[1:] if card.other == label), None))
        _card(pipeline, cards[0])
        panel.offer(pipeline, [*cards, *spaces], f"Not computed for every space yet. {QUESTION}")
        graph_figures.draw(pipeline, dataset, spaces, label)
    with right:
        graph_numbers.of_label(pipeline, [ask for ask in cards if ask.other and ask.other == label])
        graph_numbers.of_spaces(pipeline, spaces, label)


def _lead(pipeline: Pipeline, asks: list[Ask], card: Ask | None) -> None:
    """The answer in a sentence or two, of what is there."""
    found = {ask.subject: result for ask in asks if (result := pipeline.find(ask)) is not None}
    space = state.view().space if state.view().space in found else next(iter(found), "")
    near = graph_answer.nearness(found, space)
    same = "" if card is None else graph_answer.sameness(pipeline.find(card), card.other)
    if near or same:
        words.lead(" ".join(filter(None, (near, same))))


def _card(pipeline: Pipeline, ask: Ask) -> None:
    result = pipeline.find(ask)
    if result is not None:
        words.quiet(" ".join([graph_numbers.card(result), *result.notes]))
        with st.expander("Degrees and components"):
            for table in result.tables.values():
                st.dataframe(table, hide_index=True, height=min(240, 38 + 35 * len(table)))
