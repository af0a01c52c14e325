"""A sample of docstrings that keeps the grain of their graph.

Each package gives its share of the rows, in connected pieces of up to 40 that grow breadth-first, within the
package, from random docstrings; those without a link fill up what is left.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from analysis.datasets.sampling import Rows, quotas

PIECE = 40  # larger pieces keep more references but fewer topics


def grow(packages: Sequence[str], edges: npt.NDArray[np.int32], sample: int, rng: np.random.Generator) -> Rows:
    """Rows of a sample that keeps linked docstrings together, ascending; each package gives its share."""
    _, codes, counts = np.unique(packages, return_inverse=True, return_counts=True)
    linked: list[list[int]] = [[] for _ in packages]
    for row, other in edges.tolist():
        if codes[row] == codes[other]:
            linked[row].append(other)
            linked[other].append(row)
    taken: set[int] = set()
    for package, quota in enumerate(quotas(counts, sample)):
        starts = rng.permutation(np.flatnonzero(codes == package)).tolist()
        starts.sort(key=lambda row: not linked[row])  # stable: the unlinked come last
        left = int(quota)
        for start in starts:
            piece = _piece(start, linked, taken, min(PIECE, left), rng) if left and start not in taken else []
            taken.update(piece)
            left -= len(piece)
    return np.array(sorted(taken), dtype=np.int64)


def _piece(start: int, linked: list[list[int]], taken: set[int], size: int, rng: np.random.Generator) -> list[int]:
    """Up to `size` rows not yet taken, breadth-first from one."""
    seen, queue, piece = {start}, deque([start]), list[int]()
    while queue and len(piece) < size:
        piece.append(queue.popleft())
        new = [row for row in linked[piece[-1]] if row not in seen and row not in taken]
        queue.extend(rng.permutation(new).tolist())
        seen.update(new)
    return piece
