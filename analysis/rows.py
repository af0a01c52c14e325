"""The rows of `numbers.csv` and `spaces.csv`."""

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.aligned_drawing import RESIDUAL
from analysis.anchors.measurement import ANCHORS
from analysis.ask import Ask
from analysis.benefit_asks import VERSION as BENEFIT
from analysis.graph_asks import CARD
from analysis.knn_graph import KnnGraph
from analysis.made_keys import VERSION
from analysis.metrics import Imported
from analysis.number import Number
from analysis.pipeline import Drawing, Pipeline
from analysis.registry import alignments, analyses, comparisons, estimators, indexes, projections, task_methods
from analysis.result import Result
from analysis.series import ranking
from analysis.space import EmbeddingSpace
from analysis.spaces import SpaceOf
from analysis.task_asks import can_read, own_pipelines, subject_of
from analysis.transfer_asks import OWN, subject_in, task_named

COLUMNS = ["analysis", "version", "subject", "other", "number", "value", "low", "high"]
COLUMNS += ["null_mean", "null_low", "null_high", "n", "seconds"]
ANSWERED: tuple[str, ...] = ("neighbors", "projection", "analysis", "comparison", "transferability", "task")
ANSWERED += ("metrics", "anchors", "pretraining", "benefit")
OF_GRAPHS = ("graph_card", "graph_alignment")


def number_rows(pipeline: Pipeline, asks: list[Ask]) -> pd.DataFrame:
    """Every number that the asks have an answer for, or a reason, one a row."""
    rows = []
    for ask in asks:
        if ask.kind in ANSWERED + OF_GRAPHS:
            value = pipeline.find(ask)
            rows += [] if value is None else rows_of(pipeline, ask, value)
    rows += best_rows(pipeline, asks)
    return pd.DataFrame(rows, columns=COLUMNS)


def rows_of(pipeline: Pipeline, ask: Ask, value: KnnGraph | Drawing | Result | Imported) -> list[dict[str, Any]]:
    """The numbers of one value, as rows."""
    if isinstance(value, KnnGraph):
        k = pipeline.study.k
        return [_row("index", indexes()[value.method].version, ask, "", f"recall@{k}", value.recall_at(k))]
    if isinstance(value, Drawing):
        version, at = projections()[ask.name].version, f"@{pipeline.study.k}"
        other = "|".join((ask.name, ask.alignment, ask.other)) if ask.alignment else ask.name
        return [
            _row("projection", version, ask, other, name if name == RESIDUAL else name + at, number)
            for name, number in value.trust.numbers.items()
        ]
    if isinstance(value, Imported):
        return [
            _row("task", value.version, Ask("space", subject=checkpoint), other, name, number)
            for (checkpoint, other, name), number in value.numbers.items()
        ]
    if ask.kind == "comparison":
        versions = {name: comparisons()[name.partition("@")[0]].version for name in value.numbers}
        return [_row("comparison", versions[name], ask, ask.other, name, n) for name, n in value.numbers.items()]
    if ask.kind == "transferability":
        study, versions = pipeline.study, {name: one.version for name, one in estimators().items()}
        named, task = replace(ask, subject=subject_in(study, ask.subject, ask.other)), task_named(study, ask.other)
        return [_row(ask.kind, versions[name], named, task, name, n) for name, n in value.numbers.items()]
    if ask.kind == "task":
        named, other = replace(ask, subject=subject_of(pipeline, ask)), f"{ask.other}|{ask.name}"
        version = task_methods()[ask.name].version
        return [_row("task", version, named, other, name, n) for name, n in value.numbers.items()]
    if ask.kind == "anchors":
        return [_of_anchor(ask, name, number) for name, number in value.numbers.items()]
    if ask.kind == "pretraining":
        named = replace(ask, subject=ask.name)
        return [_row("pretraining", VERSION, named, "", name, n) for name, n in value.numbers.items()]
    if ask.kind == "benefit":
        parts = [(name.split("|", 2), number) for name, number in value.numbers.items()]
        return [_row("benefit", BENEFIT, Ask("benefit", subject=way), task, name, n) for (name, way, task), n in parts]
    if ask.kind in OF_GRAPHS:
        return [_of_graph(ask, name, number) for name, number in value.numbers.items()]
    version = analyses()[ask.name].version
    return [_row(ask.name, version, ask, ask.other, name, n) for name, n in value.numbers.items()]


def _of_graph(ask: Ask, name: str, number: Number) -> dict[str, Any]:
    """A number of a graph (`graph`, or `graph|label`), or of a space and a graph."""
    graph, named, label = ask.other, *name.partition("|")[::2]
    if ask.kind == "graph_card":
        graph, label = ask.name, ask.other
    found = alignments().get(named.partition("@")[0])
    version, analysis = (found.version, found.analysis) if found else (CARD, "alignment")
    return _row(analysis, version, ask, f"{graph}|{label}" if label else graph, named, number)


def _of_anchor(ask: Ask, name: str, number: Number) -> dict[str, Any]:
    """A number of a model on a corpus, called `number|rule|fit` or `number|task`."""
    named, _, of = name.partition("|")
    return _row("anchors", ANCHORS.version, ask, f"{ask.other}|{of}", named, number)


def best_rows(pipeline: Pipeline, asks: list[Ask]) -> list[dict[str, Any]]:
    """How probable it is that each space is the best for a task: by the task's own estimator, then `task|estimator`."""
    found = ranking.rankings(pipeline, asks)
    named = [(one.task, one) for one in ranking.best_for(found)]
    named += [(f"{one.task}|{one.estimator}", one) for one in found]
    return [
        _row(
            "transferability",
            ranking.VERSION,
            Ask("transferability", subject=subject_in(pipeline.study, space, f"{OWN}{one.task}")),
            other,
            "probability_best",
            number,
        )
        for other, one in named
        for space, number in one.numbers().items()
    ]


def _row(analysis: str, version: int, ask: Ask, other: str, name: str, number: Number) -> dict[str, Any]:
    row = {column: getattr(number, column, None) for column in COLUMNS[5:]}
    return {
        "analysis": analysis,
        "version": version,
        "subject": ask.subject,
        "other": other,
        "number": name,
        **row,
    }


def space_rows(pipeline: Pipeline) -> pd.DataFrame:
    """One row per space, those of tasks with texts of their own included: where its vectors come from."""
    homes = [("", pipeline), *own_pipelines(pipeline)]
    return pd.DataFrame(
        [
            _space_row(
                f"{space.name}#{task}" if task else space.name, space, home.find(Ask("space", subject=space.name))
            )
            for task, home in homes
            for space in pipeline.spaces()
            if not task or can_read(home, space)
        ]
    )


def _space_row(name: str, space: SpaceOf, found: EmbeddingSpace | None) -> dict[str, Any]:
    spec = space.checkpoint
    return {
        "space": name,
        "checkpoint": spec.name,
        "layer": space.layer,
        "pooling": space.card.pooling,
        "series": spec.series,
        "at": spec.at,
        "weights_sha256": space.card.weights_sha256,
        "n": None if found is None else found.n,
        "d": None if found is None else found.d,
        "transform": spec.transform,
    }
