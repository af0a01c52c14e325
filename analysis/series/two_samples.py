"""Two samples in every space of a study: how far apart they are there, and what that is beside all other distances."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.ask import Ask
from analysis.geometry.two_samples import Apart, Histogram, Percentile, apart, percentile
from analysis.knn_graph import Metric
from analysis.number import CannotAnalyze
from analysis.pipeline import Pipeline
from analysis.registry import analyses
from analysis.result import Result
from analysis.space import EmbeddingSpace


@dataclass(frozen=True)
class InSpace:
    """Two samples in one space; `why`: the reason where there is no distance."""

    space: str
    apart: Apart | None
    percentile: Percentile | None
    why: str = ""


def in_space(space: EmbeddingSpace, a: int, b: int, metric: Metric, histogram: Histogram | None) -> InSpace:
    """Two samples, by their rows, in one space."""
    try:
        found = apart(space.vectors, a, b, metric)
    except CannotAnalyze as error:
        return InSpace(space.name, None, None, str(error))
    return InSpace(space.name, found, percentile(space.vectors, a, b, metric, histogram))


def histogram_of(pipeline: Pipeline, space: str) -> tuple[str, Histogram | None]:
    """The key and histogram of the distances of a space, where they are counted; whatever label they are asked by."""
    for label in analyses()["distances"].columns(pipeline.dataset().labels):
        ask = Ask("analysis", "distances", space, label)
        recipe, result = pipeline.recipe(ask), pipeline.find(ask)
        if recipe is not None and isinstance(result, Result) and {"edges", "all"} <= set(result.arrays):
            return recipe.key, Histogram(result.arrays["edges"], result.arrays["all"])
    return "", None


def table_of(found: Sequence[InSpace], a: str, b: str, k: int) -> pd.DataFrame:
    """One row per space, with all that is known of the two there."""
    rows = []
    for one in found:
        row: dict[str, object] = {"a": a, "b": b, "space": one.space, "why": one.why}
        if one.apart is not None:
            row |= {"distance": one.apart.distance}
            for name, rank in (("b_among_a", one.apart.of_b), ("a_among_b", one.apart.of_a)):
                row |= {f"rank_{name}": rank.first, f"tied_{name}": rank.tied, f"within_{k}_{name}": rank.within(k)}
            row |= {"others": one.apart.of_b.of}
        if one.percentile is not None:
            share = one.percentile
            row |= {"share_of_pairs_nearer": share.value, "share_low": share.low, "share_high": share.high}
            row |= {"pairs": share.pairs, "share_from": share.how}
        rows.append(row)
    return pd.DataFrame(rows)
