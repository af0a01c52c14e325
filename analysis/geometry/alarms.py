"""The alarms of the health card: each a severity and a sentence with its number.

An alarm: the space tells samples apart badly (a point, a narrow cone, a few directions). A warning: something to mend
or to keep in mind. A note: seen, and harmless by itself.
"""

import pandas as pd

from analysis.figures.words import shown
from analysis.geometry import cosines, moments
from analysis.geometry.each_dimension import SIGMAS
from analysis.number import CannotAnalyze
from analysis.space import EmbeddingSpace

NARROW, FLAT, LOUD = 0.9, 0.02, 0.1  # mean cosine, effective rank / d, share of the mean cosine: from there an alarm
NEARLY = 0.95  # share that is said to be nearly all


def alarms_of(space: EmbeddingSpace, duplicates: int, dimensions: pd.DataFrame) -> list[tuple[str, str]]:
    """What stands out, as (severity, sentence); `dimensions` has z, variance, magnitude, share_of_cosine of each."""
    found = []
    outliers = dimensions[dimensions["z"] > SIGMAS]
    try:
        rank = moments.effective_rank(moments.spectra_of(space)[0])
    except CannotAnalyze:
        return [("alarm", f"All {space.n:,} vectors are equal: the space has collapsed to a point.")]
    if rank < FLAT * min(space.d, space.n - 1):
        found.append(("alarm", f"Collapse: only {shown(rank)} of {space.d} directions are used (effective rank)."))
    count = int(cosines.with_direction(space.vectors).sum())
    cosine = cosines.mean_cosine(cosines.unit_sum(space.vectors), count) if count > 1 else 0.0
    if cosine > NARROW:
        found.append(("alarm", f"Narrow cone: two samples have a cosine of {shown(cosine)} on average."))
    if len(outliers):
        found.append(_outliers(outliers))
    if duplicates:
        repeat = "vector repeats" if duplicates == 1 else "vectors repeat"
        found.append(("warning", f"{duplicates:,} {repeat} an earlier one exactly."))
    constant = int((dimensions["variance"] <= moments.ROUNDING * dimensions["magnitude"].max() ** 2).sum())
    if constant:
        change = "changes" if constant == 1 else "change"
        found.append(("warning", f"{constant} of {space.d} dimensions never {change}."))
    if zeros := space.n - count:
        are = "vector is zero and has" if zeros == 1 else "vectors are zero and have"
        found.append(("warning", f"{zeros:,} {are} no direction."))
    return found


def _outliers(outliers: pd.DataFrame) -> tuple[str, str]:
    """A warning where they carry much of the mean cosine, else a note that says why not."""
    names = ", ".join(str(name) for name in outliers["dimension"].head(5)) + (", …" if len(outliers) > 5 else "")
    what = f"{len(outliers)} outlier dimension{'s' * (len(outliers) > 1)} ({names})"
    share = float(outliers["share_of_cosine"].sum(min_count=1))  # can exceed 1: the other dimensions' may be negative
    if share > LOUD:
        much = "nearly all" if share > NEARLY else f"{share:.0%}".replace("%", " %")
        return "warning", f"{what} make{'s' * (len(outliers) == 1)} up {much} of the mean cosine."
    if pd.isna(share):
        return "note", f"{what}: no warning, as the mean cosine is near 0 all the same."
    little = "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")
    return (
        "note",
        f"{what}: no warning, as {'it gives' if len(outliers) == 1 else 'they give'} {little} of the mean cosine.",
    )
