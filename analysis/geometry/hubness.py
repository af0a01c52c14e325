"""Whether a few samples are neighbours of very many, and many of none.

With N_i how often sample i is among the k nearest of another, the k-skewness is the third standardised moment
E(N - mean)³ / SD³ (population g1; Radovanović, Nanopoulos and Ivanović 2010). High-dimensional and anisotropic spaces
have hubs, whose neighbourhoods say little.

Chance: each sample's k neighbours picked at random, so that N is binomial(n - 1, k / (n - 1)).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.figures.words import shown, value_of
from analysis.geometry.moments import Floats
from analysis.knn_graph import KnnGraph
from analysis.number import CannotAnalyze, Number
from analysis.plugin import Analysis, ByPoint, Drawn, OneDraw, Params
from analysis.result import Result
from analysis.scales import FromGraph
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go

HUBS = 20  # rows of the table


def compute(space: EmbeddingSpace, params: Params, neighbors: KnnGraph) -> Result:
    occurrence = np.bincount(neighbors.indices.ravel(), minlength=space.n).astype(np.float64)
    if (occurrence == occurrence[0]).all():
        raise CannotAnalyze("Every sample is among the nearest of equally many others, so there is no skewness.")
    top = np.argsort(-occurrence, kind="stable")[:HUBS]
    hubs = pd.DataFrame({"row": top, "id": [space.ids[row] for row in top], "occurrence": occurrence[top].astype(int)})
    anti = int((occurrence == 0).sum())
    return Result(
        numbers={"k_skewness": Number(value=float(skewness(occurrence)))},
        tables={"hubs": hubs},
        arrays={"neighbors": np.array([neighbors.k])},
        points={"occurrence": occurrence},
        notes=(f"{anti:,} of {space.n:,} samples are among the {neighbors.k} nearest of no other (antihubs).",),
    )


def skewness(values: Floats) -> Floats:
    """Population skewness, (...), of values (..., n)."""
    apart = values - values.mean(axis=-1, keepdims=True)
    squares = np.square(apart)
    skew: Floats = (squares * apart).mean(axis=-1) / squares.mean(axis=-1) ** 1.5
    return skew


def at_random(space: EmbeddingSpace, params: Params, neighbors: KnnGraph) -> OneDraw:
    n, chance = space.n, neighbors.k / (space.n - 1)

    def draw(rng: np.random.Generator) -> Mapping[str, float]:
        occurrence = rng.binomial(n - 1, chance, n).astype(np.float64)
        if not occurrence.std():
            raise CannotAnalyze("All samples were drawn equally often.")
        return {"k_skewness": float(skewness(occurrence))}

    return draw


def figure(result: Result) -> "go.Figure":
    from scipy.stats import binom

    from analysis.figures.bars import histogram

    occurrence, k = result.points["occurrence"], int(result.arrays["neighbors"][0])
    n, most, nobodys = len(occurrence), int(occurrence.max()), int((occurrence == 0).sum())
    step = max(1, most // 80)
    edges = np.arange(-0.5, most + step, step, dtype=np.float64)
    expected = n * np.diff(binom.cdf(edges, n - 1, k / (n - 1)))
    return histogram(
        occurrence,
        title=f"Skewness {shown(value_of(result, 'k_skewness').value)}: the largest hub is among the {k} nearest of"
        f" {most:,} samples; {nobodys:,} of {n:,} {'is' if nobodys == 1 else 'are'} nobody's neighbour",
        x=f"how often a sample is among another's {k} nearest",
        bins=edges,
        chance=np.where(expected >= 0.5, expected, np.nan),
        log_y=True,
    )


ANALYSIS = Analysis(
    name="hubness",
    title="Hubness",
    question="Are a few samples everybody's neighbours, and many nobody's?",
    version=1,
    compute=compute,
    figure=figure,
    scales=FromGraph(),
    describe={
        "k_skewness": "Population skewness of how often a sample is among the k nearest of others: near 0 without"
        " hubs, above 1 with marked ones.",
    },
    samples={"hubs": ("row",)},
    points={"occurrence": "how often another's neighbour"},
    needs=("neighbors",),
    interval=ByPoint({"k_skewness": ("occurrence", skewness)}),
    null=Drawn(draw=at_random, what="each sample's k neighbours are picked at random among the others."),
    at_k=True,
    rotation_invariant=True,
    scale_invariant=True,
)
