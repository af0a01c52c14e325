"""UMAP's layout: neighbours pull, random others push, and the steps grow smaller until the map stands.

A pair at distance r is tied on the map by 1 / (1 + a r^2b). Going downhill in the cross entropy between these ties and
the graph's moves a point y_i towards a neighbour y_j by

    2ab r^2(b-1) / (1 + a r^2b)  times  (y_j - y_i)

and away from a random other by 2b / ((0.001 + r^2)(1 + a r^2b)) times (y_i - y_j), at most 4 along each axis, times a
step that falls to 0 (McInnes, Healy and Melville 2018, section 3.2, algorithm 5 and appendix C). An edge is walked as
often as its strength says; each walk from i is followed by five random others.

As in the paper a walk moves its first end alone (umap-learn moves both), and within one pass every point moves among
the others as they stood before the pass. So points can be shared among threads and the map depends on the seed alone,
not on how many threads there are. The first step is half of umap-learn's, since moves of one pass do not see each
other: maps of texts, clusters and curved sheets were as trustworthy as umap-learn's, or more, in as many passes.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Map = npt.NDArray[np.float32]

FIRST_STEP = 0.5
PUSHES = 5  # random others for each walk
SHARES = 4  # pieces of work per thread: their lengths differ


def curve(min_dist: float) -> tuple[float, float]:
    """The a and b for which 1 / (1 + a r^2b) is nearest to 1 up to min_dist and exp(min_dist - r) beyond it."""
    from scipy.optimize import curve_fit

    r = np.linspace(0, 3, 300)
    wanted = np.exp(-np.maximum(r - min_dist, 0))
    (a, b), _ = curve_fit(lambda r, a, b: 1 / (1 + a * r ** (2 * b)), r, wanted)
    return float(a), float(b)


def lay_out(ties: Any, start: Map, *, min_dist: float, passes: int, seed: int) -> Map:
    """Let a symmetric sparse graph (n, n) pull a map (n, dimensions) into shape."""
    n = len(start)
    a, b = (np.float32(value) for value in curve(min_dist))
    rate = (ties.data / ties.data.max()).astype(np.float32)
    rate[rate * passes < 1] = 0
    states = np.random.default_rng([seed, 4]).integers(0, 1 << 63, n, dtype=np.uint64)
    move = _compiled()
    threads = os.cpu_count() or 1
    ends = np.searchsorted(ties.indptr, np.linspace(0, ties.nnz, SHARES * threads + 1))
    ends[0], ends[-1] = 0, n
    before, after = start.astype(np.float32, order="C"), np.empty(start.shape, np.float32)
    with ThreadPoolExecutor(threads) as pool:
        for turn in range(passes):
            step = np.float32(FIRST_STEP * (1 - turn / passes))
            jobs = [
                pool.submit(move, before, after, low, high, ties.indptr, ties.indices, rate, states, a, b, step, turn)
                for low, high in pairwise(ends)
            ]
            for job in jobs:
                job.result()
            before, after = after, before
    return before


@cache
def _compiled() -> Callable[..., None]:
    """Compile the inner loop: about a second, once a process."""
    import numba

    compiled: Callable[..., None] = numba.njit(nogil=True, fastmath=True)(_move)
    return compiled


def _move(
    before: Map,
    after: Map,
    low: int,
    high: int,
    starts: npt.NDArray[np.int32],
    ends: npt.NDArray[np.int32],
    rate: npt.NDArray[np.float32],
    states: npt.NDArray[np.uint64],
    a: np.float32,
    b: np.float32,
    step: np.float32,
    turn: int,
) -> None:
    """Move the points from `low` to `high` once."""
    n, dimensions = before.shape
    limit = np.float32(4)
    for i in range(low, high):
        state = states[i]
        for c in range(dimensions):
            after[i, c] = before[i, c]
        for edge in range(starts[i], starts[i + 1]):
            if np.floor((turn + 1) * rate[edge]) <= np.floor(turn * rate[edge]):
                continue
            j = np.int64(ends[edge])
            squared = np.float32(0)
            for c in range(dimensions):
                squared += (after[i, c] - before[j, c]) ** 2
            if squared > 0:
                tie = a * squared**b
                pull = 2 * b * tie / (squared * (1 + tie))
                for c in range(dimensions):
                    way = pull * (before[j, c] - after[i, c])
                    after[i, c] += step * min(limit, max(-limit, way))
            for _ in range(PUSHES):
                state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)  # Knuth's MMIX
                j = np.int64((state >> np.uint64(33)) % np.uint64(n))
                if j == i:
                    continue
                squared = np.float32(0)
                for c in range(dimensions):
                    squared += (after[i, c] - before[j, c]) ** 2
                if squared > 0:
                    push = 2 * b / ((np.float32(0.001) + squared) * (1 + a * squared**b))
                    for c in range(dimensions):
                        way = push * (after[i, c] - before[j, c])
                        after[i, c] += step * min(limit, max(-limit, way))
        states[i] = state
