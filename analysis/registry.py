"""The plug-ins that are there, by kind and name."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from analysis.ask import Ask
from analysis.graph_plugin import Alignment, GraphSource
from analysis.plugin import (
    Analysis,
    Comparison,
    DatasetSource,
    Estimator,
    Index,
    MetricSource,
    Params,
    Projection,
    TaskMethod,
)
from analysis.sequences.pairs import SequenceTask
from models.discovery import discover
from models.encoder import Family
from models.errors import BadInput, nearest
from models.pretraining.objective import Objective
from models.pretraining.synthetic.generator import Generator

Plugin = TypeVar("Plugin")


def analyses() -> Mapping[str, Analysis]:
    """Every question about one space."""
    return discover("analysis.geometry", "ANALYSIS")


def comparisons() -> Mapping[str, Comparison]:
    """Every measure of two spaces."""
    return discover("analysis.comparison", "COMPARISON")


def estimators() -> Mapping[str, Estimator]:
    """Every estimate of what fine-tuning would gain."""
    return discover("analysis.transferability", "ESTIMATOR")


def task_methods() -> Mapping[str, TaskMethod]:
    """Every way to score a space on a task."""
    return discover("analysis.tasks", "TASK_METHOD")


def graph_sources() -> Mapping[str, GraphSource]:
    """Every source of links between samples."""
    return discover("analysis.graphs", "GRAPH")


def alignments() -> Mapping[str, Alignment]:
    """Every measure of how a space, or labels, agree with a graph."""
    return discover("analysis.alignment", "ALIGNMENT")


def objectives() -> Mapping[str, Objective]:
    """Every objective of pre-training."""
    return discover("models.pretraining.objectives", "OBJECTIVE")


def projections() -> Mapping[str, Projection]:
    """Every way to draw a space."""
    return discover("analysis.projection", "PROJECTION")


def indexes() -> Mapping[str, Index]:
    """Every way to find nearest neighbours."""
    return discover("analysis.neighbors", "INDEX")


def sources() -> Mapping[str, DatasetSource]:
    """Every source of samples."""
    return discover("analysis.datasets", "DATASET")


def metric_sources() -> Mapping[str, MetricSource]:
    """Every foreign source of metrics."""
    return discover("analysis.imports", "METRIC_SOURCE")


def generators() -> Mapping[str, Generator]:
    """Every synthetic task to pre-train on."""
    return discover("models.pretraining.synthetic", "GENERATOR")


def sequence_tasks() -> Mapping[str, SequenceTask]:
    """Every sequence-to-sequence task made of installed source code."""
    return discover("analysis.sequences", "SEQUENCE_TASK")


def families() -> Mapping[str, Family]:
    """Every kind of encoder."""
    return discover("models.families", "FAMILY")


def called(name: str, plugins: Mapping[str, Plugin], kind: str) -> Plugin:
    """One plug-in by name; BadInput names the nearest where there is none."""
    if name not in plugins:
        raise BadInput(f"no {kind} {name!r}{nearest(name, plugins)}")
    return plugins[name]


def params_of(cls: type[Params], given: Mapping[str, Any]) -> Params:
    """A plug-in's parameters: its own, and those that are given instead."""
    known = {field.name for field in fields(cls)}
    for name in given:
        if name not in known:
            raise BadInput(f"unknown parameter {name!r}{nearest(name, known)}")
    return cls(**given)


def drawing_params(ask: Ask, projection: Projection) -> tuple[int, Params]:
    """How many dimensions a drawing has, and its projection's parameters."""
    given = dict(ask.params)
    dimensions = given.pop("dimensions", 2)
    if dimensions not in (2, 3):
        raise BadInput(f"a map has 2 or 3 dimensions, not {dimensions!r}.")
    return dimensions, params_of(projection.params, given)


def is_of_width(analysis: str, number: str) -> bool:
    """Whether a number cannot exceed a space's dimensions, so that it says little without them."""
    return analysis in analyses() and number.partition("@")[0] in analyses()[analysis].of_width
