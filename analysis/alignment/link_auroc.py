"""The chance that a linked pair is nearer than an unlinked one, ties counting half (Mann and Whitney 1947)."""

from analysis.alignment.radii import Radii
from analysis.graph_plugin import Alignment


def value(radii: Radii) -> float:
    return radii.auroc


ALIGNMENT = Alignment(
    name="link_auroc",
    title="Link AUROC",
    version=1,
    basis="radii",
    value=value,
    describe="Chance that a linked pair is nearer than an unlinked one.",
)
