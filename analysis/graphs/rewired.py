"""What a graph would be by chance: the same degrees, its links rewired by double edge swaps.

A sweep pairs all links at random and swaps the ends of each pair, (a, b) and (c, d) to (a, d) and (c, b), save where
that would make a loop or a link that is there already or is made twice. So many swaps at once are as good as one after
the other, for those that would disturb one another are left out; a sweep offers every link one swap, and ten forget
where they began. Directed links keep what goes out of and what comes into each node.
"""

import numpy as np
import numpy.typing as npt

from analysis.graph import Ends

SWEEPS = 10
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # an odd number whose multiples fill the boxes evenly
Codes = npt.NDArray[np.int64]


def rewired(pairs: Ends, n: int, rng: np.random.Generator, *, directed: bool = False, sweeps: int = SWEEPS) -> Ends:
    """Distinct pairs of the same degrees; `pairs`: distinct, without loops, (m, 2)."""
    a, b = pairs[:, 0].copy(), pairs[:, 1].copy()
    half = len(a) // 2
    for _ in range(sweeps if half else 0):
        codes = _code(a, b, n, directed)
        order = rng.permutation(len(a))
        one, two = order[:half], order[half : 2 * half]
        c, d = a[two], b[two]
        if not directed:  # which end of the second is exchanged
            turned = rng.random(half) < 0.5
            c, d = np.where(turned, d, c), np.where(turned, c, d)
        first, second = _code(a[one], d, n, directed), _code(c, b[one], n, directed)
        fine = (a[one] != d) & (c != b[one]) & (first != second)
        fine &= _new(first, second, codes, fine)
        took, gave = one[fine], two[fine]
        b_one = b[took].copy()
        a[gave], b[took], b[gave] = c[fine], d[fine], b_one
    return np.column_stack([a, b])


def _code(a: Codes, b: Codes, n: int, directed: bool) -> Codes:
    return a * n + b if directed else np.minimum(a, b) * n + np.maximum(a, b)


def _new(first: Codes, second: Codes, codes: Codes, fine: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which swaps make two links that neither are there nor are made by another swap: among several, none gets it.

    Links are thrown into four times as many boxes, and only those that share a box are compared.
    """
    asked = np.flatnonzero(fine)
    every = np.concatenate([codes, first[asked], second[asked]])
    bits = max(1, int(4 * len(every) - 1).bit_length())
    box = ((every.astype(np.uint64) * SPREAD) >> np.uint64(64 - bits)).astype(np.int64)
    shared = np.flatnonzero(np.bincount(box, minlength=1 << bits)[box] > 1)
    shared = shared[np.argsort(every[shared])]
    same = np.diff(every[shared]) == 0
    refused = np.zeros(len(every), bool)
    refused[shared[1:][same]] = refused[shared[:-1][same]] = True
    left, right = np.split(refused[len(codes) :], 2)
    found = np.zeros(len(fine), bool)
    found[asked] = ~(left | right)
    return found
