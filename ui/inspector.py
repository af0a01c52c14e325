"""What stands beside a map: the pinned sample whole, and its neighbours in the original space; or those of a text."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.knn_graph import KnnGraph
from analysis.pipeline import Pipeline
from analysis.spaces import family_of
from models.errors import BadInput, Failed
from ui import panel, queries, sample_table, samples_view, state, two_samples, view, words, work
from ui.found_by import found_by
from ui.pane import Pane
from ui.rows import row_of


@dataclass(frozen=True)
class Near:
    """Samples near something in the original space, nearest first, with their distances and how they were found."""

    rows: tuple[int, ...]
    distances: tuple[float, ...]
    found_by: str


def near_pinned(pipeline: Pipeline, dataset: Dataset, space: str) -> Near | None:
    """The neighbours of the pinned sample; None where nothing is pinned or they are not computed."""
    row = row_of(dataset).get(state.view().pinned)
    graph: KnnGraph | None = pipeline.find(Ask("neighbors", subject=space))
    if row is None or graph is None:
        return None
    shown = min(state.view().shown, graph.k)
    rows, distances = graph.indices[row, :shown], graph.distances[row, :shown]
    return Near(tuple(map(int, rows)), tuple(map(float, distances)), found_by(graph, pipeline.study.k))


def near_query(pipeline: Pipeline, pane: Pane) -> Near | None:
    """The samples nearest to the typed text; None where there is none, or it cannot be placed (the page says why)."""
    text, ask = state.view().query.strip(), Ask("space", subject=pane.space)
    if not text:
        return None
    recipe = pipeline.recipe(ask)
    if recipe is None or pipeline.find(ask) is None:
        panel.offer(pipeline, [ask], f"To place a text in {pane.space}, its vectors must be on this machine.")
        return None
    if any(job.active for job in work.visible_jobs()):
        words.quiet("A job is at work beside it, so placing a new text can take up to a minute.")
    try:
        with st.spinner(f"Placing the text in {pane.space}; the first one loads the model."):
            found = queries.nearest_to(pipeline, pane.space, recipe.key, text, state.view().shown)
    except (BadInput, Failed) as error:
        words.trouble(str(error))
        return None
    return Near(found.rows, found.distances, f"{pipeline.study.metric}, exact search")


def takes_text(pipeline: Pipeline, space: str) -> bool:
    """Whether a new text can be placed in a space."""
    return family_of(pipeline.space_called(space).checkpoint).modality == "text"


def draw_pinned(pipeline: Pipeline, dataset: Dataset, pane: Pane, near: Near | None) -> None:
    """The pinned sample, or two of them, and the neighbours of the first."""
    row = row_of(dataset).get(state.view().pinned)
    if row is None:
        words.quiet("Click a point to pin it here, with its neighbours in the original space; Shift + click a second.")
        return
    two = two_samples.pinned(dataset)
    if two is None:
        samples_view.card(dataset, row)
    else:
        two_samples.draw(pipeline, dataset, two)
    two_samples.choose(dataset)
    if near is None:
        ask = Ask("neighbors", subject=pane.space)
        panel.offer(pipeline, [ask], f"The neighbours in {pane.space} are not computed.")
    else:
        of = "" if two is None else " to A"
        st.html(f'<p class="an-sub">Nearest{of} in {words.escaped(pane.space)}, not on the map</p>')
        listed(dataset, near, key=f"near.{pane.side}{pane.space}.{dataset.ids[row]}")
        ids = _ids(dataset, (row, *near.rows))
        st.button("Select these", key="near.select", on_click=_select, args=(ids,))


def _select(ids: Sequence[str]) -> None:
    state.look(view.select(state.view(), ids, "replace"))


def listed(dataset: Dataset, near: Near, *, key: str) -> None:
    """A list of neighbours, a click pins one, and under it how they were found."""
    sample_table.draw(dataset, near.rows, key=key, distances=near.distances)
    words.quiet(f"{len(near.rows)} nearest: {near.found_by}.")


def _ids(dataset: Dataset, rows: Sequence[int]) -> list[str]:
    return [dataset.ids[row] for row in rows]
