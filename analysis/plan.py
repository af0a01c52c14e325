"""What a study wants, in the order of making: the asks of a whole run, and which of them are still missing."""

from fnmatch import fnmatchcase
from itertools import combinations

from analysis.anchor_asks import anchor_asks
from analysis.ask import Ask
from analysis.benefit_asks import benefit_asks
from analysis.graph_asks import graph_asks
from analysis.keys import comparison_of, graph_k, measures_of
from analysis.metrics import asks_of
from analysis.pipeline import Pipeline
from analysis.pretraining import pretraining_asks
from analysis.registry import alignments, analyses, comparisons, estimators
from analysis.task_asks import task_asks
from analysis.task_card import cards_of
from analysis.transfer_asks import transfers_of
from models.errors import BadInput, nearest

MAPS = ("pca", "umap")  # drawn by a whole run; others when somebody asks


def wanted(pipeline: Pipeline) -> list[Ask]:
    """Every ask of a run: checkpoints to make, vectors, neighbours, maps, analyses of each space, comparisons,
    estimators, graphs, tasks, anchors and metrics.

    Needs the samples, for their label columns. BadInput for a glob that matches nothing known.
    """
    if pipeline.study.dataset is None:
        return anchor_asks(pipeline) + benefit_asks(pipeline.study) + asks_of(pipeline.study)
    dataset = pipeline.dataset()
    graph_k(pipeline.study, len(dataset))  # refuses k >= n before any work
    chosen = chosen_analyses(pipeline.study.analyses)
    asks = pretraining_asks(pipeline)
    asks += [Ask("space", subject=space.name) for space in pipeline.spaces()]
    for space in pipeline.spaces():
        asks.append(Ask("neighbors", subject=space.name))
        for name in chosen:
            columns = analyses()[name].columns(dataset.labels)
            asks += [Ask("analysis", name, space.name, other=label) for label in columns]
    asks += pairs_of(pipeline) + transfers_of(pipeline) + graph_asks(pipeline) + task_asks(pipeline)
    asks += cards_of(pipeline)  # of tasks whose samples are read by now
    for space in pipeline.spaces():
        asks += [Ask(kind, name, space.name) for name in MAPS for kind in ("projection", "regions")]
    return asks + anchor_asks(pipeline) + benefit_asks(pipeline.study) + asks_of(pipeline.study)


def chosen_analyses(globs: tuple[str, ...]) -> list[str]:
    """Names of the one-space questions that the study's globs pick."""
    known = list(analyses())
    later = (
        "comparison",
        "task",
        "transferability",
        "alignment",
        "anchors",
        "benefit",
        "projection",
        "index",
    )
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in (*known, *later, *comparisons(), *estimators(), *alignments())):
            raise BadInput(f"analyses of the study names {glob!r}, which matches nothing{nearest(glob, known)}")
    return [name for name in known if any(fnmatchcase(name, glob) for glob in globs)]


def pairs_of(pipeline: Pipeline) -> list[Ask]:
    """The comparisons a study wants: of all its spaces, or of the pairs it names; none where it wants no measure."""
    spec, names = comparison_of(pipeline.study), [space.name for space in pipeline.spaces()]
    if not measures_of(Ask("comparison"), pipeline.study):
        return []
    if spec.pairs == "all":
        return [Ask("comparison", subject=a, other=b) for a, b in combinations(names, 2)]
    found = []
    for pair in spec.pairs:
        if len(pair) != 2 or pair[0] == pair[1]:
            raise BadInput(f"pairs of [comparison] holds {list(pair)}; give two different spaces.")
        found.append(Ask("comparison", subject=pipeline.space_called(pair[0]).name, other=pair[1]))
        pipeline.space_called(pair[1])
    return found


def missing(pipeline: Pipeline, asks: list[Ask]) -> list[Ask]:
    """Those that are not there yet."""
    return [ask for ask in asks if pipeline.find(ask) is None]
