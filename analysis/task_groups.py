"""The groups of a task that never straddle a split: a column's values, or the communities of a graph."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.graph import Graph
from analysis.graph_asks import graph_recipe_of, graph_spec
from analysis.labels import Labels
from analysis.study import TaskSpec
from analysis.task import Split
from models.errors import BadInput, nearest

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline

GRAPH = "graph:"  # how the group of a task names a graph


def group_key(pipeline: "Pipeline", spec: TaskSpec, dataset: Dataset) -> str:
    """Key of the groups, empty where there are none; BadInput where what they name is not there."""
    if spec.group.startswith(GRAPH):
        _check(spec)
        name = graph_spec(pipeline.study, spec.group.removeprefix(GRAPH)).name
        return f"{graph_recipe_of(pipeline, name).key}{pipeline.study.seed}"
    groups = _column(spec, dataset)
    return groups.key if groups else ""


def groups_of(pipeline: "Pipeline", spec: TaskSpec, dataset: Dataset) -> Labels | None:
    """The groups; those of a graph are its communities, found once with the study's seed."""
    if not spec.group.startswith(GRAPH):
        return _column(spec, dataset)
    key = f"communities {group_key(pipeline, spec, dataset)}"
    if key not in pipeline._memory:
        from analysis.graphs.components import communities

        pipeline._memory[key] = communities(_graph(pipeline, spec), pipeline.study.seed)
    codes = pipeline._memory[key].astype(np.int32)
    names = tuple(f"community {code}" for code in range(int(codes.max()) + 1))
    return Labels(spec.group, "categorical", names, codes, np.empty(0))


def cut_said(pipeline: "Pipeline", spec: TaskSpec, groups: Labels, splits: tuple[Split, ...]) -> list[tuple[str, int]]:
    """What is counted of a split by communities: how many there are, and the links that lead from train to test."""
    graph, n = _graph(pipeline, spec).symmetric, len(groups.codes)
    pairs, cut = graph.pairs, []
    for one in splits:
        side = np.zeros(n, np.int8)
        side[one.train], side[one.test] = 1, 2
        cut.append(int((side[pairs].prod(axis=1) == 2).sum()))
    sizes = np.bincount(groups.codes)
    found = [("communities", len(sizes)), ("samples of the largest community", int(sizes.max()))]
    return [*found, ("links from train to test", max(cut, default=0))]


def cut_sentence(spec: TaskSpec, counts: list[tuple[str, int]]) -> str:
    """The same in a sentence."""
    pieces, largest, cut = (count for _, count in counts)
    return (
        f"Split by {pieces:,} communities of {spec.group.removeprefix(GRAPH)!r} (label propagation, seeded; the largest"
        f" of {largest:,}): at most {cut:,} links lead from train to test."
    )


def _graph(pipeline: "Pipeline", spec: TaskSpec) -> Graph:
    graph: Graph = pipeline.make(Ask("graph", spec.group.removeprefix(GRAPH)))
    return graph


def _column(spec: TaskSpec, dataset: Dataset) -> Labels | None:
    if not spec.group:
        return None
    _check(spec)
    if spec.group not in dataset.frame.columns:
        raise BadInput(
            f"task {spec.name!r} names group {spec.group!r}{nearest(spec.group, list(dataset.frame.columns))}"
        )
    return dataset.labels_in(spec.group)


def _check(spec: TaskSpec) -> None:
    if spec.train or spec.pairs or spec.queries:
        raise BadInput(f"task {spec.name!r} has files and a group; leave out `group`, the files are the split.")
