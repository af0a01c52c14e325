"""Finding samples in the original space: near a new text, near the selection's center, or along a direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.number import CannotAnalyze
from analysis.pipeline import Pipeline
from analysis.recipe import hash_of
from analysis.space import EmbeddingSpace
from models.errors import BadInput, Failed
from ui import direction, inspector, named_selections, panel, queries, sample_table, state, view, words
from ui.named_selections import OTHERS, SELECTED
from ui.pane import Pane

WAYS = {"text": "New text", "nothing": "Nothing", "center": "Selection's centre", "direction": "A − B"}
UNIT = {"cosine": ", each vector at length one", "euclidean": "", "dot": ""}  # how a mean is made


@dataclass(frozen=True)
class Found:
    """Samples in order, a number for each, what that is called, and how they were found."""

    rows: tuple[int, ...]
    numbers: tuple[float, ...]
    measure: str
    said: str
    heading: str = ""


def way_of(pipeline: Pipeline, space: str) -> str:
    """By what samples are found now."""
    ways = _ways(pipeline, space)
    return state.view().find if state.view().find in ways else ways[0]


def ask(pipeline: Pipeline, space: str) -> None:
    """By what to find samples, and what that needs."""
    ways = _ways(pipeline, space)
    st.segmented_control("Find by", ways, format_func=WAYS.__getitem__, required=True, **state.bound("find", ways))
    way, names = way_of(pipeline, space), list(named_selections.known(pipeline))
    if way == "text":
        st.text_input(
            "Find by a new text",
            placeholder="what the samples should be near to",
            label_visibility="collapsed",
            **state.bound("query"),
        )
    elif way == "center":
        st.checkbox("Only samples that are not selected", **state.bound("others"))
    elif way == "direction":
        with st.container(horizontal=True):
            _choose("Toward A", "toward", ["", SELECTED, *names])
            _choose("From B", "away", ["", SELECTED, OTHERS, *names])


def found(pipeline: Pipeline, dataset: Dataset, pane: Pane) -> tuple[Found, ...]:
    """The lists that answer; none where nothing is asked, or it has no answer (the page says why)."""
    way = way_of(pipeline, pane.space)
    if way == "text":
        near = inspector.near_query(pipeline, pane)
        said = "" if near is None else f"{len(near.rows)} nearest: {near.found_by}."
        return () if near is None else (Found(near.rows, near.distances, "distance", said),)
    if way not in ("center", "direction"):
        return ()
    recipe = Ask("space", subject=pane.space)
    space: EmbeddingSpace | None = pipeline.find(recipe)
    if space is None:
        panel.offer(pipeline, [recipe], f"To look in {pane.space}, its vectors must be on this machine.")
        return ()
    try:
        with st.spinner(f"Comparing {len(dataset):,} samples in {pane.space}.", show_time=not queries.at_once(space)):
            return (_near_center if way == "center" else _along)(pipeline, dataset, space)
    except (BadInput, Failed) as error:
        words.trouble(str(error))
    except CannotAnalyze as error:
        words.note(str(error))
    return ()


def draw(dataset: Dataset, lists: Sequence[Found], pane: Pane) -> None:
    """The lists: a click pins a sample."""
    for number, one in enumerate(lists):
        if one.heading:
            st.html(f'<p class="an-sub">{words.escaped(one.heading)}</p>')
        key = f"hits.{pane.space}.{number}.{hash_of(one.heading, *map(str, one.rows))[:12]}"
        sample_table.draw(dataset, one.rows, key=key, distances=one.numbers, measure=one.measure)
        if one.said:
            words.quiet(one.said)
        ids = [dataset.ids[row] for row in one.rows]
        st.button("Select these", key=f"hits.select.{number}", on_click=_select, args=(ids,))


def _near_center(pipeline: Pipeline, dataset: Dataset, space: EmbeddingSpace) -> tuple[Found, ...]:
    now, metric = state.view(), pipeline.study.metric
    group = direction.selected(dataset, now)
    count = int(group.sum())
    if not count:
        words.quiet("Select some samples: those nearest to their mean in the original space are listed here.")
        return ()
    near = queries.near_center_of(pipeline, space, group, k=now.shown, others=now.others)
    if not near.rows:
        words.note("Every sample is selected, so that none is left to be near to them.")
        return ()
    said = f"{len(near.rows)} nearest to the mean of the {count:,} selected{UNIT[metric]}: {metric}, exact search."
    return (Found(near.rows, near.distances, "distance", said),)


def _along(pipeline: Pipeline, dataset: Dataset, space: EmbeddingSpace) -> tuple[Found, ...]:
    now, metric = state.view(), pipeline.study.metric
    groups = direction.groups(pipeline, dataset, now)
    if groups is None:
        words.quiet("Choose two selections that have samples: all are put in order from the mean of B to that of A.")
        return ()
    answer = queries.direction_of(pipeline, space, *groups, k=now.shown)
    values, half = answer.along.values, answer.along.gap / 2
    lost = int(np.isnan(values).sum())
    both = int((groups[0] & groups[1]).sum())
    said = [
        f"Projection on mean(A) − mean(B){UNIT[metric]}, all {len(values) - lost:,} samples, exact:"
        f" 0 is half-way, A's mean at {half:.3g} and B's at −{half:.3g}.",
        f"{both:,} are in both A and B." if both else "",
        f"{lost:,} vectors of zeros have no place on it." if lost else "",
    ]

    def end(rows: npt.NDArray[np.int64], heading: str, said: str = "") -> Found:
        return Found(tuple(rows.tolist()), tuple(values[rows].tolist()), direction.COLOUR, said, heading)

    return (
        end(answer.most, f"Most A: {now.toward}"),
        end(answer.least, f"Most B: {now.away}", " ".join(filter(None, said))),
    )


def _ways(pipeline: Pipeline, space: str) -> list[str]:
    return ["text" if inspector.takes_text(pipeline, space) else "nothing", "center", "direction"]


def _choose(label: str, name: str, options: list[str]) -> None:
    st.selectbox(label, options, format_func=lambda option: option or "choose", **state.bound(name, options))


def _select(ids: Sequence[str]) -> None:
    state.look(view.select(state.view(), ids, "replace"))
