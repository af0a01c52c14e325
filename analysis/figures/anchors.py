"""Figures of an anchor vector: its error for every bulk, the trap of the gauge, and where and how far it is wrong.

Each takes rows of one table of an answer, those of a rule and a fit where it has them, and states under it what it
was made from.
"""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.figures.bars import bars, histogram
from analysis.figures.palette import GREY
from analysis.figures.theme import TEXT, dressed, titled
from analysis.figures.ticks import log_axis
from analysis.figures.words import cut, plain, shown, small

if TYPE_CHECKING:
    import plotly.graph_objects as go

LEGEND = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "orientation": "h"}
LINE, SMALL, CAPTION = 15, 11, 96  # pixels of a caption's line and of its letters; letters in a line
MOST_LOST = 0.1  # of the largest
NEAR = 1.05  # of the last error, from which on more tokens hardly help


def stated(figure: "go.Figure", facts: str) -> "go.Figure":
    """The figure with what it was made from under its title: text on a page, inside the picture where it is saved."""
    lines = wrap(facts, CAPTION)
    subtitle = {"text": "<br>".join(map(plain, lines)), "font": {"size": SMALL}}
    pad = {"t": 28, "l": 16}  # plotly begins at the first line's foot
    title = {"subtitle": subtitle, "y": 1, "yref": "container", "yanchor": "top", "pad": pad}  # above the legend
    return figure.update_layout(title=title, margin_t=figure.layout.margin.t + 8 + LINE * len(lines))


def by_k(fits: pd.DataFrame, sure: pd.DataFrame) -> "go.Figure":
    """Held-out error of every fit against how many words are no bulk, with the variance in both gauges.

    `sure`: rows `rule`, `fit`, `low`, `high`, the errors that have an interval.
    """
    import plotly.graph_objects as go

    table = fits[fits["k"].notna() & (fits["rule"] != "log Z")].sort_values("k", kind="stable")
    table = table.merge(sure, on=["rule", "fit"], how="left")
    figure, ticks = go.Figure(), sorted(set(table["k"].astype(int)))
    for fit, rows in table.groupby("fit", sort=False):
        ends = {"array": rows["high"] - rows["mse"], "arrayminus": rows["mse"] - rows["low"], "symmetric": False}
        figure.add_scatter(
            x=_places(rows["k"], ticks), y=rows["mse"], mode="lines+markers", name=f"error, {fit}", error_y=ends
        )
    first = table[table["fit"] == table["fit"].iloc[0]]
    for column, name, dash in (("variance", "variance, raw", "solid"), ("variance_centred", "centred", "dot")):
        line = {"color": GREY, "dash": dash}
        figure.add_scatter(x=_places(first["k"], ticks), y=first[column], mode="lines", name=name, line=line)
    figure.update_xaxes(
        title_text="k most probable words left out of the bulk", tickvals=list(range(len(ticks))), ticktext=ticks
    )
    figure.update_yaxes(
        title_text="mean squared error, variance (log)", **_log(table, "mse", "variance", "variance_centred")
    )
    last = table[table["k"] == table["k"].max()].sort_values("mse").iloc[0]
    variances = f"{small(last['variance'])} raw and {small(last['variance_centred'])} centred"
    said = (
        f"Without the {int(last['k'])} most probable words the {last['fit']} fit's error is {small(last['mse'])}, where"
        f" the variance is {variances}"
    )
    return _told(figure, said)


def _places(values: pd.Series, ticks: Sequence[float]) -> list[int]:
    return [list(ticks).index(value) for value in values]


def gauge(rows: pd.DataFrame) -> "go.Figure":
    """R^2 against the length of a shift of every output embedding: the trap, for the error is one and the same."""
    import plotly.graph_objects as go

    by = rows.groupby("length")["r2"].agg(["mean", "min", "max"])
    errors, at = rows["mse"], np.arange(len(by))
    figure = go.Figure(
        go.Scatter(
            x=at, y=by["mean"], mode="lines+markers", name="mean over directions",
            error_y={"array": by["max"] - by["mean"], "arrayminus": by["mean"] - by["min"], "symmetric": False},
        )
    )  # fmt: skip
    figure.update_xaxes(
        title_text="length of the shift u of every output embedding", tickvals=at, ticktext=[f"{x:g}" for x in by.index]
    )
    figure.update_yaxes(title_text="R² on held-out windows")
    alike = float(errors.max() - errors.min()) < 1e-3 * float(errors.mean()) + 1e-9
    error = small(float(errors.mean())) if alike else f"{small(float(errors.min()))} to {small(float(errors.max()))}"
    what = "one and the same error" if alike else "an error (of a fit that does not follow) of"
    said = f"R² goes from {shown(float(by['mean'].min()))} to {shown(float(by['mean'].max()), 3)} at {what}, {error}"
    return _told(figure.update_layout(showlegend=False), said)


def along(rows: pd.DataFrame, quadratic: Mapping[str, float]) -> "go.Figure":
    """<v0, h> against log Z of the bulk, coloured by the bulk's probability; `quadratic`: what products add."""
    import plotly.graph_objects as go

    share = np.exp(rows["log_bulk_probability"].to_numpy("float64"))
    scaled, bar = share, dict[str, Any]()
    if _tiny(share):
        axis, scaled = log_axis(share), np.log10(share)
        bar = {"tickvals": np.log10(axis["tickvals"]), "ticktext": axis["ticktext"]}
    looks: dict[str, Any] = {"size": 5, "opacity": 0.7, "color": scaled, "coloraxis": "coloraxis"}
    figure = go.Figure(
        go.Scatter(
            x=rows["true"], y=rows["predicted"], mode="markers", marker=looks, customdata=share,
            hovertemplate="log Z %{x:.2f}<br>⟨v0, h⟩ %{y:.2f}<br>bulk %{customdata:.3g}<extra></extra>",
        )
    )  # fmt: skip
    ends = [float(rows["true"].min()), float(rows["true"].max())]
    figure.add_scatter(x=ends, y=ends, mode="lines", line={"color": GREY, "dash": "dot"}, hoverinfo="skip")
    bar |= {"title": {"text": "bulk<br>probability"}, "thickness": 12, "len": 0.9}
    figure.update_layout(showlegend=False, coloraxis={"colorbar": bar})
    figure.update_xaxes(title_text="log Z of the bulk")
    figure.update_yaxes(title_text="⟨v0, h⟩")
    error = float(np.square(rows["predicted"] - rows["true"]).mean())
    said = f"The error of ⟨v0, h⟩ on these contexts is {small(error)}"
    if quadratic:
        linear, products = small(quadratic["mse_linear"]), small(quadratic["mse_quadratic"])
        said += f"; with an intercept it is {linear}, with products of 16 axes {products}"
    return _told(figure, said, legend=False)


def residuals(rows: pd.DataFrame) -> "go.Figure":
    """How the errors are spread."""
    wrong = (rows["predicted"] - rows["true"]).to_numpy()
    half, all_but = np.quantile(np.abs(wrong), [0.5, 0.95])
    said = f"Half of the errors lie within ±{small(float(half))}, 95 % within ±{small(float(all_but))}"
    return histogram(wrong, title=said, x="⟨v0, h⟩ less log Z of the bulk", y="contexts")


def against_bulk(rows: pd.DataFrame) -> "go.Figure":
    """Errors against the bulk's probability, coloured by position."""
    import plotly.graph_objects as go

    wrong, share = rows["predicted"] - rows["true"], np.exp(rows["log_bulk_probability"])
    looks = {"size": 5, "opacity": 0.7, "color": rows["position"], "coloraxis": "coloraxis"}
    figure = go.Figure(go.Scatter(x=share, y=wrong, mode="markers", marker=looks))
    figure.add_hline(y=0, line={"color": GREY, "dash": "dot"})
    figure.update_layout(coloraxis={"colorbar": {"title": {"text": "position"}, "thickness": 12, "len": 0.9}})
    scale = log_axis(share.to_numpy()) if _tiny(share.to_numpy()) else {}
    figure.update_xaxes(title_text=f"probability of the bulk{' (log)' * bool(scale)}", **scale)
    figure.update_yaxes(title_text="⟨v0, h⟩ less log Z of the bulk")
    low = wrong[share <= share.median()]
    sizes = float(np.square(low).mean()), float(np.square(wrong.drop(low.index)).mean())
    said = f"The error is {small(sizes[0])} where the bulk is least probable, {small(sizes[1])} where it is most"
    return _told(figure, said, legend=False)


def positions(rows: pd.DataFrame) -> "go.Figure":
    """Error along the window."""
    import plotly.graph_objects as go

    table = rows.sort_values("position")
    figure = go.Figure(go.Scatter(x=table["position"] + 1, y=table["mse"], mode="lines"))
    figure.update_xaxes(title_text="position in the window (tokens)")
    figure.update_yaxes(title_text="mean squared error (log)", **_log(table, "mse"))
    half = table.iloc[len(table) // 2 :]
    later = float(np.average(half["mse"], weights=half["n"]))
    said = f"The error is {small(float(table['mse'].iloc[0]))} at the first place and {small(later)} in the later half"
    return _told(figure, said, legend=False)


def tokens(rows: pd.DataFrame) -> "go.Figure":
    """How many tokens the fit needs: its error held out and in sample as it sees more."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for column, name in (("mse", "held out"), ("mse_in_sample", "in sample")):
        figure.add_scatter(x=rows["n"], y=rows[column], mode="lines+markers", name=name)
    scale = _log(rows, "n")
    if scale:  # of 1, 2 and 5 alone, whose long labels stay apart where it is narrow
        kept = [pair for pair in zip(scale["tickvals"], scale["ticktext"], strict=True) if f"{pair[0]:e}"[0] in "125"]
        scale |= {"tickvals": [at for at, _ in kept], "ticktext": [said for _, said in kept]} if kept else {}
    figure.update_xaxes(title_text="contexts that the fit sees (log)", **scale)
    figure.update_yaxes(title_text="mean squared error (log)", **_log(rows, "mse", "mse_in_sample"))
    last = float(rows["mse"].iloc[-1])
    enough = int(rows.loc[rows["mse"] <= NEAR * last, "n"].iloc[0])
    said = f"From {enough:,} contexts on the error is within 5 % of its last, {small(last)}"
    if enough == int(rows["n"].iloc[-1]):
        said = f"The error still falls at the last step, to {small(last)}: more tokens would help"
    return _told(figure, said)


def layers(rows: pd.DataFrame) -> "go.Figure":
    """Error through the layers (logit lens), with the variance there and the perplexity on hovering."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for fit, mine in rows.groupby("fit", sort=False):
        figure.add_scatter(
            x=mine["layer"], y=mine["mse"], mode="lines+markers", name=f"error, {fit}", customdata=mine["perplexity"],
            hovertemplate="layer %{x}<br>error %{y:.3g}<br>perplexity %{customdata:.3g}<extra></extra>",
        )  # fmt: skip
    first = rows[rows["fit"] == rows["fit"].iloc[0]]
    line = {"color": GREY}
    figure.add_scatter(x=first["layer"], y=first["variance"], mode="lines", line=line, name="variance, raw")
    figure.update_xaxes(title_text="layer whose output the head reads", dtick=max(1, len(first) // 12))
    figure.update_yaxes(title_text="mean squared error, variance (log)", **_log(rows, "mse", "variance"))
    begin, end = small(float(first["mse"].iloc[0])), small(float(first["mse"].iloc[-1]))
    named = first["fit"].iloc[0]
    return _told(figure, f"The {named} fit's error is {begin} after the first layer and {end} after the last")


def log_partition(rows: pd.DataFrame) -> "go.Figure":
    """How constant log Z of all words is."""
    values = rows["log_partition"].to_numpy()
    said = f"log Z of all words has standard deviation {small(float(values.std()))} about {small(float(values.mean()))}"
    return histogram(values, title=said, x="log Z of all words", y="contexts")


def nearest_words(rows: pd.DataFrame) -> "go.Figure":
    """The words whose output embeddings point most as v0 does."""
    named = zip(rows["word"], rows["token"], strict=True)
    table = rows.assign(word=[repr(word) if word.strip() else f"token {token}" for word, token in named])
    first = table.iloc[0]
    said = f"Nearest to v0 is {cut(first['word'], 24)}, at cosine {small(first['cosine'])}"
    return bars(table, name="word", value="cosine", title=said, x="cosine to v0, both seen from the mean embedding")


def plane(table: pd.DataFrame, anchor: str) -> "go.Figure":
    """Output embeddings, some hidden states, the task's words and v0, in the embeddings' two principal axes."""
    import plotly.graph_objects as go

    looks = {"word": (4, "circle", 0.6), "state": (4, "circle-open", 0.5), "task word": (10, "diamond", 1.0)}
    figure = go.Figure()
    for kind, (size, symbol, opacity) in looks.items():
        mine = table[table["kind"] == kind]
        if len(mine):
            words = [plain(repr(text)) if text else kind for text in mine["text"]]
            marker = {"size": size, "symbol": symbol, "opacity": opacity}
            name = {"word": "words", "state": "hidden states", "task word": "the tasks' words"}[kind]
            figure.add_scatter(
                x=mine["x"], y=mine["y"], mode="markers", marker=marker, name=name, text=words, hoverinfo="text"
            )
    mine = table[(table["kind"] == "anchor") & (table["text"] == anchor)]
    marker = {"size": 14, "symbol": "star"}
    figure.add_scatter(x=mine["x"], y=mine["y"], mode="markers", marker=marker, name="v0", hoverinfo="name")
    figure.update_xaxes(title_text="first axis of the output embeddings")
    figure.update_yaxes(title_text="second axis")
    known = table[table["kind"].isin(["word", "task word"])]
    spread = float(np.hypot(known["x"], known["y"]).max())
    far = float(np.hypot(mine["x"], mine["y"]).max()) if len(mine) else float("nan")
    return _told(figure, f"In this plane v0 lies {small(far / spread)} times as far out as the farthest word")


def shift(rows: pd.DataFrame) -> "go.Figure":
    """Area under the ROC curve of every way to score a task, against the size of a shift against it."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for score, mine in rows.groupby("score", sort=False):
        against = mine[mine["direction"] != "random"].sort_values("length")
        figure.add_scatter(x=against["length"], y=against["auc"], mode="lines+markers", name=plain(score))
    anywhere = rows[(rows["direction"] == "random") & (rows["score"] == "raw logits")].groupby("length")["auc"].mean()
    if len(anywhere):
        looks = {"dash": "dash", "color": GREY}
        figure.add_scatter(x=anywhere.index, y=anywhere, mode="lines", line=looks, name="raw logits, random shift")
    line = {"color": GREY, "dash": "dot"}
    figure.add_scatter(x=[0, rows["length"].max()], y=[0.5, 0.5], mode="lines", line=line, name="chance")
    figure.update_xaxes(title_text="size of the shift against the task (mean lengths of an output embedding)")
    figure.update_yaxes(title_text="area under the ROC curve")
    at = rows[rows["direction"] != "random"].set_index(["score", "length"])["auc"]
    raw, kept = ([float(at[name, size]) for size in (0.0, 1.0)] for name in ("raw logits", "anchor, plain"))
    said = (
        f"A shift by one mean length takes raw logits from {small(raw[0])} to {small(raw[1])}; relative to the anchor"
        f" {small(kept[0])} {'stays' if abs(kept[1] - kept[0]) < 5e-3 else f'becomes {small(kept[1])}'}"
    )
    return _told(figure, said)


def _tiny(shares: npt.NDArray[np.float64]) -> bool:
    """Whether most of some probabilities are lost beside the largest, unless their logarithms are drawn."""
    return bool(shares.min() > 0 and np.median(shares) < MOST_LOST * shares.max())


def _log(table: pd.DataFrame, *columns: str) -> dict[str, Any]:
    """A logarithmic axis for what is positive in some columns; a plain one where nothing is."""
    values = table[list(columns)].to_numpy(np.float64).ravel()
    known = values[np.isfinite(values) & (values > 0)]
    return log_axis(known) if len(known) else {}


def _told(figure: "go.Figure", said: str, *, legend: bool = True) -> "go.Figure":
    """The figure under its finding, with room for the names of its lines."""
    titled(figure.update_layout(legend={**LEGEND, "font": {"size": TEXT - 1}}), said)
    room = 30 if legend and figure.layout.showlegend is not False else 8
    return dressed(figure.update_layout(margin_t=figure.layout.margin.t + room))
