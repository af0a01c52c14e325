r"""The recipe of every ask, known from study, configuration files and the samples' keys before anything is made.

dataset -> space -> neighbors -> projection -> regions
                \-> analysis <-/   \-> comparison <- another space
                                    \-> aligned drawing <- another space, its drawing
                \-> transferability <- labels
"""

from fnmatch import fnmatchcase
from typing import Any

from analysis.ask import ALIGNMENTS, Ask
from analysis.dataset import Dataset
from analysis.neighbors.graph import graph_recipe
from analysis.plugin import Comparison, Estimator
from analysis.recipe import Recipe
from analysis.registry import analyses, called, comparisons, estimators, projections
from analysis.spaces import SpaceOf, space_recipe
from analysis.study import ComparisonSpec, Study
from models.errors import BadInput, nearest
from models.place import Place

ALIGNED = 1  # version of how drawings are aligned
COMPARED = 2  # version of how comparisons are drawn
WIDEST_DEFAULT = 50  # neighbours kept at least, so that lists, maps and measures share one graph


def graph_k(study: Study, n: int) -> int:
    """How many neighbours the one graph of a space holds: the most that anything asks for."""
    if study.k >= n:
        raise BadInput(f"k is {study.k} but there are {n} samples; give k below {n}.")
    ks = study.comparison.ks if study.comparison else ()
    linked = [spec.k or WIDEST_DEFAULT for spec in study.graph if spec.space]
    return min(max(study.k, WIDEST_DEFAULT, *ks, *linked), n - 1)


def comparison_of(study: Study) -> ComparisonSpec:
    """How a study compares its spaces, said or not."""
    return study.comparison or ComparisonSpec()


def measures_of(ask: Ask, study: Study) -> list[Comparison]:
    """The measures of a comparison: the one it names, else those the study wants."""
    if ask.name:
        return [called(ask.name, comparisons(), "measure")]
    found = [called(name, comparisons(), "measure") for name in comparison_of(study).measures]
    return [one for one in found if any(picks(glob, one.name, "comparison") for glob in study.analyses)]


def estimators_of(ask: Ask, study: Study) -> list[Estimator]:
    """The one estimator an ask names, else those the study wants."""
    if ask.name:
        return [called(ask.name, estimators(), "estimator")]
    found = estimators().values()
    return [one for one in found if any(picks(glob, one.name, "transferability") for glob in study.analyses)]


def picks(glob: str, name: str, kind: str) -> bool:
    """Whether a glob of the study means a plug-in, by its own name or by its kind's."""
    return fnmatchcase(name, glob) or fnmatchcase(kind, glob)


def recipe_of(
    ask: Ask, space_of: SpaceOf, study: Study, place: Place, dataset: Dataset, other_of: SpaceOf | None = None
) -> Recipe:
    """Recipe of an ask about a space, or about two."""
    space = space_recipe(space_of, dataset, place)
    if ask.kind == "space":
        return space
    k, metric, seed = graph_k(study, len(dataset)), study.metric, study.seed
    graph = graph_recipe(space.key, metric=metric, k=k, seed=seed)
    if ask.kind == "neighbors":
        return graph
    if ask.kind in ("projection", "regions"):
        drawn = _drawn(ask, graph, study)
        if ask.alignment:
            check_alignment(ask)
            assert other_of is not None
            near = graph_recipe(space_recipe(other_of, dataset, place).key, metric=metric, k=k, seed=seed)
            drawn = _aligned(ask, graph, near, study)
        return drawn if ask.kind == "projection" else Recipe("regions", 1, {"seed": seed}, {"projection": drawn.key})
    if other_of is not None:
        measures, other = measures_of(ask, study), space_recipe(other_of, dataset, place)
        said: dict[str, Any] = {"measures": {one.name: one.version for one in measures}, "seed": seed}
        said["draws"] = study.draws
        inputs = {"space": space.key, "other": other.key}
        if any(one.at_k for one in measures):
            said["ks"] = [k for k in comparison_of(study).ks if k < len(dataset)]
            inputs["neighbors"] = graph.key
            inputs["other_neighbors"] = graph_recipe(other.key, metric=metric, k=k, seed=seed).key
        return Recipe("comparison", COMPARED, said, inputs)
    params: dict[str, Any] = {"params": dict(ask.params), "seed": seed}
    analysis = called(ask.name, analyses(), "analysis")
    params["draws"] = study.draws
    inputs = {"space": space.key}
    if "neighbors" in analysis.needs:
        inputs["neighbors"] = graph.key
        params["k"] = study.k
    if "all_neighbors" in analysis.needs:
        inputs["neighbors"] = graph.key
    if "metric" in analysis.needs:
        params["metric"] = study.metric
    if "labels" in analysis.needs or ("labels?" in analysis.needs and ask.other):
        inputs["labels"] = dataset.labels_in(ask.other).key
    return Recipe(f"analysis:{ask.name}", analysis.version, params, inputs)


def _drawn(ask: Ask, graph: Recipe, study: Study) -> Recipe:
    """Recipe of a drawing by itself, of the space with this graph."""
    version = called(ask.name, projections(), "projection").version
    params = {"params": dict(ask.params), "seed": study.seed, "k": study.k}
    return Recipe(f"projection:{ask.name}", version, params, {"neighbors": graph.key})


def _aligned(ask: Ask, graph: Recipe, near: Recipe, study: Study) -> Recipe:
    """Recipe of a drawing brought near that of the space with the graph `near`.

    A joint fit has no drawing to go by, so what it refers to is that graph itself.
    """
    alone, version = ask.alone, called(ask.name, projections(), "projection").version
    params = {"alignment": ask.alignment, "projection": version, "params": dict(alone.params)}
    params |= {"seed": study.seed, "k": study.k}
    other = near if ask.alignment == "joint" else _drawn(alone, near, study)
    inputs = {"neighbors": graph.key, "reference": other.key}
    return Recipe(f"aligned:{ask.name}", ALIGNED, params, inputs)


def check_alignment(ask: Ask) -> None:
    """Refuse an aligned drawing that cannot be: BadInput says of which, and the way out."""
    projection, how = called(ask.name, projections(), "projection"), ask.alignment
    if how not in ALIGNMENTS:
        raise BadInput(f"no alignment {how!r}{nearest(how, ALIGNMENTS)}")
    if ask.other in ("", ask.subject):
        said = f"not to {ask.other!r}" if ask.other else "and none is named"
        raise BadInput(
            f"a drawing of {ask.subject!r} is aligned to that of another space, {said}; give one as `other`."
        )
    able = {"start": projection.started, "joint": projection.jointly}
    if able.get(how, True) is None:
        others = [name for name, one in projections().items() if (one.started if how == "start" else one.jointly)]
        can = "start from another map" if how == "start" else "draw two spaces in one fit"
        raise BadInput(f"{ask.name} cannot {can}; give {' or '.join(others)}, or the alignment 'procrustes'.")
