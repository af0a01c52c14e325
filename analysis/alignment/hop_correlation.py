"""Whether what is many links apart is far apart too: Spearman's correlation of distance and hops.

Over pairs between which there is a way. Distances are ranked in 2,048 bins of about as many pairs each, within which
they count as tied.
"""

import numpy as np

from analysis.alignment.ranks import Floats
from analysis.graph_plugin import Alignment


def value(table: Floats) -> float:
    """`table`: pairs by hops and distance, (hops, bins)."""
    hops, bins = table.sum(axis=1), table.sum(axis=0)
    left, right = (np.cumsum(counts) - counts / 2 for counts in (hops, bins))
    total = hops.sum()
    a, b = left - total / 2, right - total / 2
    spread = float(np.sqrt((hops * a * a).sum() * (bins * b * b).sum()))
    return float(a @ table @ b) / spread if spread > 0 else float("nan")


ALIGNMENT = Alignment(
    name="hop_correlation",
    title="Hop correlation",
    version=1,
    basis="hops",
    value=value,
    describe="Spearman's correlation of distance and number of links between, over pairs with a way between them.",
)
