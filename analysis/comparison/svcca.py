"""SVCCA: mean canonical correlation of the directions that carry 99 % of each space's variance (Raghu et al. 2017)."""

import numpy as np

from analysis.comparison.canonical import between
from analysis.comparison.moments import Cross
from analysis.plugin import Comparison

SHARE = 0.99


def value(cross: Cross) -> float:
    shared, _, _ = between(cross, SHARE)
    return float(np.minimum(np.linalg.svd(shared, compute_uv=False), 1.0).mean())


COMPARISON = Comparison(
    name="svcca",
    title="SVCCA",
    version=1,
    basis="centered",
    value=value,
    describe="Mean canonical correlation of the directions that carry 99 % of each space's variance. It grows with"
    " dimensions over samples: judge it by its chance.",
    same=1.0,
)
