"""Mean and covariance of a space, summed over parts of its rows on the study's engine, kept, and shared by who asks.

With n_i rows, mean m_i and M_i = sum of (x - m_i)(x - m_i)' in part i, joined in the parts' order (Chan, Golub and
LeVeque 1983): m = sum n_i m_i / n, and the covariance is sum of M_i + n_i (m_i - m)(m_i - m)', over n.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.ask import Ask
from analysis.engines import engine_of
from analysis.geometry.moments import Floats, joined, sums_of
from analysis.parts import height_of, make_parts, outcomes, parts_of, settings_in
from analysis.progress import Progress
from analysis.recipe import Recipe
from analysis.space import EmbeddingSpace
from models.shards import write_part

if TYPE_CHECKING:
    from analysis.pipeline import Pipeline


class Gatherer:
    """What a worker does: sums over a part of the rows of a `.npy` file."""

    draft = ".draft"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = settings_in(folder)
        self.vectors = np.load(settings["vectors"], mmap_mode="r", allow_pickle=False)
        self.parts = parts_of(len(self.vectors), settings["height"])

    def make(self, part: int, on_batch: Callable[[int, int], None]) -> None:
        """Sum over one part."""
        rows = self.vectors[self.parts[part]]
        n, mean, products = sums_of(rows)
        on_batch(len(rows), len(rows))
        write_part(self.folder, part, {"n": np.array(n), "mean": mean, "products": products}, self.draft)


def vectors_file(pipeline: "Pipeline", space: str) -> Path:
    """Where the vectors of a space that was made lie."""
    recipe = pipeline.recipe(Ask("space", subject=space))
    assert recipe is not None
    return pipeline.store.folder(recipe) / "vectors.npy"


def with_moments(pipeline: "Pipeline", space: EmbeddingSpace, progress: Progress) -> EmbeddingSpace:
    """The space with its moments; one of a single part is summed where it is asked, which is quicker than keeping."""
    count = len(parts_of(space.n))
    if count == 1 or space.n < space.d:
        return space
    recipe, start = Recipe("moments", 1, {}, {"space": space.key}), time.perf_counter()
    kept = pipeline.store.get(recipe)
    if kept is None:
        folder = pipeline.store.partial(recipe)
        settings = {"vectors": str(vectors_file(pipeline, space.name).absolute()), "height": height_of(space.n)}
        work, words = "analysis.gathered:Gatherer", f"summing over the samples of {space.name}"
        with pipeline.store.alone(recipe):
            engine = engine_of(pipeline.study)
            files = make_parts(engine, work, folder, settings, count, report=progress, words=words)
            center, covariance = joined(_sums_in(outcomes(files)))
        arrays: dict[str, npt.NDArray[np.float64] | Path] = {"center": center, "covariance": covariance}
        kept = pipeline.store.put(recipe, content={}, arrays=arrays, seconds=time.perf_counter() - start)
        pipeline.store.forget(recipe)
    return replace(space, moments=(np.array(kept.array("center")), np.array(kept.array("covariance"))))


def _sums_in(parts: Iterable[dict[str, Floats]]) -> Iterable[tuple[int, Floats, Floats]]:
    return ((int(part["n"]), part["mean"], part["products"]) for part in parts)
