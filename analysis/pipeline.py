"""From a study to any value in it: find it by key, or make it with everything it needs on the way.

`find` never computes and is quick enough for a page; `make` is for worker processes and the command line.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.aligned_drawing import draw_aligned
from analysis.anchor_asks import ANCHOR_KINDS, anchor_recipe, make_anchors
from analysis.ask import Ask
from analysis.benefit_asks import benefit_recipe, make_benefit
from analysis.dataset import Dataset
from analysis.embed_missing import make_vectors
from analysis.engines import engine_of
from analysis.gathered import vectors_file, with_moments
from analysis.graph_asks import GRAPH_KINDS, graph_from, graph_recipe_for, make_of_graph
from analysis.keys import comparison_of, measures_of, recipe_of
from analysis.knn_graph import KnnGraph
from analysis.metrics import section_of
from analysis.number import CannotAnalyze, Number
from analysis.pretraining import make_checkpoint, pretraining_recipe, ready
from analysis.progress import Progress, silent
from analysis.recipe import Recipe
from analysis.registry import analyses, called, drawing_params, params_of, projections
from analysis.result import Result
from analysis.result_files import neighbors_from, number_to_json, result_from, result_to_parts
from analysis.samples import complete_dataset, dataset_recipe, find_dataset, make_dataset
from analysis.scales import BySums
from analysis.snapshots import imported_from, snapshot_now, take_once
from analysis.space import EmbeddingSpace
from analysis.spaces import SpaceOf, spaces_of
from analysis.store import Artifact, Store
from analysis.study import Study
from analysis.task_asks import read_task, score, task_recipe
from analysis.task_card import card_recipe, make_card
from analysis.transfer_asks import make_estimates, read_for, transfer_recipe
from analysis.weight_asks import make_weights, weights_recipe
from models.place import Place

RECIPES: dict[str, Callable[["Pipeline", Ask], Recipe | None]]  # of asks that have a file of their own
RECIPES = {"task": task_recipe, "task_card": card_recipe, "transferability": transfer_recipe}
RECIPES |= {"pretraining": pretraining_recipe, "weights": weights_recipe, "benefit": benefit_recipe}
RECIPES |= dict.fromkeys(GRAPH_KINDS, graph_recipe_for) | dict.fromkeys(ANCHOR_KINDS, anchor_recipe)
MAKERS: dict[str, Callable[..., None]] = {"task": score, "task_card": make_card, "transferability": make_estimates}
MAKERS |= {"weights": make_weights, "benefit": make_benefit}
MAKERS |= dict.fromkeys(GRAPH_KINDS, make_of_graph) | dict.fromkeys(ANCHOR_KINDS, make_anchors)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A projection: coordinates (n, dimensions) and how far to trust them; no rows where it cannot be drawn.
    Aligned to that of another space, `trust` holds `alignment_residual` too.
    """

    coordinates: npt.NDArray[np.float32]
    trust: Result

    @property
    def why(self) -> str:
        """Why there is no picture; empty where there is one."""
        return "" if len(self.coordinates) else self.trust.numbers["trustworthiness"].why


@dataclass(frozen=True, eq=False)
class Pipeline:
    """A study, the place its paths start from, and the store its values are kept in."""

    study: Study
    place: Place
    store: Store
    _memory: dict[str, Any] = field(default_factory=dict)

    # Samples and spaces

    @property
    def dataset_recipe(self) -> Recipe:
        """Recipe of the samples; the source's files are hashed once per pipeline."""
        if "recipe" not in self._memory:
            self._memory["recipe"] = dataset_recipe(self.study, self.place)
        recipe: Recipe = self._memory["recipe"]
        return recipe

    def find_dataset(self, *, items: bool = False) -> Dataset | None:
        """The samples if they were read before; with `items`, only with what the encoders read."""
        kept: Dataset | None = self._memory.get("dataset")
        if self.study.dataset is None:
            return None
        if kept is not None and (not items or self._memory["items"]):
            return kept
        dataset = find_dataset(self.dataset_recipe, self.store, items=True)
        if dataset is None and items:
            dataset = complete_dataset(self.study, self.dataset_recipe, self.store)
        whole = dataset is not None
        if dataset is None and not items:
            dataset = find_dataset(self.dataset_recipe, self.store, items=False)
        if dataset is not None:
            self._memory.update(dataset=dataset, items=whole)
        return dataset

    def dataset(self, *, items: bool = False) -> Dataset:
        """The samples, read now if they were not."""
        found = self.find_dataset(items=items)
        if found is None:
            found = make_dataset(self.study, self.place, self.dataset_recipe, self.store)
            self._memory.update(dataset=found, items=True)
        return found

    def spaces(self) -> tuple[SpaceOf, ...]:
        """Every space of the study; its checkpoints' configuration files are read once per pipeline."""
        if "spaces" not in self._memory:
            self._memory["spaces"] = spaces_of(self.study, self.place, self.store)
        found: tuple[SpaceOf, ...] = self._memory["spaces"]
        return found

    def space_called(self, name: str) -> SpaceOf:
        """One space by name."""
        spaces = {space.name: space for space in self.spaces()}
        return called(name, spaces, "space")

    def recipe(self, ask: Ask) -> Recipe | None:
        """The recipe of an ask, or None while the samples are unread."""
        if ask.kind == "dataset":
            return self.dataset_recipe
        if ask.kind == "metrics":
            return snapshot_now(ask, self.study, self.place, self.store, self._memory)
        if ask.kind in RECIPES:
            return RECIPES[ask.kind](self, ask)
        dataset = self.find_dataset()
        if dataset is None:
            return None
        other = self.space_called(ask.other) if len(ask.spaces) == 2 else None
        return recipe_of(ask, self.space_called(ask.subject), self.study, self.place, dataset, other)

    def find(self, ask: Ask) -> Any | None:
        """The value of an ask if it is there: Dataset, EmbeddingSpace, KnnGraph, Graph, Drawing, Result, Imported."""
        if ask.kind == "dataset":
            return self.find_dataset(items=True)
        recipe = self.recipe(ask)
        if recipe is None:
            return None
        if recipe.key in self._memory:
            return self._memory[recipe.key]
        artifact = self.store.get(recipe)
        if artifact is None:
            return None
        value = self._read(ask, recipe, artifact)
        if ask.kind != "projection":
            self._memory[recipe.key] = value
        return value

    def _read(self, ask: Ask, recipe: Recipe, artifact: Artifact) -> Any:
        if ask.kind == "space":
            dataset = self.dataset()
            return EmbeddingSpace(ask.subject, recipe.key, artifact.array("vectors"), dataset.ids)
        if ask.kind == "neighbors":
            return neighbors_from(artifact, recipe)
        if ask.kind == "graph":
            return graph_from(artifact, ask, recipe.key)
        if ask.kind == "metrics":
            return imported_from(recipe, section_of(ask, self.study), self.study, self.place, self.store)
        if ask.kind == "projection":
            return Drawing(artifact.array("array-coordinates"), result_from(artifact))
        return result_from(artifact)

    def make(self, ask: Ask, progress: Progress = silent) -> Any:
        """The value of an ask, computed now with whatever it needs if it is not there."""
        if ask.kind == "dataset":
            progress(0, 1, "reading the samples")
            return self.dataset(items=True)
        if ask.kind == "metrics":
            progress(0, 1, "reading")
            take_once(ask, self.study, self.place, self.store, self._memory, there=self.find(ask) is not None)
            return self.find(ask)
        if ask.kind in ("task", "task_card"):
            read_task(self, ask)
        elif ask.kind == "transferability":
            read_for(self, ask)
        elif ask.kind not in (*ANCHOR_KINDS, "weights", "benefit"):
            self.dataset()
        found = self.find(ask)
        if found is not None:
            return found
        recipe = self.recipe(ask)
        assert recipe is not None
        ready(self, ask, progress)
        start = time.perf_counter()
        if ask.kind == "pretraining":
            make_checkpoint(self, ask, progress)
        elif ask.kind == "space":
            make_vectors(self, ask, progress)
        elif ask.kind == "neighbors":
            self._link(ask, recipe, start, progress)
        elif ask.kind == "projection" and ask.alignment:
            draw_aligned(self, ask, recipe, progress)
        elif ask.kind == "projection":
            self._draw(ask, recipe, start, progress)
        elif ask.kind == "regions":
            self._name(ask, recipe, start, progress)
        elif ask.kind == "comparison":
            self._compare(ask, recipe, start, progress)
        elif ask.kind in MAKERS:
            MAKERS[ask.kind](self, ask, recipe, progress)
        else:
            self._answer(ask, recipe, start, progress)
        return self.find(ask)

    def _link(self, ask: Ask, recipe: Recipe, start: float, progress: Progress) -> None:
        from analysis.neighbors.graph import InParts, build_graph

        space = self.make(Ask("space", subject=ask.subject), progress)
        progress(0, 1, f"finding the neighbours in {ask.subject}")
        said = {name: recipe.params[name] for name in ("metric", "k", "seed")}
        parts = InParts(vectors_file(self, ask.subject), engine_of(self.study), self.store.partial_path(recipe))
        graph = build_graph(space, **said, report=progress, parts=parts)
        content = {"method": graph.method, "recall": number_to_json(graph.recall), "recalls": list(graph.recalls)}
        arrays: dict[str, npt.NDArray[Any]] = {"indices": graph.indices, "distances": graph.distances}
        self.store.put(recipe, content=content, arrays=arrays, seconds=time.perf_counter() - start)
        self.store.forget(recipe)

    def _draw(self, ask: Ask, recipe: Recipe, start: float, progress: Progress) -> None:
        from analysis.projection.trust import trust

        space, graph = self._space_and_graph(ask, progress)
        progress(0, 1, f"drawing {ask.subject} by {ask.name}")
        projection = projections()[ask.name]
        dimensions, params = drawing_params(ask, projection)
        study = self.study
        try:
            coordinates = projection.project(space, graph, dimensions, study.seed, params)
            judged = trust(space, graph, coordinates, metric=study.metric, k=study.k, seed=study.seed)
        except CannotAnalyze as error:
            coordinates = np.empty((0, dimensions), np.float32)
            none = Number(value=None, why=str(error))
            judged = Result({"trustworthiness": none, "continuity": none})
        self._keep(recipe, judged, start, {"array-coordinates": coordinates})

    def _name(self, ask: Ask, recipe: Recipe, start: float, progress: Progress) -> None:
        from analysis.projection.regions import find_regions

        drawing: Drawing = self.make(replace(ask, kind="projection"), progress)
        progress(0, 1, f"naming the regions of {ask.subject} by {ask.name}")
        named = find_regions(drawing.coordinates, self.dataset(items=True), seed=self.study.seed)
        self._keep(recipe, named, start)

    def _answer(self, ask: Ask, recipe: Recipe, start: float, progress: Progress) -> None:
        from analysis.uncertainty import answer

        analysis, study = analyses()[ask.name], self.study
        space: EmbeddingSpace = self.make(Ask("space", subject=ask.subject), progress)
        needs: dict[str, Any] = {}
        if {"neighbors", "all_neighbors"} & {*analysis.needs}:
            graph: KnnGraph = self.make(Ask("neighbors", subject=ask.subject), progress)
            known = {"neighbors": graph.nearest(study.k), "all_neighbors": graph}
            needs |= {name: known[name] for name in known if name in analysis.needs}
        if {"labels", "labels?"} & {*analysis.needs}:
            needs["labels"] = self.dataset().labels_in(ask.other) if ask.other else None
        if "metric" in analysis.needs:
            needs["metric"] = study.metric
        if analysis.scales == BySums():
            space = with_moments(self, space, progress)
        progress(0, 1, f"{analysis.title.lower()} of {ask.subject}")
        params = params_of(analysis.params, ask.params)
        result = answer(analysis, space, params, needs, draws=study.draws, seed=study.seed, k=study.k)
        self._keep(recipe, result, start)

    def _compare(self, ask: Ask, recipe: Recipe, start: float, progress: Progress) -> None:
        from analysis.compare import compare, ready

        measures, study = measures_of(ask, self.study), self.study
        sides = []
        for name in (ask.subject, ask.other):
            space: EmbeddingSpace = self.make(Ask("space", subject=name), progress)
            near = any(measure.at_k for measure in measures)
            graph: KnnGraph | None = self.make(Ask("neighbors", subject=name), progress) if near else None
            sides.append(ready(space, graph, measures))
        progress(0, 1, str(ask))
        ks = [k for k in comparison_of(study).ks if k < sides[0].space.n]
        found = compare(sides[0], sides[1], measures, ks=ks, draws=study.draws, seed=study.seed, report=progress)
        self._keep(recipe, found, start)

    def _keep(
        self, recipe: Recipe, result: Result, start: float, more: Mapping[str, npt.NDArray[Any]] = MappingProxyType({})
    ) -> None:
        content, arrays, tables = result_to_parts(result)
        seconds = time.perf_counter() - start
        self.store.put(recipe, content=content, arrays={**arrays, **more}, tables=tables, seconds=seconds)

    def _space_and_graph(self, ask: Ask, progress: Progress) -> tuple[EmbeddingSpace, KnnGraph]:
        return (
            self.make(Ask("space", subject=ask.subject), progress),
            self.make(Ask("neighbors", subject=ask.subject), progress),
        )
