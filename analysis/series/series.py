"""Many spaces as one object: the steps of a training in order, or the layers of one checkpoint along its depth.

Checkpoints of one `series` stand where their `at` says, in the study's order where any of them says none; where each
gives several layers, there is a series for each. A checkpoint that gives several layers is a series of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.made import MadeCheckpoint, places_of
from analysis.spaces import SpaceOf
from analysis.study import CheckpointSpec

KEY = re.compile(r"[^(]*\(([a-z_]+)=")  # the first word of a name such as run(step=500)
PLACE = "place in the series"


@dataclass(frozen=True)
class Member:
    """A space and where in its series it stands."""

    space: str
    at: float


@dataclass(frozen=True)
class Series:
    """Two spaces or more in order. `along`: what their places count: step, layer, or what the study's `at` is."""

    name: str
    along: str
    members: tuple[Member, ...]

    @property
    def title(self) -> str:
        """What it is called.

        >>> Series("run", "step", ()).title
        'run, by step'
        """
        return f"{self.name}, by {self.along}"

    @property
    def spaces(self) -> tuple[str, ...]:
        """The names of its spaces, in order."""
        return tuple(member.space for member in self.members)

    def place(self, space: str) -> str:
        """Where a member stands, in words: `step 500`."""
        return f"{self.along} {next(member.at for member in self.members if member.space == space):,.10g}"


def series_of(spaces: Sequence[SpaceOf]) -> tuple[Series, ...]:
    """Every series among these spaces: of checkpoints first, then of layers."""
    by_training: dict[tuple[str, int | None], list[tuple[SpaceOf, float | None]]] = {}
    by_depth: dict[str, list[SpaceOf]] = {}
    for space in spaces:
        spec = space.checkpoint
        several = spec.layers != "last"
        for series, at in places_of(spec):
            by_training.setdefault((series, space.layer if several else None), []).append((space, at))
        if several:
            by_depth.setdefault(spec.name, []).append(space)
    found = [
        _of_checkpoints(name if layer is None else f"{name}@{layer}", members)
        for (name, layer), members in by_training.items()
        if len(members) > 1
    ]
    for name, members in by_depth.items():
        if len(members) > 1:
            order = sorted(members, key=lambda space: space.layer)
            found.append(Series(name, "layer", tuple(Member(space.name, float(space.layer)) for space in order)))
    return tuple(found)


def _of_checkpoints(name: str, placed: Sequence[tuple[SpaceOf, float | None]]) -> Series:
    """A series of checkpoints, what its places count read off their names: `run(step=500)`, `sipt(weight=0.1)`."""
    known = [(at, space.name) for space, at in placed if at is not None]
    if len(known) < len(placed):
        return Series(name, PLACE, tuple(Member(space.name, float(i)) for i, (space, _) in enumerate(placed, 1)))
    members = sorted((Member(space, at) for at, space in known), key=lambda one: one.at)
    return Series(name, _along([space.checkpoint for space, _ in placed]), tuple(members))


def _along(specs: Sequence[CheckpointSpec]) -> str:
    if any(isinstance(spec, MadeCheckpoint) and spec.step is not None for spec in specs):
        return "step"  # up to the end, whose name says a weight
    said = {found[1] if (found := KEY.match(spec.name)) else "" for spec in specs}
    return said.pop() or "at" if len(said) == 1 else "at"
