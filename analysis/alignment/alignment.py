"""How near linked samples lie on the sphere: mean |u - v|² of unit vectors over linked pairs (Wang and Isola 2020).

0 where linked samples point one way, 2 where they have nothing to do with each other; beside it stands uniformity.
Whatever the study's metric, vectors count by their direction alone.
"""

from analysis.alignment.apart import Floats
from analysis.graph_plugin import Alignment


def value(cosines: Floats) -> Floats:
    return 2 - 2 * cosines


ALIGNMENT = Alignment(
    name="alignment",
    title="Alignment",
    version=1,
    basis="links",
    value=value,
    describe="Mean |u − v|² of unit vectors over linked pairs (Wang and Isola 2020); the lower, the nearer.",
    analysis="uniformity",
)
