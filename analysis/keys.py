r"""The recipe of every ask, known from study, configuration files and the samples' keys before anything is made.

dataset -> space -> neighbors -> projection -> regions
                \-> analysis <-/
"""

from typing import Any

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.neighbors.graph import graph_recipe
from analysis.recipe import Recipe
from analysis.registry import analyses, called, projections
from analysis.spaces import SpaceOf, space_recipe
from analysis.study import Study
from models.errors import BadInput
from models.place import Place

WIDEST_DEFAULT = 50  # neighbours kept at least, so that lists, maps and measures share one graph


def graph_k(study: Study, n: int) -> int:
    """How many neighbours the one graph of a space holds: the most that anything asks for."""
    if study.k >= n:
        raise BadInput(f"k is {study.k} but there are {n} samples; give k below {n}.")
    ks = study.comparison.ks if study.comparison else ()
    return min(max(study.k, WIDEST_DEFAULT, *ks), n - 1)


def recipe_of(ask: Ask, space_of: SpaceOf, study: Study, place: Place, dataset: Dataset) -> Recipe:
    """Recipe of an ask about a space."""
    space = space_recipe(space_of, dataset, place)
    if ask.kind == "space":
        return space
    k, metric, seed = graph_k(study, len(dataset)), study.metric, study.seed
    graph = graph_recipe(space.key, metric=metric, k=k, seed=seed)
    if ask.kind == "neighbors":
        return graph
    params: dict[str, Any] = {"params": dict(ask.params), "seed": seed}
    if ask.kind in ("projection", "regions"):
        drawing = called(ask.name, projections(), "projection")
        drawn = Recipe(f"projection:{ask.name}", drawing.version, params | {"k": study.k}, {"neighbors": graph.key})
        return drawn if ask.kind == "projection" else Recipe("regions", 1, {"seed": seed}, {"projection": drawn.key})
    analysis = called(ask.name, analyses(), "analysis")
    params["draws"] = study.draws
    inputs = {"space": space.key}
    if "neighbors" in analysis.needs:
        inputs["neighbors"] = graph.key
        params["k"] = study.k
    if "metric" in analysis.needs:
        params["metric"] = study.metric
    if "labels" in analysis.needs or ("labels?" in analysis.needs and ask.other):
        inputs["labels"] = dataset.labels_in(ask.other).key
    return Recipe(f"analysis:{ask.name}", analysis.version, params, inputs)
