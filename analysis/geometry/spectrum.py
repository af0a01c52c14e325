"""How many directions a space really uses.

With s_i the singular values of the centered vectors and v_i = s_i² / n the variances along the principal axes:
effective rank = exp(-sum p log p), p = s / sum s (Roy and Vetterli 2007); RankMe is the same, uncentered (Garrido et
al. 2023); participation ratio = (sum v)² / sum v²; stable rank = sum v / v_1; alpha: see `moments.decay`.

Chance is Horn's parallel analysis: each dimension shuffled by itself; above 5,000 samples (and 2 d) drawn as its limit
law, a Wishart matrix with the dimensions' variances. All numbers grow with n while n is not far above d.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.words import shown, value_of
from analysis.geometry import moments
from analysis.geometry.moments import Floats
from analysis.number import Number
from analysis.plugin import Analysis, Drawn, OfBlocks, OneDraw, Params, Subsample
from analysis.result import Result
from analysis.scales import BySums
from analysis.space import EmbeddingSpace

if TYPE_CHECKING:
    import plotly.graph_objects as go

DRAWN = 1e-8  # share of variance from which on an axis is drawn: below is rounding


def compute(space: EmbeddingSpace, params: Params) -> Result:
    variances, raw = moments.spectra_of(space)
    numbers = {name: Number(value=value) for name, value in _numbers(variances, raw).items() if np.isfinite(value)}
    if "alpha_req" not in numbers:
        numbers["alpha_req"] = Number(value=None, why=moments.NO_DECAY)
    table = pd.DataFrame({"axis": np.arange(1, len(variances) + 1), "variance": variances})
    table["share"] = variances / variances.sum()
    return Result(numbers, tables={"spectrum": table})


def _numbers(variances: Floats, raw: Floats) -> dict[str, float]:
    if not variances.any():
        return {}
    return {
        "effective_rank": moments.effective_rank(variances),
        "participation_ratio": moments.participation_ratio(variances),
        "rankme": moments.effective_rank(raw),
        "alpha_req": moments.decay(variances),
        "stable_rank": float(variances.sum() / variances.max()),
    }


def share(space: EmbeddingSpace, params: Params, block_of: npt.NDArray[np.intp]) -> OfBlocks:
    centered, about_zero = moments.principal_axes(space)
    variances = moments.subset_spectra(space.vectors, centered, block_of, centered=True)
    raw = moments.subset_spectra(space.vectors, about_zero, block_of, centered=False)
    return lambda drawn: _numbers(variances(drawn), raw(drawn))


def unrelated(space: EmbeddingSpace, params: Params) -> OneDraw:
    vectors, n, d = space.vectors, space.n, space.d
    center = moments.mean_of(vectors)
    own = sum((np.square(rows - center).sum(axis=0) for rows in moments.chunks(vectors)), np.zeros(d)) / n

    def draw(rng: np.random.Generator) -> Mapping[str, float | Floats]:
        if n > max(moments.EXACT_NULL, 2 * d):
            covariance = moments.round_covariance(n, d, rng)
            scale = np.sqrt(own / covariance.diagonal())
            covariance *= scale * scale[:, None]
            variances = moments.spectrum_of(covariance)
            raw = moments.spectrum_of(covariance + np.outer(center, center))
        else:
            variances, raw = moments.spectra(rng.permuted(vectors, axis=0), center)
        return {**_numbers(variances, raw), "spectrum": variances / variances.sum()}

    return draw


def figure(result: Result) -> "go.Figure":
    from analysis.figures.curve import curve

    table, rank = result.tables["spectrum"], value_of(result, "effective_rank")
    chance = "" if rank.null_mean is None else f"; unrelated dimensions would give {shown(rank.null_mean)}"
    drawn = table[table["share"] > DRAWN]
    return curve(
        drawn["axis"].to_numpy(),
        drawn["share"].to_numpy(),
        title=f"As if {shown(rank.value)} of {len(table)} directions were used equally{chance}",
        x_title="principal axis",
        y_title="share of variance",
        name="this space",
        chance=result.arrays["null_spectrum"][: len(drawn)] if "null_spectrum" in result.arrays else None,
        chance_name="dimensions shuffled",
        log_x=True,
        log_y=True,
    )


ANALYSIS = Analysis(
    name="spectrum",
    title="Spectrum",
    question="How many directions does the space really use?",
    version=1,
    compute=compute,
    figure=figure,
    scales=BySums(),
    describe={
        "effective_rank": "How many equal directions would spread it so: exp of the entropy of the singular values.",
        "participation_ratio": "The same from variances, led by the widest axes: (Σv)² / Σv² along principal axes.",
        "rankme": "Effective rank about zero, not the mean (RankMe, Garrido et al.): the common direction counts.",
        "alpha_req": "How steeply variance falls: v ∝ axis^-α, fitted on axes 11 to 100 (α-ReQ, Agrawal et al.).",
        "stable_rank": "Total variance over that of the widest axis: 1 where one direction holds all.",
    },
    of_width=("effective_rank", "participation_ratio", "rankme", "stable_rank"),
    reading="The ranks grow with the samples: compare at equal n. A number within chance is one that shuffling"
    " the dimensions leaves as it is: they are hardly correlated, as TF-IDF's are made to be.",
    interval=Subsample(share=share),
    null=Drawn(unrelated, "each dimension shuffled by itself, its ties to the others gone (Horn 1965).", draws=40),
    rotation_invariant=True,
    scale_invariant=True,
)
