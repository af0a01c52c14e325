"""Noise for a graph, seeded: links added between samples that have none, or links rewired to such places.

`add`: so many new links as a share of those there are. `flip`: that share of the links, taken at random, moved to
random pairs that were not linked. Rewiring comes first.
"""

import numpy as np
import numpy.typing as npt

from analysis.graph import Ends, codes_of
from models.errors import BadInput

Codes = npt.NDArray[np.int64]
ENUMERATED = 3000  # samples up to which all pairs may be written out


def noisy(pairs: Ends, n: int, *, directed: bool, add: float, flip: float, seed: int, name: str) -> Ends:
    """Distinct pairs with noise; `pairs`: distinct, without loops."""
    if not add and not flip:
        return pairs
    rng = np.random.default_rng([seed % (1 << 63), 61])
    codes = np.sort(codes_of(pairs, n, directed=directed))
    moved, more = round(flip * len(codes)), round(add * len(codes))
    room = n * (n - 1) // (1 if directed else 2) - len(codes)
    if moved + more > room:
        raise BadInput(
            f"noise of graph {name!r} asks for {moved + more:,} new links but only {room:,} pairs are not linked;"
            " give less `add` or `flip`."
        )
    few = n <= ENUMERATED and 4 * (moved + more) > room  # so many of the free pairs that they are counted out
    new = (_of_all if few else _by_trying)(codes, n, moved + more, rng, directed)
    kept = rng.permutation(codes)[moved:]
    whole = np.concatenate([kept, new])
    return np.column_stack([whole // n, whole % n])


def _of_all(codes: Codes, n: int, wanted: int, rng: np.random.Generator, directed: bool) -> Codes:
    rows, columns = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.triu_indices(n, 1)
    every = rows.astype(np.int64) * n + columns
    return rng.permutation(every[~np.isin(every, codes)])[:wanted]


def _by_trying(codes: Codes, n: int, wanted: int, rng: np.random.Generator, directed: bool) -> Codes:
    found = np.empty(0, np.int64)
    while len(found) < wanted:
        tried = rng.integers(n, size=(2 * (wanted - len(found)) + 16, 2))
        tried = tried[tried[:, 0] != tried[:, 1]]
        new = codes_of(tried, n, directed=directed)
        found = np.unique(np.concatenate([found, new[~linked(codes, new)]]))
    return rng.permutation(found)[:wanted]


def linked(codes: Codes, asked: Codes) -> npt.NDArray[np.bool_]:
    """Which of the pairs asked about stand among some, sorted."""
    if not len(codes):
        return np.zeros(len(asked), bool)
    place = np.minimum(np.searchsorted(codes, asked), len(codes) - 1)
    found: npt.NDArray[np.bool_] = codes[place] == asked
    return found
