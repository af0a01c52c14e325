"""Overview: the answer in words, then one row per space: health, the numbers that matter, what is missing."""

from collections.abc import Mapping, Sequence
from itertools import chain

import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.plan import wanted
from analysis.spaces import SpaceOf
from ui import best, derive, findings, opened, panel, queries, samples_panel, space_row, state, words
from ui.numbers import STRIP, meanings, spans_of


def page() -> None:
    """Draw the page."""
    pipeline = opened.pipeline()
    dataset = samples_panel.obtain(pipeline)
    if dataset is None:
        return
    label = samples_panel.label_of(dataset)
    found = {space.name: findings.findings_of(pipeline, space.name, label) for space in pipeline.spaces()}
    _lead(pipeline, dataset, label, found)
    if len(dataset.labels) > 1:
        st.segmented_control("Label", dataset.labels, format_func=words.literal, **state.bound("label", dataset.labels))
    asks = [ask for ask in wanted(pipeline) if ask.kind not in ("space", "metrics")]
    best.draw(pipeline, dataset, asks)
    missing = [ask for ask in asks if pipeline.find(ask) is None]
    if len({ask.subject for ask in missing}) > 1:
        panel.compute(pipeline, missing, "Compute everything", title=f"{pipeline.study.name}: everything")
    spans = spans_of(chain(*found.values()))
    if spans:
        words.quiet(f"{STRIP} The ends of a strip are the same for every space; a number's name leads to its page.")
    for space in derive.beside_their_base(pipeline.spaces()):
        mine = [ask for ask in missing if ask.subject == space.name]
        space_row.draw(pipeline, space, found[space.name], spans, mine)
    if spans:
        with st.expander("What these numbers mean"):
            st.html(meanings(chain(*found.values())))
    for complaint in pipeline.store.complaints:
        words.quiet(complaint)
    queries.get_ready()


def _lead(pipeline: Pipeline, dataset: Dataset, label: str, found: Mapping[str, Sequence[findings.Finding]]) -> None:
    spaces = pipeline.spaces()
    space = _first(pipeline, spaces)
    kinds = dataset.labels_in(label) if label else None
    alarms = findings.alarms_of(pipeline, space.name)
    width = findings.width_of(pipeline, space)
    sentence = findings.lead_sentence(space, findings.references_of(space, spaces), found, alarms, kinds, width)
    if sentence:
        words.lead(sentence)
    else:
        words.lead(f"{words.counted(len(dataset), 'sample')} in {words.counted(len(spaces), 'space')}; no numbers yet.")
    words.quiet(
        " ".join([f"{dataset.name}: {words.counted(len(dataset), 'sample')}.", *dataset.notes, *_more(pipeline)])
    )


def _more(pipeline: Pipeline) -> list[str]:
    return ["Its matrix of what each pre-training brings stands on the page Benefit."] if pipeline.study.benefit else []


def _first(pipeline: Pipeline, spaces: tuple[SpaceOf, ...]) -> SpaceOf:
    """The space that the first words are about: the first with trained weights and an embedding."""
    trained = [space for space in spaces if space.checkpoint.init == "pretrained"]
    there = [space for space in trained if pipeline.find(Ask("neighbors", subject=space.name)) is not None]
    return next(iter(there or trained or spaces))
