"""Eigenspace overlap: |U'V|² / max(d, e), U and V the left singular vectors of the two matrices (May et al. 2019)."""

import numpy as np

from analysis.comparison.canonical import between
from analysis.comparison.moments import Cross
from analysis.plugin import Comparison


def value(cross: Cross) -> float:
    shared, left, right = between(cross, 1.0)
    return float(np.square(shared).sum() / max(left.shape[1], right.shape[1]))


COMPARISON = Comparison(
    name="eigenspace_overlap",
    title="Eigenspace overlap",
    version=1,
    basis="raw",
    value=value,
    describe="How much of the span of one space's columns lies in the other's, uncentered, whatever their variance:"
    " 1 the same span. Chance is about the wider dimension over n.",
    same=1.0,
)
