"""About how long an ask will take: from what the same step took for another space here, else by rule of thumb.

The rules are what an ordinary two-core machine needs; they are there to tell seconds from hours.
"""

from collections.abc import Iterable

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.spaces import family_of

START = 5.0  # seconds until a worker has its imports
TEXTS_A_SECOND = 35.0  # a small transformer over a paragraph
IMAGES_A_SECOND = 120.0
UMAP_COMPILES = 60.0  # its first call in a process


def seconds_for(pipeline: Pipeline, asks: Iterable[Ask]) -> float:
    """Seconds for all the asks in one job, what they need on the way included."""
    wanted: dict[str, Ask] = {}
    for ask in asks:
        for part in (*_needs(ask), ask):
            if pipeline.find(part) is None:
                wanted[f"{part}{sorted(part.params.items())}"] = part
    if not wanted:
        return 0.0
    first_umap = any(ask.name == "umap" for ask in wanted.values())
    return START + UMAP_COMPILES * first_umap + sum(_seconds(pipeline, ask) for ask in wanted.values())


def _needs(ask: Ask) -> list[Ask]:
    if ask.kind in ("dataset", "space"):
        return []
    names = (ask.subject, ask.other) if ask.kind == "comparison" else (ask.subject,)
    spaces = [Ask("space", subject=name) for name in names]
    if ask.kind == "task":
        return spaces
    return spaces if ask.kind == "neighbors" else [*spaces, *(Ask("neighbors", subject=name) for name in names)]


def _seconds(pipeline: Pipeline, ask: Ask) -> float:
    dataset = pipeline.find_dataset()
    n = 1_500 if dataset is None else len(dataset)
    measured = None if ask.kind in ("dataset", "space", "comparison") else _measured(pipeline, ask)
    if measured is not None:
        return measured
    if ask.kind == "dataset":
        return 8.0
    if ask.kind == "space":
        return _embedding(pipeline, ask, n)
    if ask.kind == "neighbors":
        return 0.5 + (n / 10_000) ** 2 * 0.7 if n < 30_000 else n / 12_000
    if ask.kind == "projection":
        return {"pca": 0.5 + n / 50_000, "umap": 1 + n / 2_500, "tsne": 3 + n / 300}.get(ask.name, 2 + n / 1_000)
    if ask.kind == "comparison":
        return 4 + n / 500
    if ask.kind == "regions":
        return 1 + min(n, 50_000) / 5_000
    return 2 + n / 1_500


def _measured(pipeline: Pipeline, ask: Ask) -> float | None:
    for space in pipeline.spaces():
        recipe = pipeline.recipe(Ask(ask.kind, ask.name, space.name, ask.other, ask.params))
        artifact = None if recipe is None else pipeline.store.get(recipe)
        if artifact is not None and artifact.seconds < 30:  # a longer one waited for a compiler or a machine
            return artifact.seconds
    return None


def _embedding(pipeline: Pipeline, ask: Ask, n: int) -> float:
    checkpoint = pipeline.space_called(ask.subject).checkpoint
    if checkpoint.family in ("vectors", "numeric"):
        return 0.5
    if checkpoint.family == "tfidf":
        return 1 + n / 2_000
    return 4 + n / (IMAGES_A_SECOND if family_of(checkpoint).modality == "image" else TEXTS_A_SECOND)
