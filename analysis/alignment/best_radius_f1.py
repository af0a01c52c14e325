"""How well one radius recovers the graph: the highest F1 of taking all pairs within it for linked.

1 if and only if some radius recovers the graph exactly, which is the premise of the theorem on local consistency.
"""

from analysis.alignment.radii import Radii
from analysis.graph_plugin import Alignment


def value(radii: Radii) -> float:
    return float(radii.f1[radii.best])


ALIGNMENT = Alignment(
    name="best_radius_f1",
    title="F1 of the best radius",
    version=1,
    basis="radii",
    value=value,
    describe="Highest F1 of taking all pairs within one radius for linked: 1 where a radius recovers the graph.",
)
