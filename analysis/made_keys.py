"""The recipe of a checkpoint that we make, and its card: known from files and settings before anything is trained.

What does not move the weights is no part of the recipe: with weight 0 the graph, the loss and the pooling; never the
section's name. So the per-token baseline of two sections over two graphs is one checkpoint.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

from analysis.datasets.fingerprints import hash_of_file
from analysis.made import MadeCheckpoint
from analysis.recipe import Recipe, hash_of
from analysis.registry import graph_sources, sources
from analysis.samples import dataset_recipe
from analysis.store import Store
from analysis.study import DatasetSpec, GraphSpec, Study
from analysis.study_file import plain
from models.adapters import WEIGHTS
from models.encoder import Card, Pooling
from models.hashes import sha256_of
from models.place import Place
from models.pretraining.architectures import TextArchitecture, text_architecture
from models.pretraining.objective import objective_called
from models.pretraining.sequence_model import Shape, shape_called, work_of
from models.pretraining.settings import PreTraining
from models.weight_groups import scheme_of

VERSION = 1  # of what is trained: the same recipe and version are the same checkpoint, but for rounding
PYDOCS = "pydocs"
OF_STRUCTURE = ("loss", "margin", "normalize", "pooling")


def settings_of(spec: MadeCheckpoint) -> PreTraining:
    """What is asked of its training."""
    unit = bool(spec.normalize)
    return spec.section.settings(weight=spec.weight, seed=spec.seed, pooling=spec.pooling or "mean", unit=unit)


def made_recipe(
    spec: MadeCheckpoint, start: Card | None, study: Study, place: Place, cards: Mapping[str, Card]
) -> Recipe:
    """Recipe of a checkpoint; `cards`: of the study's checkpoints before it."""
    version = objective_called(spec.section.objective).version
    params = asdict(settings_of(spec)) | {"version": version}
    if not spec.section.lora:
        del params["lora"]
    if spec.step is not None:
        params["step"] = spec.step
    inputs = {"samples": _samples_key(study, place)}
    if spec.weight:
        graph = next(one for one in study.graph if one.name == spec.section.graph)
        inputs["graph"] = _graph_key(graph, study, place, cards)
        if spec.section.without:
            inputs["without"] = _split_key(spec.section.without, study, place, cards)
    else:
        params = {name: value for name, value in params.items() if name not in OF_STRUCTURE}
    if start is None or spec.section.sequences:
        params["architecture"] = spec.sizes
    if start is not None:
        inputs["start"] = _identity(start)
    if spec.section.init_from:
        params["statistics"] = str(scheme_of(spec.section.grouping, spec.section.mode))
    for at, name in enumerate(spec.section.corpus):
        inputs[f"corpus{at}"] = _corpus_key(name, place)
    return Recipe("pretraining", VERSION, params, inputs)


def keyed(
    spec: MadeCheckpoint, start: Card | None, study: Study, place: Place, store: Store, cards: Mapping[str, Card]
) -> MadeCheckpoint:
    """The same with the key of its recipe, and the folder where it lies or will lie."""
    recipe = made_recipe(spec, start, study, place, cards)
    return replace(spec, key=recipe.key, model=str(store.folder(recipe)))


def as_start(spec: MadeCheckpoint, start: Card) -> MadeCheckpoint:
    """The same, read as what it starts from is, whose own settings its folder does not hold."""
    own = start.identity
    return replace(
        spec,
        pooling=spec.section.pooling or cast("Pooling", start.pooling),
        normalize=start.normalize,
        prefix=str(own.get("prefix", "")),
        max_length=int(own.get("max_length", spec.max_length)),
    )


def made_card(spec: MadeCheckpoint, start: Card | None) -> Card:
    """Its card; the hash of its weights once they are there."""
    file = Path(spec.model) / (WEIGHTS if spec.section.lora else "model.safetensors")
    sha256 = sha256_of(file) if spec.model and file.is_file() else ""
    identity: dict[str, str | int | bool] = {"made": spec.key, "pooling": spec.pooling or "mean"}
    identity |= {"normalize": bool(spec.normalize), "max_length": spec.max_length, "prefix": spec.prefix}
    identity |= {"dtype": spec.dtype}
    if start is not None:
        kept = replace(start, title=spec.name, weights_sha256=sha256, identity=identity, asked=0)
        return replace(kept, pooling=str(spec.pooling), normalize=bool(spec.normalize))
    architecture: TextArchitecture | Shape
    if spec.section.sequences:
        architecture = shape_called(spec.sizes)
        work = work_of(architecture)
    else:
        architecture = text_architecture(spec.section.architecture)
        work = architecture.work
    return Card(
        title=spec.name,
        weights_sha256=sha256,
        layers=architecture.layers + 1,
        width=architecture.width,
        parameters=None,
        pooling=str(spec.pooling),
        normalize=False,
        identity=identity,
        work=work,
    )


def _identity(card: Card) -> str:
    return hash_of(json.dumps(card.identity, sort_keys=True))


def _samples_key(study: Study, place: Place) -> str:
    """Of the samples without their labels, unless these decide which are taken."""
    assert study.dataset is not None
    bare = study.dataset if study.dataset.sample else replace(study.dataset, labels=())
    return dataset_recipe(replace(study, dataset=bare), place).key


def _graph_key(graph: GraphSpec, study: Study, place: Place, cards: Mapping[str, Card]) -> str:
    said: dict[str, Any] = {
        name: value for name, value in plain(graph).items() if name not in ("name", "path", "judge")
    }
    said |= {"source": graph.source, "version": graph_sources()[graph.source].version}
    if graph.add or graph.flip:
        said["seed"] = study.seed
    if graph.source == "knn":
        said |= {"metric": study.metric, "study_k": study.k, "seed": study.seed}
    parts = [json.dumps(said, sort_keys=True)]
    if graph.path:
        parts.append(hash_of_file(place.resolve(graph.path, f"the path of graph {graph.name!r}")))
    if graph.space:
        named = (graph.space, graph.space.rpartition("@")[0])
        parts += [_identity(card) for name, card in cards.items() if name in named]
    return hash_of(*parts)


def _split_key(name: str, study: Study, place: Place, cards: Mapping[str, Card]) -> str:
    """Of what a task's splits ask: its labels stand in the samples, whose key is another's."""
    from analysis.task_data import VERSION as SPLITS

    task = next(one for one in study.task if one.name == name)
    said = {"label": task.label, "separator": task.separator, "seeds": task.seeds, "group": task.group}
    over = [one for one in study.graph if task.group == f"graph:{one.name}"]
    return hash_of(
        json.dumps(said | {"version": SPLITS}, sort_keys=True),
        *(_graph_key(graph, study, place, cards) for graph in over),
    )


def _corpus_key(name: str, place: Place) -> str:
    if name == PYDOCS:
        read = sources()[PYDOCS].fingerprint(DatasetSpec(source="pydocs"), place)
        return hash_of(json.dumps(dict(read), sort_keys=True))
    return hash_of_file(place.resolve(name, "a corpus of [[pretraining]]"))
