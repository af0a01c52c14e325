"""Sentences on a surface: a simplicial complex whose vertices are topics, and who is near whom along it.

As in Structure Inducing Pre-Training's synthetic examples: a sentence of three topics lies in their triangle at its
renormalized probabilities; samples are linked where the way along the surface is shorter than a radius.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from analysis.reproductions.sentences import TOPICS, Topics, unlike

Triangles = tuple[tuple[int, int, int], ...]
MASS = 2 / 3  # of the three topics of a sentence
STEINER = 24  # further points on an edge that ways may lead through
CANDIDATES, BINS = 600, 20
GIVE_UP = 10_000  # ways to deal topics to vertices that are tried


def _ring(count: int, apart: Sequence[int]) -> Triangles:
    """Triangles {i + each of `apart`} around a ring of vertices."""
    found = [tuple(sorted((i + step) % count for step in apart)) for i in range(count)]
    return tuple((a, b, c) for a, b, c in found)


def _sphere() -> Triangles:
    """A bipyramid over an octagon: 16 triangles."""
    rim = [(i, (i + 1) % 8) for i in range(8)]
    return tuple((a, b, pole) for pole in (8, 9) for a, b in rim)


def _torus() -> Triangles:
    """A grid of three by three squares, each cut in two, opposite sides joined: 18 triangles on 9 vertices."""
    found: list[tuple[int, int, int]] = []
    for i in range(3):
        for j in range(3):
            a, b, c, d = (3 * ((i + di) % 3) + (j + dj) % 3 for di in (0, 1) for dj in (0, 1))
            found += [(a, b, d), (a, c, d)]
    return tuple(found)


@dataclass(frozen=True)
class Manifold:
    """A surface, how many samples lie on it, and how near linked ones are (the side of a triangle is sqrt(2))."""

    name: str
    triangles: Triangles
    samples: int
    radius: float


MANIFOLDS = (
    Manifold("plane", ((0, 1, 2), (1, 2, 3)), 100, 0.15),
    Manifold("Möbius", _ring(7, (0, 1, 2)), 300, 0.2),
    Manifold("sphere", _sphere(), 300, 0.2),
    Manifold("torus", _torus(), 300, 0.2),
)


@dataclass(frozen=True, eq=False)
class Placed:
    """Samples of a surface: their sentences, label (their first topic's vertex), and edges (m, 2)."""

    sentences: list[str]
    labels: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]
    isolated: int  # had no neighbour and got their nearest


def placed(manifold: Manifold, topics: Topics, seed: int) -> Placed:
    """Deal topics to the vertices and sentences to the triangles, and link what is near."""
    rng = np.random.default_rng(seed)
    order = np.argsort(-topics.shares, axis=1, kind="stable")[:, :3]
    mass = np.take_along_axis(topics.shares, order, axis=1)
    clear = np.flatnonzero(mass.sum(axis=1) > MASS)
    triple = np.sort(order[clear], axis=1) @ np.array([TOPICS**2, TOPICS, 1])
    needed = 2 * manifold.samples / len(manifold.triangles)
    inside = _dealt(manifold, clear, triple, needed, topics.shares.shape[1], rng)
    vertices = 1 + max(max(one) for one in manifold.triangles)
    found: list[npt.NDArray[np.int64]] = []
    places: dict[int, tuple[int, npt.NDArray[np.float64]]] = {}
    for number, (triangle, topic, rows) in enumerate(inside):
        shares = topics.shares[rows][:, topic]
        shares = shares / shares.sum(axis=1, keepdims=True)
        chosen = rng.choice(len(rows), size=min(CANDIDATES, len(rows)), replace=False, p=_even(shares))
        for row in chosen.tolist():
            coordinates = np.zeros(vertices)
            coordinates[list(triangle)] = shares[row]
            places[int(rows[row])] = (number, coordinates)
        found.append(rows[chosen])
    candidates = rng.permutation(np.concatenate(found))
    kept = unlike(topics, candidates, manifold.samples)
    where = np.array([places[row][1] for row in kept.tolist()])
    distance = geodesic(where, np.array([places[row][0] for row in kept.tolist()]), manifold.triangles)
    edges, isolated = _near(distance, manifold.radius)
    return Placed([topics.sentences[row] for row in kept], where.argmax(axis=1), edges, isolated)


def _dealt(
    manifold: Manifold,
    clear: npt.NDArray[np.int64],
    triple: npt.NDArray[np.int64],
    needed: float,
    topics: int,
    rng: np.random.Generator,
) -> list[tuple[tuple[int, int, int], list[int], npt.NDArray[np.int64]]]:
    """A topic for each vertex such that every triangle has enough sentences: triangle, its topics, their rows."""
    vertices = 1 + max(max(one) for one in manifold.triangles)
    codes, counts = np.unique(triple, return_counts=True)
    enough = dict(zip(codes.tolist(), counts.tolist(), strict=True))
    for _ in range(GIVE_UP):
        topic = rng.permutation(topics)[:vertices]
        own = [[int(topic[vertex]) for vertex in triangle] for triangle in manifold.triangles]
        keys = [int(np.sort(one) @ np.array([TOPICS**2, TOPICS, 1])) for one in own]
        if all(enough.get(key, 0) >= needed for key in keys):
            rows = [clear[triple == key] for key in keys]
            return list(zip(manifold.triangles, own, rows, strict=True))
    raise ValueError(f"no way found to deal {topics} topics to the vertices of the {manifold.name}")


def _even(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Chances that even out how central sentences are: one over how many have a like entropy."""
    entropy = -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=1)
    counts, ends = np.histogram(entropy, BINS)
    weight = 1 / counts[np.clip(np.searchsorted(ends, entropy, side="right") - 1, 0, BINS - 1)]
    return np.asarray(weight / weight.sum())


def geodesic(
    places: npt.NDArray[np.float64], triangle: npt.NDArray[np.int64], triangles: Triangles
) -> npt.NDArray[np.float64]:
    """The shortest way between every two places along the surface, (n, n), infinite where there is none.

    `places`: (n, vertices) barycentric coordinates, in the `triangle` (n,) of each. Ways cross edges at 24 points each,
    so they are a little too long, never too short.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    points, on_edge = _steiner(triangles, places.shape[1])
    every = np.concatenate([places, points])
    n, lengths = len(places), dict[tuple[int, int], float]()
    for number, corners in enumerate(triangles):
        rim = {row for edge in combinations(sorted(corners), 2) for row in on_edge[edge]}
        inside = [*np.flatnonzero(triangle == number).tolist(), *(n + row for row in sorted(rim))]
        apart = np.linalg.norm(every[inside][:, None] - every[inside][None], axis=-1)
        for i, j in combinations(range(len(inside)), 2):
            lengths[inside[i], inside[j]] = apart[i, j]
    pairs = np.array(list(lengths))
    graph = coo_array((list(lengths.values()), (pairs[:, 0], pairs[:, 1])), shape=(len(every), len(every)))
    found: npt.NDArray[np.float64] = dijkstra(graph.tocsr(), directed=False, indices=np.arange(n))[:, :n]
    return found


def _steiner(triangles: Triangles, vertices: int) -> tuple[npt.NDArray[np.float64], dict[tuple[int, int], list[int]]]:
    """Points on every edge, the corners among them, and which of them lie on which edge."""
    points = [np.eye(vertices)[vertex] for vertex in range(vertices)]
    on_edge: dict[tuple[int, int], list[int]] = {}
    for corners in triangles:
        for a, b in combinations(sorted(corners), 2):
            if (a, b) in on_edge:
                continue
            on_edge[a, b] = [a, b]
            for step in range(1, STEINER + 1):
                share = step / (STEINER + 1)
                on_edge[a, b].append(len(points))
                points.append((1 - share) * points[a] + share * points[b])
    return np.array(points), on_edge


def _near(distance: npt.NDArray[np.float64], radius: float) -> tuple[npt.NDArray[np.int64], int]:
    """Edges (m, 2) of all within the radius; who has none gets its nearest. Also how many had none."""
    apart = distance.copy()
    np.fill_diagonal(apart, np.inf)
    near = apart < radius
    alone = np.flatnonzero(~near.any(axis=1))
    near[alone, apart[alone].argmin(axis=1)] = True
    return np.argwhere(np.triu(near | near.T)), len(alone)
