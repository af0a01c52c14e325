"""About how long an ask will take: from what the same step took for another space here, else by rule of thumb.

The rules are what an ordinary two-core machine needs; they are there to tell seconds from hours.
"""

from collections.abc import Iterable
from itertools import chain

from analysis.ask import Ask
from analysis.benefit_asks import seconds_left
from analysis.cores import cores
from analysis.corpora import corpus_called
from analysis.made_keys import settings_of
from analysis.pipeline import Pipeline
from analysis.pretraining import lineage, made_in
from analysis.registry import task_methods
from analysis.spaces import SpaceOf, base_of, family_of, same_encoder, space_recipe
from analysis.task_data import home_of, spec_called

START = 5.0  # seconds until a worker has its imports
TEXTS_A_SECOND = 35.0  # a small transformer over a paragraph
IMAGES_A_SECOND = 120.0
OPERATIONS_A_SECOND = 3e10  # of one core that trains
UMAP_COMPILES = 60.0  # its first call in a process
CONTEXTS_A_SECOND = 2000.0  # a small language model, its bulk rules and fits
JOINT_COMPILES = 40.0  # at each joint fit


def seconds_for(pipeline: Pipeline, asks: Iterable[Ask]) -> float:
    """Seconds for all the asks in one job, what they need on the way included."""
    wanted: dict[str, Ask] = {}
    for ask in asks:
        for part in (*_needs(pipeline, ask), ask):
            if not _is_there(pipeline, part):
                wanted[f"{part}{sorted(part.params.items())}"] = part
    if not wanted:
        return 0.0
    first_umap = any(ask.name == "umap" and ask.alignment in ("", "start") for ask in wanted.values())
    joint = len({frozenset(ask.spaces) for ask in wanted.values() if ask.alignment == "joint"})
    return (
        START
        + UMAP_COMPILES * first_umap
        + JOINT_COMPILES * joint
        + sum(_seconds(pipeline, ask) for ask in wanted.values())
    )


def _is_there(pipeline: Pipeline, ask: Ask) -> bool:
    recipe = pipeline.recipe(ask) if ask.kind == "space" else None
    if recipe is not None:
        return pipeline.store.get(recipe) is not None  # to look at the vectors is to check them: gigabytes, maybe
    return pipeline.find(ask) is not None


def _needs(pipeline: Pipeline, ask: Ask) -> list[Ask]:
    if ask.kind in ("dataset", "metrics") or _trains(ask):
        return []
    if ask.kind in ("pretraining", "corpus", "anchors"):
        return [Ask("pretraining", name) for name in lineage(pipeline, ask)]
    if ask.kind == "space":
        ours = [Ask("pretraining", name) for name in lineage(pipeline, ask)]
        base = _base_in(pipeline, ask.subject)
        return [*ours, Ask("space", subject=base)] if base else ours
    spaces = [Ask("space", subject=name) for name in ask.spaces]
    spaces = [*chain(*(_needs(pipeline, space) for space in spaces)), *spaces]
    if ask.kind in ("neighbors", "transferability", "task"):
        return spaces
    drawn = {"procrustes": [ask.alone, ask.reference], "start": [ask.reference]}.get(ask.alignment, [])
    drawings = drawn if ask.kind == "projection" else []
    return [*spaces, *(Ask("neighbors", subject=name) for name in ask.spaces), *drawings]


def _base_in(pipeline: Pipeline, name: str) -> str:
    """The space of the study that a derived one is made of; empty where there is none, or it is not derived."""
    space = pipeline.space_called(name)
    if space.checkpoint.transform == "none":
        return ""
    for other in pipeline.spaces():
        bare = other.checkpoint.transform == "none" and other.layer == space.layer
        if bare and same_encoder(other.checkpoint, space.checkpoint, pipeline.place):
            return other.name
    return ""


def _seconds(pipeline: Pipeline, ask: Ask) -> float:
    if ask.kind == "metrics":
        return 2.0
    if _trains(ask):
        return _training(pipeline, ask)
    if ask.kind == "benefit":
        return seconds_left(pipeline)
    if ask.kind == "weights":
        return 6.0
    if ask.kind in ("corpus", "anchors"):
        return 20 + corpus_called(pipeline.study, ask.other).tokens / CONTEXTS_A_SECOND
    dataset = pipeline.find_dataset()
    n = 1_500 if dataset is None else len(dataset)
    two = ask.kind == "comparison" or bool(ask.alignment)
    measured = None if two or ask.kind in ("dataset", "space", "pretraining") else _measured(pipeline, ask)
    if measured is not None:
        return measured
    if ask.kind == "dataset":
        return 8.0
    if ask.kind == "pretraining":
        return _pretraining(pipeline, ask)
    if ask.kind == "space":
        return _embedding(pipeline, ask, n)
    if ask.kind == "neighbors":
        return 0.5 + (n / 10_000) ** 2 * 0.7 if n < 30_000 else n / 12_000
    if ask.kind == "projection":
        if ask.alignment == "procrustes":
            return 0.5 + n / 100_000
        if ask.alignment == "joint":
            return 1 + n / 150
        return {"pca": 0.5 + n / 50_000, "umap": 1 + n / 2_500, "tsne": 3 + n / 300}.get(ask.name, 2 + n / 1_000)
    if ask.kind == "comparison":
        return 4 + n / 500
    if ask.kind == "transferability":
        return 5 + n / 100
    if ask.kind in ("graph", "graph_card"):
        return 1 + n / 5_000
    if ask.kind == "graph_alignment":
        return 2 + min(n, 10_000) / 400 + n / 2_000
    if ask.kind == "regions":
        return 1 + min(n, 50_000) / 5_000
    return 2 + n / 1_500


def _trains(ask: Ask) -> bool:
    return ask.kind == "task" and task_methods()[ask.name].trains


def _training(pipeline: Pipeline, ask: Ask) -> float:
    """Every epoch of every seed, should none stop early; a text there and back is three of a text read."""
    spec, family = spec_called(pipeline, ask.other), family_of(pipeline.space_called(ask.subject).checkpoint)
    if family.modality != "text" or family.whole:
        return 0.5
    home = home_of(pipeline, spec)
    texts = 1_500 if home is None else len(home.dataset)
    return 5 + 3 * texts * pipeline.study.finetuning.epochs * len(spec.seeds) / TEXTS_A_SECOND


def _pretraining(pipeline: Pipeline, ask: Ask) -> float:
    """Each step reads a batch there and back, with a weight its partners too; a training a core, side by side."""
    every = made_in(pipeline)
    made = every[ask.name]
    siblings = {name: one for name, one in every.items() if one.section == made.section}
    missing = [name for name in siblings if pipeline.find(Ask("pretraining", name)) is None]
    if ask.name != next((name for name in missing if siblings[name].run == made.run), ""):
        return 0.0  # it comes of a training that another ask has paid for
    abreast = max(1, min(cores(), len({siblings[name].run for name in missing})))
    settings = settings_of(made)
    work = next(space.card.work for space in pipeline.spaces() if space.checkpoint.name == ask.name)
    texts = settings.steps * settings.batch * (3 if made.weight else 1)
    return (8 + 3 * texts * settings.max_length * work / OPERATIONS_A_SECOND) / abreast


def _measured(pipeline: Pipeline, ask: Ask) -> float | None:
    for space in pipeline.spaces():
        recipe = pipeline.recipe(Ask(ask.kind, ask.name, space.name, ask.other, ask.params))
        artifact = None if recipe is None else pipeline.store.get(recipe)
        if artifact is not None and artifact.seconds < 30:  # a longer one waited for a compiler or a machine
            return artifact.seconds
    return None


def _there(pipeline: Pipeline, space: SpaceOf) -> bool:
    dataset = pipeline.find_dataset()
    return dataset is not None and pipeline.store.get(space_recipe(space, dataset, pipeline.place)) is not None


def _embedding(pipeline: Pipeline, ask: Ask, n: int) -> float:
    space = pipeline.space_called(ask.subject)
    checkpoint = space.checkpoint
    if checkpoint.transform != "none" and (_base_in(pipeline, ask.subject) or _there(pipeline, base_of(space))):
        return 0.5 + n / 50_000
    if checkpoint.family in ("vectors", "numeric"):
        return 0.5
    if checkpoint.family == "tfidf":
        return 1 + n / 2_000
    return 4 + n / (IMAGES_A_SECOND if family_of(checkpoint).modality == "image" else TEXTS_A_SECOND)
