"""Vectors that a study wants and that are not there: one pass of an encoder for all its missing layers.

Those of a derived space are made of its base's, which are embedded first where no space of the study has them.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from analysis import derived
from analysis.ask import Ask
from analysis.engines import engine_of
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.space import EmbeddingSpace
from analysis.spaces import SpaceOf, base_of, encoder_recipe, items_of, same_encoder, space_recipe
from analysis.store import Artifact

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline


def make_vectors(pipeline: "Pipeline", ask: Ask, progress: Progress) -> None:
    """Make the vectors of a space: embed, and derive where that is what it is."""
    mine = pipeline.space_called(ask.subject)
    recipe = space_recipe(base_of(mine), pipeline.dataset(), pipeline.place)
    base = pipeline.store.get(recipe)
    if base is None:
        _embed(pipeline, base_of(mine), progress)
        base = pipeline.store.get(recipe)
    if mine.checkpoint.transform != "none":
        assert base is not None
        _derive(pipeline, mine, base, progress)


def _embed(pipeline: "Pipeline", mine: SpaceOf, progress: Progress) -> None:
    """Embed with an encoder: every layer of it that the study wants and that is missing, in one pass."""
    dataset = pipeline.dataset(items=True)
    recipes = {
        space.layer: space_recipe(base_of(space), dataset, pipeline.place)
        for space in pipeline.spaces()
        if same_encoder(space.checkpoint, mine.checkpoint, pipeline.place)
    }
    missing = {layer: recipe for layer, recipe in recipes.items() if pipeline.store.get(recipe) is None}
    whole = Recipe("embedding", 1, {"layers": sorted(missing)}, {"space": recipes[mine.layer].key})
    with pipeline.store.alone(whole):
        if any(pipeline.store.get(recipe) is None for recipe in missing.values()):  # else another run has made them
            _embed_layers(pipeline, mine, missing, whole, progress)


def _embed_layers(
    pipeline: "Pipeline", mine: SpaceOf, missing: dict[int, Recipe], whole: Recipe, progress: Progress
) -> None:
    from models.embedding import embed
    from models.estimate import estimate
    from models.precision import precision_said
    from models.shard_maker import PRECISION

    dataset, folder, start = pipeline.dataset(items=True), pipeline.store.partial(whole), time.perf_counter()
    recipe, items = encoder_recipe(mine.checkpoint, pipeline.place), items_of(mine.checkpoint, dataset, pipeline.place)
    expected = estimate(recipe, items, sorted(missing), pipeline.study.engine.workers)
    progress(0, len(items), f"{expected}, from a sample of the {len(items):,}")
    paths = embed(
        recipe,
        items,
        layers=sorted(missing),
        folder=folder,
        report=progress,
        engine=engine_of(pipeline.study),
    )
    seconds = time.perf_counter() - start
    for layer, goal in missing.items():
        vectors = np.load(paths[layer], mmap_mode="r", allow_pickle=False)
        EmbeddingSpace(mine.name, goal.key, vectors, dataset.ids)  # checked at birth
        content = {
            "n": len(vectors),
            "d": int(vectors.shape[1]),
            "checkpoint": mine.checkpoint.name,
            "precision": precision_said(folder / PRECISION),
        }
        del vectors
        pipeline.store.put(goal, content=content, arrays={"vectors": paths[layer]}, seconds=seconds)
    pipeline.store.forget(whole)


def _derive(pipeline: "Pipeline", mine: SpaceOf, base: Artifact, progress: Progress) -> None:
    """Fit the transform on the base's vectors and write what it makes of them."""
    assert mine.checkpoint.transform != "none"
    start, dataset = time.perf_counter(), pipeline.dataset()
    goal = space_recipe(mine, dataset, pipeline.place)
    vectors = base.array("vectors")
    progress(0, len(vectors), f"deriving {mine.name}")
    transform = derived.fitted(mine.checkpoint.transform, vectors, mine.name)
    folder = pipeline.store.partial(goal)
    derived.write(transform, vectors, folder / "vectors.npy")
    made = np.load(folder / "vectors.npy", mmap_mode="r", allow_pickle=False)
    EmbeddingSpace(mine.name, goal.key, made, dataset.ids)  # checked at birth
    content = {"n": len(made), "d": int(made.shape[1]), "checkpoint": mine.checkpoint.name, "derived": transform.said}
    content["precision"] = base.content.get("precision", "")
    del made
    arrays: dict[str, npt.NDArray[Any] | Path] = {"vectors": folder / "vectors.npy", **transform.arrays()}
    pipeline.store.put(goal, content=content, arrays=arrays, seconds=time.perf_counter() - start)
    pipeline.store.forget(goal)
