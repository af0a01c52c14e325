"""How far the samples of a class have collapsed to one point, and the classes' means to a regular simplex.

Papyan, Han and Donoho 2020, with m_c the means of the C classes about the mean of all samples, S_B the mean of m_c m_c'
over classes, S_W the covariance within classes: nc1 = tr(S_W S_B⁺) / C. nc2_norms: standard deviation of the |m_c| over
their mean. nc2_angles: mean of |cos(m_c, m_c') + 1 / (C - 1)| over pairs of classes. All are 0 at full collapse.
silhouette: mean of (b - a) / max(a, b), euclidean (Rousseeuw 1987), over all samples up to 20,000, beyond over 10,000
among one another. Classes of one sample are left out.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.figures.words import cut, shown, value_of, with_interval
from analysis.geometry import collapse_draws
from analysis.geometry.classes import asked_of, by_class, collapse_of, left_out, means_of, nearest_means
from analysis.geometry.moments import center_of, second_moments
from analysis.geometry.pairs import Rows, some_rows
from analysis.geometry.silhouettes import silhouettes
from analysis.labels import Labels
from analysis.number import Number
from analysis.plugin import Analysis, Drawn, OfBlocks, OneDraw, Params, Subsample
from analysis.result import Result
from analysis.scales import OnSample
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go

EXACT, SAMPLE = 20_000, 10_000  # samples up to which all silhouettes are taken, and how many are taken beyond
NONE = {
    "nc1": "All classes have the same mean, so there is nothing between them.",
    "nc2_norms": "All classes have the same mean, so their means have no length about it.",
    "nc2_angles": "The mean of a class is that of all samples, so it has no direction.",
}


def compute(space: EmbeddingSpace, params: Params, labels: Labels) -> Result:
    rows, codes, names = asked_of(labels)
    vectors = space.vectors[rows]
    center = center_of(vectors)
    means = means_of(vectors, codes, center)
    found = collapse_of(means, second_moments(vectors, center))
    some = _with_silhouette(codes)
    each = silhouettes(vectors[some], codes[some])
    notes = list(left_out(labels, len(rows)))
    if len(some) < len(rows):
        notes.append(f"Silhouettes are those of {len(some):,} samples drawn at random, among one another.")
    points = np.full(space.n, np.nan)
    points[rows[some]] = each
    return Result(
        {
            **{
                name: Number(value=found.get(name), n=len(rows), why="" if name in found else NONE[name])
                for name in NONE
            },
            "silhouette": Number(value=float(each.mean()), n=len(some)),
        },
        tables={
            "classes": by_class(names, means, codes[some], each),
            "means_most_alike": nearest_means(means.means, names),
        },
        arrays={"label": np.array([labels.name])},
        points={"silhouette": points},
        notes=tuple(notes),
    )


def _with_silhouette(codes: Rows) -> Rows:
    """The samples whose silhouettes are taken, in the order of their classes."""
    some = some_rows(len(codes), len(codes) if len(codes) <= EXACT else SAMPLE)
    return some[np.argsort(codes[some], kind="stable")]


def share(space: EmbeddingSpace, params: Params, block_of: npt.NDArray[np.intp], labels: Labels) -> OfBlocks:
    rows, codes, _ = asked_of(labels)
    return collapse_draws.of_subsets(space.vectors[rows], codes, block_of[rows])


def at_random(space: EmbeddingSpace, params: Params, labels: Labels) -> OneDraw:
    rows, codes, _ = asked_of(labels)
    return collapse_draws.labels_dealt_anew(space.vectors[rows], codes, _with_silhouette(codes))


def figure(result: Result) -> "go.Figure":
    from analysis.figures.bars import bars

    label, within, number = cut(result.arrays["label"][0], 30), value_of(result, "nc1"), value_of(result, "silhouette")
    chance = "" if within.null_mean is None else f" (labels shuffled: {shown(within.null_mean)})"
    return bars(
        result.tables["classes"],
        name="label",
        value="silhouette",
        title=f"NC1 of {label} {shown(within.value)}{chance}; silhouette {with_interval(number)}",
        x="mean silhouette of the class, highest first",
        chance=number.null_mean,
    )


ANALYSIS = Analysis(
    name="collapse",
    title="Collapse of classes",
    question="How far have the samples of a class collapsed to one point?",
    version=1,
    compute=compute,
    figure=figure,
    scales=OnSample(EXACT, SAMPLE, ("silhouette",)),
    describe={
        "nc1": "Spread within classes over that between their means, tr(S_W S_B⁺) / C: 0 at full collapse.",
        "nc2_norms": "How unequal the lengths of the class means are about the mean of all: SD over mean, 0 if equal.",
        "nc2_angles": "Mean of |cos + 1 / (C − 1)| between class means: 0 where they are as far apart as can be.",
        "silhouette": "Mean of (b − a) / max(a, b), a the mean distance within its class, b to the nearest other.",
    },
    points={"silhouette": "silhouette"},
    reading="NC1 and NC2 were found in the last layer of networks trained to zero loss; elsewhere they are degrees.",
    needs=("labels",),
    interval=Subsample(collapse_draws.FRACTION, share),
    null=Drawn(draw=at_random, what="the labels shuffled among the samples.", draws=40),
    rotation_invariant=True,
    scale_invariant=True,
    translation_invariant=True,
)
