"""The best few of many offers to each point, without holding all offers at once."""

import numpy as np
import numpy.typing as npt

from analysis.neighbors.points import Indices, Vectors

OFFERS = 1 << 23  # offers held before the best are kept: about 200 MB

Rows = npt.NDArray[np.integer]


class Best:
    """For each of n points the `wanted` rows most alike to it among all that were offered.

    `rows`: (n, wanted), -1 where fewer were offered. `limit`: (n,), the likeness that the next offer must beat.
    """

    def __init__(self, n: int, wanted: int) -> None:
        self.rows: Indices = np.full((n, wanted), -1, np.int64)
        self.likeness: Vectors = np.full((n, wanted), -np.inf, np.float32)
        self.limit: Vectors = np.full(n, -np.inf, np.float32)
        self._offers: list[tuple[Rows, Rows, Vectors]] = []
        self._held = 0

    def settle(self, points: Rows, rows: Rows, alike: Vectors) -> None:
        """Set the first rows of points that have none, from a block (points, rows)."""
        wanted = min(self.rows.shape[1], len(rows))
        top = np.argpartition(-alike, wanted - 1, axis=1)[:, :wanted]
        self.rows[points, :wanted] = rows[top]
        self.likeness[points, :wanted] = np.take_along_axis(alike, top, axis=1)
        self.limit[points] = self.likeness[points].min(axis=1)

    def offer(self, points: Rows, rows: Rows, alike: Vectors) -> None:
        """Offer a block (points, rows); what does not beat a point's limit is passed over."""
        found = np.flatnonzero(alike > self.limit[points, None])
        point, row = np.divmod(found, max(1, len(rows)))
        self._offers.append((points[point], rows[row], alike.ravel()[found]))
        self._held += len(found)
        if self._held > OFFERS:
            self.keep()

    def keep(self) -> None:
        """Keep the best of what each point has and was offered."""
        if not self._offers:
            return
        points, rows, alike = (np.concatenate(parts) for parts in zip(*self._offers, strict=True))
        self._offers, self._held = [], 0
        wanted = self.rows.shape[1]
        touched = np.unique(points)
        points = np.concatenate([np.repeat(touched, wanted), points])
        rows = np.concatenate([self.rows[touched].ravel(), rows])
        alike = np.concatenate([self.likeness[touched].ravel(), alike])
        order = _by_point(points, alike)
        starts = np.searchsorted(points[order], touched)
        chosen = order[starts[:, None] + np.arange(wanted)]
        self.rows[touched], self.likeness[touched] = rows[chosen], alike[chosen]
        self.limit[touched] = alike[chosen[:, -1]]


def _by_point(points: Rows, alike: Vectors) -> Indices:
    """The order by point, then from most to least alike: one sort of one float64 key, which is fast."""
    finite = np.where(np.isfinite(alike), alike, alike[np.isfinite(alike)].min() - 1).astype(np.float64)
    width = finite.max() - finite.min() + 1
    return np.argsort(points * (2 * width) - finite)
