"""The graphs of a study: recipe, making, and the asks that a study wants of them."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.ask import Ask
from analysis.graph import Graph, graph_of
from analysis.graph_plugin import Alignment
from analysis.knn_graph import KnnGraph
from analysis.labels import Labels
from analysis.progress import Progress
from analysis.recipe import Recipe, hash_of
from analysis.registry import alignments, called, graph_sources
from analysis.result import Result
from analysis.result_files import result_to_parts
from analysis.space import EmbeddingSpace
from analysis.spaces import space_recipe
from analysis.store import Artifact
from analysis.study import GraphSpec, Study
from models.errors import BadInput, nearest

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline

VERSION = 1  # of how graphs are read
JUDGED = 2  # of intervals and chance
CARD = 2  # of what is counted of a graph
GRAPH_KINDS = ("graph", "graph_card", "graph_alignment")


def graph_spec(study: Study, name: str) -> GraphSpec:
    """A graph of the study by name."""
    found = {spec.name: spec for spec in study.graph}
    if not found:
        raise BadInput(f"no graph {name!r}; the study has none: add a [[graph]].")
    if name not in found:
        raise BadInput(f"no graph {name!r}{nearest(name, found)}")
    return found[name]


def alignments_of(study: Study) -> list[Alignment]:
    """The measures that the study wants."""
    from analysis.keys import picks

    return [one for one in alignments().values() if any(picks(glob, one.name, "alignment") for glob in study.analyses)]


def graph_asks(pipeline: "Pipeline") -> list[Ask]:
    """Every graph, what it is like, by each label column too, and how every space agrees with it.

    A graph whose file, columns or space are not there is found here.
    """
    study, dataset = pipeline.study, pipeline.dataset()
    found: list[Ask] = []
    for spec in study.graph:
        source = graph_sources()[spec.source]
        for ask in source.needs(spec, dataset):
            pipeline.space_called(ask.subject)
        graph_recipe_of(pipeline, spec.name)
        found.append(Ask("graph", spec.name))
        if alignments_of(study) and spec.judge:
            found += [Ask("graph_card", spec.name, other=label) for label in ("", *classes_of(pipeline))]
            found += [Ask("graph_alignment", "", space.name, spec.name) for space in pipeline.spaces()]
    return found


def read_graphs(pipeline: "Pipeline") -> None:
    """Read every graph that no space is needed for, so that what is wrong with one is found before any heavy work."""
    for spec in pipeline.study.graph:
        if not graph_sources()[spec.source].needs(spec, pipeline.dataset()):
            pipeline.make(Ask("graph", spec.name))


def classes_of(pipeline: "Pipeline") -> list[str]:
    """The label columns that hold classes."""
    dataset = pipeline.dataset()
    return [name for name in dataset.labels if dataset.labels_in(name).kind == "categorical"]


def graph_recipe_of(pipeline: "Pipeline", name: str) -> Recipe:
    """Recipe of a graph: its source, all that decides its links, and the samples' ids."""
    spec, dataset = graph_spec(pipeline.study, name), pipeline.dataset()
    key = f"recipe of graph {name}"
    if key not in pipeline._memory:
        source = called(spec.source, graph_sources(), "source of graphs")
        needed = [pipeline.recipe(ask) for ask in source.needs(spec, dataset)]
        params: dict[str, Any] = {"read": VERSION, "directed": spec.directed}
        if spec.add or spec.flip:
            params |= {"add": spec.add, "flip": spec.flip, "seed": pipeline.study.seed}
        inputs = {"ids": dataset.ids_key, **source.fingerprint(spec, dataset, pipeline.place)}
        inputs |= {f"needed{at}": recipe.key for at, recipe in enumerate(needed) if recipe is not None}
        pipeline._memory[key] = Recipe(f"graph:{spec.source}", source.version, params, inputs)
    found: Recipe = pipeline._memory[key]
    return found


def graph_recipe_for(pipeline: "Pipeline", ask: Ask) -> Recipe | None:
    """Recipe of an ask about a graph, None while the samples are unread."""
    dataset, study = pipeline.find_dataset(), pipeline.study
    if dataset is None:
        return None
    graph = graph_recipe_of(pipeline, ask.other if ask.kind == "graph_alignment" else ask.name)
    if ask.kind == "graph":
        return graph
    params: dict[str, Any] = {"judged": JUDGED, "seed": study.seed, "draws": study.draws}
    params["measures"] = {one.name: one.version for one in alignments_of(study)}
    inputs = {"graph": graph.key}
    if ask.kind == "graph_card":
        inputs |= {"labels": dataset.labels_in(ask.other).key} if ask.other else {}
        return Recipe("graph_card", CARD, params, inputs)
    near = pipeline.recipe(Ask("neighbors", subject=ask.subject))
    assert near is not None
    inputs |= {"space": space_recipe(pipeline.space_called(ask.subject), dataset, pipeline.place).key}
    inputs |= {"neighbors": near.key, "labels": hash_of(*(dataset.labels_in(one).key for one in classes_of(pipeline)))}
    return Recipe("graph_alignment", JUDGED, params | {"metric": study.metric, "k": study.k}, inputs)


def make_of_graph(pipeline: "Pipeline", ask: Ask, recipe: Recipe, progress: Progress) -> None:
    """Make what is asked about a graph, and keep it."""
    start = time.perf_counter()
    if ask.kind == "graph":
        progress(0, 1, f"reading {ask}")
        graph = read_graph(pipeline, graph_spec(pipeline.study, ask.name), recipe, progress)
        arrays: dict[str, Any] = {"indptr": graph.indptr, "indices": graph.indices}
        arrays |= {} if graph.weights is None else {"weights": graph.weights}
        content = {"directed": graph.directed, "counts": dict(graph.counts), "notes": list(graph.notes)}
        pipeline.store.put(recipe, content=content, arrays=arrays, seconds=time.perf_counter() - start)
        return
    found = _card(pipeline, ask, progress) if ask.kind == "graph_card" else _alignment(pipeline, ask, progress)
    seconds = time.perf_counter() - start
    numbers = {name: replace(number, seconds=seconds) for name, number in found.numbers.items()}
    content, arrays, tables = result_to_parts(replace(found, numbers=numbers))
    pipeline.store.put(recipe, content=content, arrays=arrays, tables=tables, seconds=seconds)


def graph_from(artifact: Artifact, ask: Ask, key: str) -> Graph:
    """The graph that an artifact keeps."""
    said = artifact.content
    weights = artifact.array("weights") if artifact.has("weights.npy") else None
    rows = artifact.array("indptr"), artifact.array("indices")
    return Graph(ask.name, key, said["directed"], *rows, weights, said["counts"], tuple(said["notes"]))


def read_graph(pipeline: "Pipeline", spec: GraphSpec, recipe: Recipe, progress: Progress) -> Graph:
    """The graph of a section, read from its source, with its noise."""
    from analysis.graphs.noise import noisy

    source, dataset = graph_sources()[spec.source], pipeline.dataset()
    needed = [pipeline.make(ask, progress) for ask in source.needs(spec, dataset)]
    links = source.read(spec, dataset, pipeline.place, needed)
    directed = spec.directed if links.directed is None else links.directed
    n = len(dataset)
    graph = graph_of(links, n, name=spec.name, key=recipe.key, directed=directed)
    if not spec.add and not spec.flip:
        return graph
    ends = noisy(
        graph.pairs, n, directed=directed, add=spec.add, flip=spec.flip, seed=pipeline.study.seed, name=spec.name
    )
    counts = {"rewired": round(spec.flip * graph.edges), "added": round(spec.add * graph.edges)}
    notes = [*graph.notes, f"Noise: {counts['rewired']:,} links rewired, {counts['added']:,} added, seeded."]
    notes += ["Weights are dropped where there is noise."] if graph.weights is not None else []
    noised = graph_of(
        replace(links, ends=np.asarray(ends), weights=None), n, name=spec.name, key=recipe.key, directed=directed
    )
    return replace(noised, counts={**graph.counts, **counts}, notes=tuple(notes))


def _card(pipeline: "Pipeline", ask: Ask, progress: Progress) -> Result:
    from analysis.agreement import agreement, card

    graph: Graph = pipeline.make(Ask("graph", ask.name), progress)
    progress(0, 1, str(ask))
    if not ask.other:
        return card(graph)
    study, labels = pipeline.study, pipeline.dataset().labels_in(ask.other)
    return agreement(graph, labels, alignments_of(study), draws=study.draws, seed=study.seed, report=progress)


def _alignment(pipeline: "Pipeline", ask: Ask, progress: Progress) -> Result:
    from analysis.align import align

    graph: Graph = pipeline.make(Ask("graph", ask.other), progress)
    space: EmbeddingSpace = pipeline.make(Ask("space", subject=ask.subject), progress)
    near: KnnGraph = pipeline.make(Ask("neighbors", subject=ask.subject), progress)
    labels: list[Labels] = [pipeline.dataset().labels_in(name) for name in classes_of(pipeline)]
    progress(0, 1, str(ask))
    study = pipeline.study
    return align(
        space,
        near,
        graph,
        labels,
        alignments_of(study),
        k=study.k,
        draws=study.draws,
        seed=study.seed,
        report=progress,
    )
