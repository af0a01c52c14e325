"""Drawings brought near that of another space: rotated onto it, started from it, or fitted with it.

`procrustes`: a drawing as it is, turned, mirrored, scaled and shifted onto the reference's; neighbours on the map, and
so its trust, stay. `start`: drawn anew from the reference's coordinates, then turned so. `joint`: both spaces drawn
in one fit, in the order of their keys, whichever of them is asked for; both halves are kept, as they come. Beside
trustworthiness and continuity each has its `alignment_residual` (`analysis.projection.onto`).
"""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.ask import ALIGNMENTS, Ask
from analysis.number import CannotAnalyze, Number
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.registry import drawing_params, projections
from analysis.result import Result
from analysis.result_files import result_to_parts

if TYPE_CHECKING:
    from analysis.pipeline import Drawing, Pipeline

RESIDUAL = "alignment_residual"

Map = npt.NDArray[np.float32]


Made = tuple[Map, Result]


def draw_aligned(pipeline: "Pipeline", ask: Ask, recipe: Recipe, progress: Progress) -> None:
    """Make an aligned drawing and keep it; of a joint fit, both halves."""
    start = time.perf_counter()
    halves = [(ask, recipe)]
    if ask.alignment == "joint":
        theirs = pipeline.recipe(ask.reference)
        assert theirs is not None
        halves.append((ask.reference, theirs))
    dimensions, _ = drawing_params(ask.alone, projections()[ask.name])
    try:
        made = [_laid(pipeline, ask, progress)] if len(halves) == 1 else _fitted(pipeline, ask, progress)
    except CannotAnalyze as error:
        none = Number(value=None, why=str(error))
        numbers = dict.fromkeys(("trustworthiness", "continuity", RESIDUAL), none)
        made = [(np.empty((0, dimensions), np.float32), Result(numbers))] * len(halves)
    for (_, key), (drawn, judged) in zip(halves, made, strict=True):
        content, arrays, tables = result_to_parts(judged)
        arrays |= {"array-coordinates": drawn}
        pipeline.store.put(key, content=content, arrays=arrays, tables=tables, seconds=time.perf_counter() - start)


def _laid(pipeline: "Pipeline", ask: Ask, progress: Progress) -> Made:
    """The drawing rotated onto that of the other space, or started from it."""
    from analysis.projection.onto import laid_onto

    reference = _coordinates(pipeline.make(ask.reference, progress))
    if ask.alignment == "procrustes":
        own: Drawing = pipeline.make(ask.alone, progress)
        return _with_residual(pipeline, laid_onto(reference, _coordinates(own)), own.trust, reference)
    projection = projections()[ask.name]
    assert projection.started is not None
    _, params = drawing_params(ask.alone, projection)
    graph = pipeline.make(Ask("neighbors", subject=ask.subject), progress)
    progress(0, 1, f"drawing {ask.subject} by {ask.name}, {ALIGNMENTS[ask.alignment]} {ask.other}")
    drawn = laid_onto(reference, projection.started(reference, graph, pipeline.study.seed, params))
    return _with_residual(pipeline, drawn, _judged(pipeline, ask.subject, drawn, progress), reference)


def _fitted(pipeline: "Pipeline", ask: Ask, progress: Progress) -> list[Made]:
    """Both halves of a joint fit, the one that was asked for first."""
    projection = projections()[ask.name]
    assert projection.jointly is not None
    dimensions, params = drawing_params(ask.alone, projection)
    spaces = {name: pipeline.make(Ask("space", subject=name), progress) for name in ask.spaces}
    graphs = {name: pipeline.make(Ask("neighbors", subject=name), progress) for name in ask.spaces}
    order = sorted(spaces, key=lambda name: spaces[name].key)
    if len({space.key for space in spaces.values()}) == 1:
        raise CannotAnalyze(f"{ask.subject} and {ask.other} are the same vectors, so there is nothing to fit together.")
    progress(0, 1, f"fitting {' and '.join(ask.spaces)} together by {ask.name}; compiling takes half a minute first")
    maps = projection.jointly(
        [spaces[name] for name in order], [graphs[name] for name in order], dimensions, pipeline.study.seed, params
    )
    drawn = dict(zip(order, maps, strict=True))
    return [
        _with_residual(pipeline, drawn[mine], _judged(pipeline, mine, drawn[mine], progress), drawn[other])
        for mine, other in (ask.spaces, ask.spaces[::-1])
    ]


def _coordinates(drawing: "Drawing") -> Map:
    if drawing.why:
        raise CannotAnalyze(drawing.why)
    return np.array(drawing.coordinates)


def _judged(pipeline: "Pipeline", space: str, drawn: Map, progress: Progress) -> Result:
    from analysis.projection.trust import trust

    study = pipeline.study
    vectors, graph = (pipeline.make(Ask(kind, subject=space), progress) for kind in ("space", "neighbors"))
    return trust(vectors, graph, drawn, metric=study.metric, k=study.k, seed=study.seed)


def _with_residual(pipeline: "Pipeline", drawn: Map, judged: Result, reference: Map) -> Made:
    from analysis.projection.onto import residual

    left = residual(reference, drawn, seed=pipeline.study.seed)
    return drawn, replace(judged, numbers={**judged.numbers, RESIDUAL: left})
