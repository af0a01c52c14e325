"""The radius that recovers the graph best, in the metric's own distance: that of a linked pair."""

from analysis.alignment.radii import Radii
from analysis.graph_plugin import Alignment


def value(radii: Radii) -> float:
    return float(radii.thresholds[radii.best])  # a score; who asks turns it into a distance


ALIGNMENT = Alignment(
    name="best_radius",
    title="Best radius",
    version=1,
    basis="radii",
    value=value,
    describe="The distance within which taking all pairs for linked has the highest F1.",
)
