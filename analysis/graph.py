"""A graph over the samples: who is linked to whom, as compressed rows, without self loops and repeats.

Node i is sample i of the dataset. An undirected graph holds each link in both rows; `symmetric` makes that of a
directed one. What was dropped on the way in is counted and never silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.errors import BadInput

Ends = npt.NDArray[np.int64]  # (m, 2) rows of samples
Weights = npt.NDArray[np.float64]
MOST_LINKS = 50_000_000
HEAVIEST = float(np.finfo(np.float32).max)  # weights are held as float32


@dataclass(frozen=True, eq=False)
class Links:
    """What a source gives: pairs of rows as they came, and what it could not place.

    `unknown`: how many links name something that is no sample; `strangers`: the first few of such names.
    """

    ends: Ends
    weights: Weights | None = None
    unknown: int = 0
    strangers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    directed: bool | None = None  # where the file says so itself


@dataclass(frozen=True, eq=False)
class Graph:
    """Rows of neighbours: those of node i are `indices[indptr[i] : indptr[i + 1]]`, ascending.

    `counts`: what came and what was dropped: given, loops, repeats, unknown, added, rewired.
    """

    name: str
    key: str
    directed: bool
    indptr: npt.NDArray[np.int64]
    indices: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse rows that are none."""
        if self.indptr[0] != 0 or self.indptr[-1] != len(self.indices) or (np.diff(self.indptr) < 0).any():
            raise ValueError(f"the rows of graph {self.name!r} do not fit its {len(self.indices)} neighbours")

    @property
    def n(self) -> int:
        """How many nodes."""
        return len(self.indptr) - 1

    @property
    def edges(self) -> int:
        """How many links: each once, or each direction once where the graph is directed."""
        return len(self.indices) // (1 if self.directed else 2)

    @cached_property
    def degrees(self) -> npt.NDArray[np.int64]:
        """How many neighbours each node has; out-neighbours where the graph is directed."""
        found: npt.NDArray[np.int64] = np.diff(self.indptr)
        return found

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """The node of each entry of `indices`."""
        return np.repeat(np.arange(self.n), self.degrees)

    @cached_property
    def pairs(self) -> Ends:
        """Each link once, (m, 2): the smaller row first, or from source to target where directed."""
        both = np.column_stack([self.rows, self.indices.astype(np.int64)])
        return both if self.directed else both[both[:, 0] < both[:, 1]]

    @cached_property
    def symmetric(self) -> "Graph":
        """The same links without their direction; itself where it has none."""
        return self if not self.directed else replace(of_pairs(self.pairs, self.n, self.name), key=self.key)


def graph_of(
    links: Links, n: int, *, name: str, key: str, directed: bool, counts: Mapping[str, int] | None = None
) -> Graph:
    """The graph of some links: self loops and repeats dropped, the first of repeats kept, both counted."""
    ends = links.ends
    if len(ends) > MOST_LINKS:
        raise BadInput(f"graph {name!r} has {len(ends):,} links; at most {MOST_LINKS:,} are taken, so give fewer.")
    loops = ends[:, 0] == ends[:, 1]
    weights = None if links.weights is None else links.weights[~loops]
    found = ends[~loops]
    codes = codes_of(found, n, directed=directed)
    first = np.unique(codes, return_index=True)[1]
    counted = {"given": len(ends) + links.unknown, "loops": int(loops.sum()), "repeats": len(found) - len(first)}
    counted |= {"unknown": links.unknown, **(counts or {})}
    kept = None if weights is None else weights[first]
    if kept is not None and not (np.abs(kept) <= HEAVIEST).all():
        worst = kept[~(np.abs(kept) <= HEAVIEST)][0]
        raise BadInput(f"graph {name!r} has a link of weight {worst:g}; at most {HEAVIEST:.3g} is held, so scale them.")
    made = of_pairs(found[first], n, name, directed=directed, weights=kept)
    return replace(made, key=key, counts=counted, notes=(*links.notes, *_said(counted, links.strangers)))


def of_pairs(pairs: Ends, n: int, name: str = "", *, directed: bool = False, weights: Weights | None = None) -> Graph:
    """The graph of distinct pairs without loops."""
    if not directed:
        pairs = np.concatenate([pairs, pairs[:, ::-1]])
        weights = None if weights is None else np.concatenate([weights, weights])
    codes = pairs[:, 0] * n + pairs[:, 1]
    if weights is None:
        codes = np.unique(codes)  # a directed graph's reversed pairs may meet here
    else:
        codes, first = np.unique(codes, return_index=True)
        weights = weights[first]
    indptr = np.searchsorted(codes, np.arange(n + 1, dtype=np.int64) * n)
    held = None if weights is None else weights.astype(np.float32)
    return Graph(name, "", directed, indptr.astype(np.int64), (codes % n).astype(np.int32), held)


def codes_of(pairs: Ends, n: int, *, directed: bool) -> npt.NDArray[np.int64]:
    """One number for each pair, the same for both directions of an undirected one."""
    if directed:
        return pairs[:, 0] * n + pairs[:, 1]
    return np.minimum(pairs[:, 0], pairs[:, 1]) * n + np.maximum(pairs[:, 0], pairs[:, 1])


def _said(counts: Mapping[str, int], strangers: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if counts["loops"]:
        notes.append(f"{counts['loops']:,} self loops are dropped.")
    if counts["repeats"]:
        notes.append(f"{counts['repeats']:,} repeated links are dropped.")
    if counts["unknown"]:
        named = ", ".join(repr(one[:40]) for one in strangers)
        notes.append(f"{counts['unknown']:,} of {counts['given']:,} links name no sample (such as {named}); dropped.")
    return tuple(notes)
