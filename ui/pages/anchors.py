"""Anchors: whether log Z of the bulk of the words is linear in a model's hidden state, and what follows for tasks."""

from dataclasses import replace

import streamlit as st

from analysis.anchor_asks import anchor_asks
from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.result import Result
from ui import (
    anchor_choice,
    anchor_figures,
    anchor_offer,
    anchor_prompts,
    anchor_series,
    anchor_table,
    anchor_words,
    anchor_world,
    opened,
    panel,
    words,
)
from ui.anchor_figures import Drawing

QUESTION = "Is there one vector v0 with ⟨v0, h⟩ = log Z of the bulk of the words, whatever the context?"
TELLS = f"Not computed yet. {QUESTION} It needs the model's hidden states over the text once."

Answers = list[tuple[Ask, Result]]


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    st.header("Anchors")
    words.quiet(QUESTION)
    asks = anchor_asks(pipeline) if anchor_offer.can(pipeline.study) else []
    if not asks:
        anchor_offer.draw(pipeline, expanded=True)
        anchor_prompts.draw(pipeline)
        anchor_world.draw(pipeline)
        return
    chosen = anchor_choice.choose(asks)
    panel.offer(pipeline, chosen.asks, TELLS)
    found: Answers = [(ask, pipeline.make(ask)) for ask in chosen.asks if pipeline.find(ask) is not None]
    answers = [(ask, one) for ask, one in found if "fits" in one.tables]
    for ask, one in found:
        anchor_words.unanswered(ask, one)
    if answers:
        _draw(pipeline, answers, asks)
        anchor_table.draw(pipeline, asks)
    anchor_offer.draw(pipeline)
    anchor_prompts.draw(pipeline, chosen.asks)
    anchor_world.draw(pipeline)


def _draw(pipeline: Pipeline, answers: Answers, asks: list[Ask]) -> None:
    """The answers: sentences first, then one model's figures beside its numbers, or two models' side by side."""
    above = st.container()
    bulk = anchor_choice.bulk(pipeline, answers[0][1])
    drawings = [Drawing(pipeline, ask, one, bulk) for ask, one in answers]
    drawings = [one for one in drawings if len(one.mine("fits"))]
    if len(drawings) == 2:
        drawings = [replace(one, beside=other) for one, other in zip(drawings, drawings[::-1], strict=True)]
    with above:
        for one in drawings:
            anchor_words.lead(one.ask, one.result, bulk)
    if len(drawings) == 1:
        left, right = st.columns([2, 1], gap="large")
        with left:
            anchor_figures.first(drawings[0])
            anchor_figures.tasks(drawings[0])
            anchor_figures.folded(drawings[0])
        with right:
            anchor_words.numbers(drawings[0].result, bulk)
    else:
        for place, one in zip(st.columns(len(drawings), gap="large"), drawings, strict=True):
            with place:
                anchor_figures.column(one)
    anchor_series.draw(pipeline, [ask for ask in asks if ask.other == answers[0][0].other], bulk)
