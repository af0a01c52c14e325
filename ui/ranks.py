"""The neighbours of one sample in two spaces, with their rank in each."""

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.figures.words import shown
from analysis.knn_graph import KnnGraph
from analysis.pipeline import Pipeline
from ui import sample_table, samples_view, state, two_samples, words
from ui.found_by import found_by
from ui.rows import row_of


def draw_pinned(pipeline: Pipeline, dataset: Dataset, spaces: list[str]) -> None:
    """The pinned sample whole, or two of them, and the neighbours of the first in both spaces."""
    row = row_of(dataset).get(state.view().pinned)
    if row is None:
        words.quiet("Click a point to pin it in both maps and compare its neighbours.")
        return
    two = two_samples.pinned(dataset)
    left, right = st.columns([1, 2] if two is None else 2, gap="large")
    with left:
        if two is None:
            samples_view.card(dataset, row)
        else:
            two_samples.draw(pipeline, dataset, two)
        two_samples.choose(dataset)
    with right:
        found: list[KnnGraph | None] = [pipeline.find(Ask("neighbors", subject=name)) for name in spaces]
        graphs = [graph for graph in found if graph is not None]
        if len(graphs) < len(spaces):
            words.note("The neighbours of one of the two spaces are not computed; the Overview offers them.")
        else:
            draw(dataset, row, spaces, graphs)


def draw(dataset: Dataset, row: int, spaces: list[str], graphs: list[KnnGraph]) -> None:
    """Everyone near in either space, with the rank and distance in each."""
    k = min(state.view().shown, *(graph.k for graph in graphs))
    ranks = [{int(near): place + 1 for place, near in enumerate(graph.indices[row])} for graph in graphs]
    near = sorted(
        {int(i) for graph in graphs for i in graph.indices[row, :k]},
        key=lambda i: min(rank.get(i, graphs[0].n) for rank in ranks),
    )
    shared = sum(all(rank.get(i, k + 1) <= k for rank in ranks) for i in near)
    searches = [found_by(graph, k) for graph in graphs]
    found = searches[0] if len(set(searches)) == 1 else f"{searches[0]} (left) and {searches[1]} (right)"
    words.quiet(
        f"{shared} of the {k} nearest are the same in both ({shown(shared / k)})."
        f" A rank beyond {min(graph.k for graph in graphs)} is shown as {sample_table.EMPTY}. Found by {found}."
    )
    titles = spaces if spaces[0] != spaces[1] else [f"{spaces[0]} (left)", f"{spaces[1]} (right)"]
    extra = pd.DataFrame(
        {
            f"rank in {title}": pd.array([rank.get(i) for i in near], dtype="Int64")
            for title, rank in zip(titles, ranks, strict=True)
        }
    )
    sample_table.draw(dataset, near, key=f"both.{dataset.ids[row]}", extra=extra)
