"""Vectors that a study wants and that are not there: one pass of a checkpoint for all its missing layers."""

import time
from typing import TYPE_CHECKING

import numpy as np

from analysis.ask import Ask
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.space import EmbeddingSpace
from analysis.spaces import encoder_recipe, items_of, space_recipe

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline


def embed_missing(pipeline: "Pipeline", ask: Ask, progress: Progress) -> None:
    """Embed with a checkpoint: every layer of it that the study wants and that is missing, in one pass."""
    from models.embedding import embed
    from models.estimate import estimate
    from models.precision import precision_said
    from models.shard_maker import PRECISION

    dataset = pipeline.dataset(items=True)
    mine = pipeline.space_called(ask.subject)
    recipes = {
        space.layer: space_recipe(space, dataset, pipeline.place)
        for space in pipeline.spaces()
        if space.checkpoint == mine.checkpoint
    }
    missing = {layer: recipe for layer, recipe in recipes.items() if pipeline.store.get(recipe) is None}
    first = recipes[mine.layer]
    whole = Recipe("embedding", 1, {"layers": sorted(missing)}, {"space": first.key})
    folder = pipeline.store.partial(whole)
    start = time.perf_counter()
    recipe, items = encoder_recipe(mine.checkpoint, pipeline.place), items_of(mine.checkpoint, dataset, pipeline.place)
    expected = estimate(recipe, items, sorted(missing), pipeline.study.engine.workers)
    progress(0, len(items), f"{expected}, from a sample of the {len(items):,}")
    paths = embed(
        recipe,
        items,
        layers=sorted(missing),
        folder=folder,
        workers=pipeline.study.engine.workers,
        report=progress,
    )
    seconds = time.perf_counter() - start
    for layer, goal in missing.items():
        vectors = np.load(paths[layer], mmap_mode="r", allow_pickle=False)
        EmbeddingSpace(ask.subject, goal.key, vectors, dataset.ids)  # checked at birth
        content = {
            "n": len(vectors),
            "d": int(vectors.shape[1]),
            "checkpoint": mine.checkpoint.name,
            "precision": precision_said(folder / PRECISION),
        }
        del vectors
        pipeline.store.put(goal, content=content, arrays={"vectors": paths[layer]}, seconds=seconds)
    pipeline.store.forget(whole)
