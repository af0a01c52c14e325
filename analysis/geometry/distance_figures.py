"""What the distances of a space look like beside their densities: by class, sample by sample, and near each sample.

The heat map has the samples in the order of their classes, the largest first, joined into cells of about equally many;
a cell is the mean distance of its two groups. The growth is that of the mean distance r_k to the k-th neighbor: on a
manifold of d dimensions r_k grows as k^(1/d), and cosine distance, half a squared chord, as k^(2/d).
"""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.words import cut, plain, shown
from analysis.result import Result

if TYPE_CHECKING:
    import plotly.graph_objects as go

AXIS = {"cosine": "cosine distance", "euclidean": "euclidean distance", "dot": "minus the inner product"}
NAME = 28  # letters of a class in a title
TICKS = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500)
STEPS = (1, 2, 2.5, 5, 10)  # between the marks of an axis, times a power of ten
MARKS = 5  # on it at most


def heat_map(result: Result) -> "go.Figure | None":
    """All samples with all, in class order; None without pairs both within a class and between classes."""
    from analysis.figures.heat import heat

    table = result.tables.get("classes")
    if table is None or (table["label"] == table["other"]).all() or (table["label"] != table["other"]).all():
        return None
    values, groups = result.arrays["heat_map"], [str(name) for name in result.arrays["heat_map_of"]]
    label, scale = str(result.arrays["label"][0]), AXIS[str(result.arrays["metric"][0])]
    n = int(np.isfinite(result.points["mean_distance"]).sum())
    same = table["label"] == table["other"]
    means = [float(np.average(part["mean_distance"], weights=part["pairs"])) for part in (table[same], table[~same])]
    named, sizes = cut(label, NAME), Counter(groups)
    place = {name: groups.index(name) for name in sizes}
    told = [f"{plain(cut(name, NAME))}, part {i - place[name] + 1} of {sizes[name]}" for i, name in enumerate(groups)]
    return heat(
        values,
        groups,
        hovers=[[f"{a}<br>{b}<br>{_exact(values[i, j])}" for j, b in enumerate(told)] for i, a in enumerate(told)],
        title=f"Samples of one {named} are {shown(means[0])} apart on average, those of two {shown(means[1])}",
        subtitle=f"{n:,} samples in the order of their {named}, joined into {len(groups):,} groups of about"
        f" {max(1, round(n / len(groups))):,}; each cell is the mean distance of two groups.",
        axis=f"samples by {named}",
        scale=scale,
    )


def between_classes(result: Result) -> "go.Figure | None":
    """Each class with each; None without two classes."""
    from analysis.figures.heat import heat

    table = result.tables.get("classes")
    if table is None or table["label"].nunique() < 2:
        return None
    names = list(dict.fromkeys([*table["label"], *table["other"]]))
    place = {name: i for i, name in enumerate(names)}
    values, hovers = np.full((len(names),) * 2, np.nan), [["" for _ in names] for _ in names]
    for a, b, mean, count in table[["label", "other", "mean_distance", "pairs"]].itertuples(index=False):
        i, j = place[a], place[b]
        values[i, j] = values[j, i] = mean
        hovers[i][j] = hovers[j][i] = f"<b>{plain(a)}</b> and <b>{plain(b)}</b><br>{_exact(mean)}, {count:,} pairs"
    between = table[table["label"] != table["other"]].sort_values("mean_distance", kind="stable")
    pairs = [f"{cut(a, NAME)} and {cut(b, NAME)}" for a, b in zip(between["label"], between["other"], strict=True)]
    means = between["mean_distance"].tolist()
    title = f"{pairs[0]} are nearest, {shown(means[0])} apart on average"
    if len(pairs) > 1:
        title += f"; {pairs[-1]} farthest, {shown(means[-1])}"
    label = cut(str(result.arrays["label"][0]), NAME)
    said = f"Mean distance of two samples of each {label}, the largest first; hovering gives exact values."
    scale = AXIS[str(result.arrays["metric"][0])]
    return heat(values, names, hovers=hovers, title=title, subtitle=said, axis=label, scale=scale)


def growth(result: Result) -> "go.Figure | None":
    """Mean distance to the k-th neighbor against k, both axes logarithmic; None without two positive distances."""
    from analysis.figures.curve import curve

    table = result.tables["growth"].dropna()
    if len(table) < 2:
        return None
    slope = float(np.polyfit(table["log_k"], table["log_distance"], 1)[0])
    k, distance, metric = table["k"].to_numpy(), table["mean_distance"].to_numpy(), str(result.arrays["metric"][0])
    figure = curve(
        k.astype(np.float64),
        distance,
        title=f"The mean distance to the k-th neighbour grows as k to the power of {shown(slope)}",
        x_title="k, the neighbour's rank",
        y_title=f"mean {AXIS[metric]} to it",
        log_x=True,
        log_y=True,
    )
    power = "2/d, as cosine distance is half a squared chord" if metric == "cosine" else "1/d"
    said = f"Least squares over k = {k[0]} to {k[-1]}. Evenly spread in d dimensions it would be {power}."
    marks = _marks(float(distance.min()), float(distance.max()))
    figure.update_xaxes(tickvals=[tick for tick in TICKS if tick <= k[-1]])
    figure.update_yaxes(tickvals=marks, ticktext=[f"{mark:g}" for mark in marks])
    return figure.update_layout(title_subtitle_text=said)


def _marks(low: float, high: float) -> list[float]:
    """Round values between two, few enough."""
    rough = max(high - low, 1e-12 * high) / MARKS
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(step * power for step in STEPS if step * power >= rough)
    return [float(f"{mark:.6g}") for mark in np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step]


def _exact(value: float) -> str:
    return f"{value:.6g}" if np.isfinite(value) else "a sample alone has no distance to itself"
