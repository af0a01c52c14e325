"""The constructed world: a task's scores while a student's KL goes to zero, and the same where there is no anchor."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.anchors.world import Without
from analysis.figures.palette import GREY
from analysis.figures.theme import dressed, titled
from analysis.figures.words import shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

LEGEND = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "orientation": "h"}
LINES = {
    "main_raw": "task, raw logits",
    "main_anchor": "task, relative to the anchor",
    "rare_raw": "rare words, raw",
    "rare_anchor": "rare words, relative",
}


def learning(table: pd.DataFrame) -> "go.Figure":
    """Share of held-out contexts that each rule gets right, by iteration, with the KL on hovering."""
    import plotly.graph_objects as go

    figure, at = go.Figure(), np.arange(len(table))
    for column, name in LINES.items():
        figure.add_scatter(
            x=at, y=table[column], mode="lines+markers", name=name, customdata=table["kl"],
            hovertemplate="right %{y:.3f}<br>KL %{customdata:.2g}<extra></extra>",
        )  # fmt: skip
    figure.add_hline(y=0.5, line={"color": GREY, "dash": "dot"})
    ticks = [f"{step}<br>{kl:.1g}" for step, kl in zip(table["iterations"], table["kl"], strict=True)]
    figure.update_xaxes(title_text="iterations, and the KL left", tickvals=at, ticktext=ticks)
    figure.update_yaxes(title_text="contexts held out told right", range=[0, 1.04])
    last = table.iloc[-1]
    said = (
        f"At a KL of {last['kl']:.1e} the raw task is right for {last['main_raw']:.0%}, relative to the anchor for"
        f" {last['main_anchor']:.1%}; the rare words' for {last['rare_anchor']:.0%}"
    )
    titled(figure.update_layout(legend=LEGEND), said)
    return dressed(figure.update_layout(margin_t=figure.layout.margin.t + 30))


def without(found: Without) -> "go.Figure":
    """Where no anchor is: the anchor's error of each context against what decides its task; wrong ones marked."""
    import plotly.graph_objects as go

    figure, frame = go.Figure(), found.frame
    for wrong, name in ((False, "decided rightly"), (True, "decided wrongly")):
        mine = frame[frame["wrong"] == wrong]
        look = {"size": 5, "opacity": 0.6}
        figure.add_scatter(x=mine["relative_logit"], y=mine["anchor_error"], mode="markers", name=name, marker=look)
    most = float(frame["relative_logit"].abs().max())
    for sign in (1, -1):
        ends = {"x": [-most, most], "y": [-sign * most, sign * most]}
        figure.add_scatter(**ends, mode="lines", line={"color": GREY, "dash": "dot"}, showlegend=False)
    for place, column, said in (
        ("x", "relative_logit", "logit relative to log Z of the bulk, which decides"),
        ("y", "anchor_error", "error of the best anchor"),
    ):
        span = [float(frame[column].min()) - 1, float(frame[column].max()) + 1]
        figure.update_layout({f"{place}axis": {"title_text": said, "range": span}})
    count = int(frame["wrong"].sum())
    said = (
        f"Without an anchor (R² {shown(found.r2)}) {count:,} of {len(frame):,} contexts are decided wrongly, each"
        " within the anchor's error"
    )
    titled(figure.update_layout(legend=LEGEND), said)
    return dressed(figure.update_layout(margin_t=figure.layout.margin.t + 30))
