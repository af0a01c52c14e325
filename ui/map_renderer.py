"""What a map is, whoever draws it: a picture goes in, events come out. Our own WebGL draws it, or Plotly."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from analysis.figures.palette import Theme
from analysis.labels import Labels
from ui.map_edges import NONE, Edges
from ui.plot import Event, Saving
from ui.view import Operation


@dataclass(frozen=True, eq=False)
class Picture:
    """Everything a map shows; each of `ids` is a point at `coordinates` (m, 2 or 3), NaN where it has none.

    `title` states the finding and the trust, `caption` approximations. `color`: one value per point. `hidden` (m,) are
    left out by a filter, `selected` stand out where there are any. `near` are the neighbours of `pinned`, or of a
    query. `samples` names the samples that are drawn and `seen` their coordinates too: while it stays, zoom stays.
    `where` is the place of each id among them, or of more. `hovers` makes a card for every point, as HTML, `card` that
    of one as {id, lines, text, image}. `edges`: lines between
    points. `regions`: names on the map, [{x, y, level, words}]. `bounds`: lowest and highest coordinates of all
    pictures in its frame, where one takes another's place: then the points move and the view stays.
    """

    title: str
    caption: str
    seen: str
    samples: str
    ids: Sequence[str]
    where: Mapping[str, int]
    coordinates: npt.NDArray[np.float32]
    color: Labels | None
    hovers: Callable[[], Sequence[str]]
    card: Callable[[int], Mapping[str, Any]]
    hidden: npt.NDArray[np.bool_]
    uncoloured: bool = False  # whether a colour was asked for that this space has no values of
    diverging: bool = False  # whether 0 belongs in the middle of the colours
    span: tuple[float, float] | None = None  # the ends of a ramp, where they are not these points' own
    selected: tuple[str, ...] = ()
    operation: Operation = "replace"  # of the next selection with this one
    pinned: str = ""
    second: str = ""  # compared with the pinned one
    near: tuple[str, ...] = ()
    edges: Edges = NONE
    regions: Sequence[Mapping[str, Any]] = ()
    theme: Theme = "light"
    height: int = 600
    frame: str = ""  # of the coordinates, where they share it with those of other pictures; else they have their own
    bounds: tuple[Sequence[float], Sequence[float]] | None = None

    def places(self, ids: Sequence[str]) -> npt.NDArray[np.int64]:
        """The places of ids among the points; those not drawn are left out."""
        found = (self.where.get(name, -1) for name in ids)
        return np.array([place for place in found if place >= 0], dtype=np.int64)


class MapRenderer(Protocol):
    """Draws a picture on the page and says what is done to it. Zoom and tool outlive every redraw of the same key."""

    def draw(
        self, picture: Picture, *, key: str, name: str, on_event: Callable[[Event], None], saving: Saving | None
    ) -> None:
        """Draw."""
        ...
