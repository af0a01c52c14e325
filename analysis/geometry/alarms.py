"""The alarms of the health card: each a severity and a sentence with its number.

An alarm: the space tells samples apart badly (a point, a narrow cone, a few directions). A warning: something to mend
or to keep in mind. A note: seen, and harmless by itself.
"""

import pandas as pd

from analysis.figures.words import shown
from analysis.geometry import cosines, moments
from analysis.number import CannotAnalyze
from analysis.space import EmbeddingSpace

SIGMAS = 3.0  # how far above the mean magnitude an outlier dimension lies, in SD
NARROW, FLAT, LOUD = 0.9, 0.02, 0.1  # mean cosine, effective rank / d, share of the mean cosine: from there an alarm


def alarms_of(space: EmbeddingSpace, duplicates: int, dimensions: pd.DataFrame) -> list[tuple[str, str]]:
    """What stands out, as (severity, sentence); `dimensions` has z, variance, magnitude, share_of_cosine of each."""
    found = []
    outliers = dimensions[dimensions["z"] > SIGMAS]
    try:
        center = moments.center_of(space.vectors)
    except CannotAnalyze:
        return [("alarm", f"All {space.n:,} vectors are equal: the space has collapsed to a point.")]
    rank = moments.effective_rank(moments.spectra(space.vectors, center)[0])
    if rank < FLAT * min(space.d, space.n - 1):
        found.append(("alarm", f"Collapse: only {shown(rank)} of {space.d} directions are used (effective rank)."))
    count = int(cosines.with_direction(space.vectors).sum())
    cosine = cosines.mean_cosine(cosines.unit_sum(space.vectors), count) if count > 1 else 0.0
    if cosine > NARROW:
        found.append(("alarm", f"Narrow cone: two samples have a cosine of {shown(cosine)} on average."))
    if len(outliers):
        names = ", ".join(str(name) for name in outliers["dimension"].head(5)) + (", …" if len(outliers) > 5 else "")
        share = outliers["share_of_cosine"].sum()  # NaN counts as 0: without a mean cosine there is nothing to share
        loud = f", {share:.0%} of the mean cosine" if share > LOUD else ""
        what = f"{len(outliers)} outlier dimension{'s' * (len(outliers) > 1)} ({names}){loud}."
        found.append(("warning" if loud else "note", what))
    if duplicates:
        found.append(("warning", f"{duplicates:,} vectors repeat an earlier one exactly."))
    constant = int((dimensions["variance"] <= moments.ROUNDING * dimensions["magnitude"].max() ** 2).sum())
    if constant:
        found.append(("warning", f"{constant} of {space.d} dimensions never change."))
    if count < space.n:
        found.append(("warning", f"{space.n - count:,} vectors are zero and have no direction."))
    return found
