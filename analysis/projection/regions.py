"""Regions of a map, at several depths, each with a name: its most telling words, or its most frequent label.

A depth's regions are the basins of the points' density, smoothed by a Gaussian that halves from depth to depth: every
place belongs to the peak that steepest ascent leads to. So there is nothing to choose, few regions at first sight, and
more of them the closer one looks. A basin of few points has no name.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.dataset import Dataset
from analysis.labels import Labels
from analysis.projection.telling_words import telling_words
from analysis.result import Result

SIDE = 256  # cells along the longer axis of the map
WIDEST = 11.0  # cells: the Gaussian's standard deviation at the first depth
DEPTHS = 4
FEWEST = 12  # points of a region
SHARE = 0.01  # of all points, halved from depth to depth
READ = 50_000  # texts that names are made from at most
WORDS = 2
MAJORITY = 0.5  # share of a region's points beyond which one label names it alone

Cells = npt.NDArray[np.int64]


def find_regions(coordinates: npt.NDArray[np.float32], dataset: Dataset, *, seed: int) -> Result:
    """Name the regions of a flat map (n, 2): a table with depth, x, y, n, words and label; empty for a map in space.

    `words` are joined by a blank, empty without texts; `label` is empty without categories. Names come from a seeded
    sample of the texts where there are more than 50,000.
    """
    columns = {"depth": int, "x": float, "y": float, "n": int, "words": str, "label": str}
    rows: list[dict[str, object]] = []
    placed = np.flatnonzero(np.isfinite(coordinates).all(axis=1))
    if coordinates.shape[1] == 2 and len(placed) >= FEWEST:
        named: dict[int, tuple[str, str]] = {}
        cells, low, step = _cells(coordinates[placed])
        for depth in range(DEPTHS):
            basins, peaks = _basins(cells, WIDEST / 2**depth)
            rows += _named(depth, basins, peaks, placed, dataset, seed, named)
        for row in rows:
            x, y = divmod(int(row.pop("peak")), SIDE)  # type: ignore[call-overload]
            row["x"], row["y"] = low[0] + (x + 0.5) * step, low[1] + (y + 0.5) * step
    table = pd.DataFrame(rows, columns=list(columns)).astype(columns)
    return Result(numbers={}, tables={"regions": table})


def _cells(points: npt.NDArray[np.float32]) -> tuple[Cells, npt.NDArray[np.float64], float]:
    """The cell of each point in a square grid with room at its edges, the grid's corner, and a cell's side."""
    low, high = points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)
    step = float((high - low).max()) / (SIDE - 32) or 1.0
    low = low - 16 * step
    at = np.clip(((points - low) / step).astype(np.int64), 0, SIDE - 1)
    return at[:, 0] * SIDE + at[:, 1], low, step


def _basins(cells: Cells, width: float) -> tuple[Cells, Cells]:
    """The peak that every point's cell leads to, as a place in the list of peaks; and the peaks' cells."""
    from scipy.ndimage import gaussian_filter

    counts = np.bincount(cells, minlength=SIDE * SIDE).reshape(SIDE, SIDE).astype(np.float64)
    density = gaussian_filter(counts, width, mode="constant")
    padded = np.pad(density, 1, constant_values=-1.0)
    shifts = [(dx, dy) for dx in (0, -1, 1) for dy in (0, -1, 1)]  # itself first: a plateau stays where it is
    around = np.stack([padded[1 + dx : 1 + dx + SIDE, 1 + dy : 1 + dy + SIDE] for dx, dy in shifts])
    moves = np.array([dx * SIDE + dy for dx, dy in shifts])
    to = (np.arange(SIDE * SIDE).reshape(SIDE, SIDE) + moves[around.argmax(axis=0)]).ravel()
    while True:
        further = to[to]
        if np.array_equal(further, to):
            break
        to = further
    peaks, basins = np.unique(to[cells], return_inverse=True)
    return basins, peaks


def _named(
    depth: int,
    basins: Cells,
    peaks: Cells,
    placed: Cells,
    dataset: Dataset,
    seed: int,
    named: dict[int, tuple[str, str]],
) -> list[dict[str, object]]:
    """One row for each region that is large enough, the largest first; not what its surroundings are called already."""
    sizes = np.bincount(basins, minlength=len(peaks))
    enough = max(FEWEST, SHARE * len(placed) / 2**depth)
    order = [int(group) for group in np.argsort(-sizes, kind="stable") if sizes[group] >= enough]
    groups = np.full(len(peaks), -1)  # of the large basins, the largest first
    groups[order] = np.arange(len(order))
    inside = groups[basins] >= 0
    basins, placed = groups[basins[inside]], placed[inside]
    words = telling_words(*_texts(basins, placed, dataset, seed), groups=len(order), most=WORDS)
    ends = np.cumsum(np.bincount(basins, minlength=len(order)))
    split = np.split(placed[np.argsort(basins, kind="stable")], ends[:-1]) if order else []
    rows: list[dict[str, object]] = []
    for basin, members, told in zip(order, split, words, strict=True):
        name = (" ".join(told), _label_of(members, dataset))
        if named.get(int(members[0])) == name:  # its parent's name
            continue
        named.update(dict.fromkeys(members.tolist(), name))
        rows.append({"depth": depth, "peak": peaks[basin], "n": len(members), "words": name[0], "label": name[1]})
    return rows


def _texts(basins: Cells, placed: Cells, dataset: Dataset, seed: int) -> tuple[list[str], Cells]:
    """Texts that names are made from, and the region of each."""
    if dataset.texts is None:
        return [], np.empty(0, np.int64)
    read = np.arange(len(placed))
    if len(read) > READ:
        read = np.sort(np.random.default_rng([seed, 8]).choice(len(placed), READ, replace=False))
    return [dataset.texts[row] for row in placed[read]], basins[read]


def _label_of(members: Cells, dataset: Dataset) -> str:
    """The most frequent label of some samples, two where none has the majority."""
    labels: Labels | None = dataset.labels_in(dataset.labels[0]) if dataset.labels else None
    if labels is None or labels.kind != "categorical":
        return ""
    codes, counts = np.unique(labels.codes[members], return_counts=True)
    codes, counts = codes[codes >= 0], counts[codes >= 0]
    first = np.argsort(-counts, kind="stable")[:2]
    if len(first) == 2 and counts[first[0]] <= MAJORITY * counts.sum():
        return ", ".join(labels.classes[codes[place]] for place in first)
    return labels.classes[codes[first[0]]] if len(first) else ""
