"""What plug-ins about graphs declare: a source of links, and a measure of how a space agrees with a graph."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.graph import Links
from analysis.study import GraphSpec
from models.place import Place

Basis = Literal["ranks", "near", "links", "radii", "hops", "votes", "graph"]


def nothing_more(spec: GraphSpec, dataset: Dataset) -> Sequence[Ask]:
    """No other value is needed."""
    return ()


@dataclass(frozen=True, kw_only=True)
class GraphSource:
    """A source of links between samples.

    `fingerprint(spec, dataset, place)` names all that decides what `read` gives, ids aside, cheaply.
    `read(spec, dataset, place, needed)` gives the links; `needed`: the values of the asks that `needs` names, whose
    keys are part of the graph's.
    """

    name: str
    title: str
    version: int
    fingerprint: Callable[[GraphSpec, Dataset, Place], Mapping[str, str]]
    read: Callable[[GraphSpec, Dataset, Place, Sequence[Any]], Links]
    needs: Callable[[GraphSpec, Dataset], Sequence[Ask]] = nothing_more


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """A measure of how a space, or labels alone, agree with a graph.

    What `value` is given depends on `basis`, and so does what it gives. "ranks": the `Ranks` of each node's neighbours
    among all others, and k where `at_k`; "near": the same with how many of the k nearest are linked. Both give what
    each node contributes, NaN where nothing. "links": the cosines of linked pairs; what each pair adds. "radii": the
    `Radii` of linked and of all pairs; "hops": the table of hops and distances. Both give the number. "votes": the
    `Votes` within the radius, and of the nearest; what each node contributes. "graph": the `Votes` of a node's linked
    ones; a pair of arrays, whose sums make the number.
    """

    name: str
    title: str
    version: int
    basis: Basis
    value: Callable[..., Any]
    describe: str
    at_k: bool = False
    analysis: str = "alignment"  # that the number is told of
