"""Figures of many language models' anchors: along training, by size, and task loss against pre-training loss."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.figures.anchors import LEGEND
from analysis.figures.palette import GREY
from analysis.figures.theme import TEXT, dressed, titled
from analysis.figures.ticks import log_axis
from analysis.figures.words import plain, shown, small

if TYPE_CHECKING:
    import plotly.graph_objects as go

PANELS = 560  # pixels of two above one another
LEAST_R2 = -1.0  # below it a fit is worse than a constant, by however much


def along_training(rows: pd.DataFrame, along: str = "step") -> "go.Figure":
    """Error with the variances above, R² in both gauges below, at every place of one series."""
    from plotly.subplots import make_subplots

    table = rows.sort_values("at", kind="stable")
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.08)
    x, ticks = list(range(len(table))), [f"{at:g}" for at in table["at"]]
    figure.add_scatter(
        x=x,
        y=table["mse"],
        mode="lines+markers",
        name="error",
        row=1,
        col=1,
        error_y=_ends(table, "mse", "low", "high"),
    )
    for column, name, dash in (
        ("variance", "variance, raw", "solid"),
        ("variance_centred", "variance, centred", "dot"),
    ):
        line = {"color": GREY, "dash": dash}
        figure.add_scatter(x=x, y=table[column], mode="lines", line=line, name=name, row=1, col=1)
    figure.add_scatter(
        x=x, y=table["r2"], mode="lines+markers", name="R², raw", row=2, col=1,
        error_y=_ends(table, "r2", "r2_low", "r2_high"),
    )  # fmt: skip
    figure.add_scatter(
        x=x, y=table["r2_centred"], mode="lines+markers", name="R², centred", row=2, col=1, line={"dash": "dot"}
    )
    errors = _log(table, "mse", "variance", "variance_centred")
    figure.update_yaxes(title_text="error, variance (log)", row=1, col=1, **errors)
    low = float(table[["r2", "r2_centred"]].to_numpy("float64").min())
    cut: dict[str, Any] = {"range": [LEAST_R2, 1.05]} if low < LEAST_R2 else {}
    below = f"<br>(below {LEAST_R2:g} not drawn)".replace("-", "−") if cut else ""
    figure.update_yaxes(title_text=f"R², held out{below}", row=2, col=1, **cut)
    if float(table[["r2", "r2_centred"]].to_numpy("float64").max()) < LEAST_R2:
        words = f"every R² is below {LEAST_R2:g}: a constant predicts better".replace("-", "−")
        figure.add_annotation(text=words, x=0.5, y=0.5, xref="x2 domain", yref="y2 domain", showarrow=False)
    figure.update_xaxes(tickvals=x, ticktext=ticks)
    figure.update_xaxes(title_text=f"{along} (spaced evenly)", row=2, col=1)
    first, last = table.iloc[0], table.iloc[-1]
    said = (
        f"From {along} {first['at']:g} to {last['at']:g} the error goes from {small(first['mse'])} to"
        f" {small(last['mse'])}, R² from {_share(first['r2'])} to {_share(last['r2'])}"
    )
    return _told(figure.update_layout(height=PANELS), said)


def by_size(rows: pd.DataFrame) -> "go.Figure":
    """Error and variance against how many parameters a model has, a point for each; of a series its last."""
    import plotly.graph_objects as go

    table = last_of_each(rows)
    figure = go.Figure()
    names = [plain(name) for name in table["model"]]
    for column, name, symbol in (("mse", "error", "circle"), ("variance", "variance, raw", "line-ew-open")):
        looks: dict[str, Any] = {"size": 9, "symbol": symbol} | ({} if column == "mse" else {"color": GREY})
        ends = _ends(table, "mse", "low", "high") if column == "mse" else None
        figure.add_scatter(
            x=table["parameters"], y=table[column], mode="markers", name=name, marker=looks, error_y=ends,
            customdata=names, hovertemplate="%{customdata}<br>%{x:,} parameters<br>%{y:.3g}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(title_text="parameters (log)", **_log(table, "parameters"))
    figure.update_yaxes(title_text="mean squared error, variance (log)", **_log(table, "mse", "variance"))
    least, most = table.iloc[0], table.iloc[-1]
    said = (
        f"The error is {small(least['mse'])} at {int(least['parameters']):,} parameters and {small(most['mse'])} at"
        f" {int(most['parameters']):,}"
    )
    return _told(figure, said)


def last_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    """The models whose size is known, smallest first; of each series the last."""
    last = rows.groupby("series")["at"].transform("max")
    kept = rows[rows["parameters"].notna() & ((rows["series"] == "") | (rows["at"] == last))]
    return kept.drop_duplicates("model").sort_values("parameters", kind="stable", ignore_index=True)


def by_loss(rows: pd.DataFrame) -> "go.Figure":
    """Task loss of every way to score one task against the pre-training loss: a point a model, a line a series."""
    import plotly.graph_objects as go

    figure = go.Figure()
    for score, mine in rows.groupby("score", sort=False):
        table = _apart(mine)
        figure.add_scatter(
            x=table["loss"], y=table["task_loss"], mode="lines+markers", name=plain(str(score)),
            customdata=[plain(str(name)) for name in table["model"]],
            hovertemplate="%{customdata}<br>pre-training loss %{x:.3g}<br>task loss %{y:.3g}<extra></extra>",
        )  # fmt: skip
    ends = [rows["loss"].min(), rows["loss"].max()]
    figure.add_scatter(x=ends, y=[0.5, 0.5], mode="lines", line={"color": GREY, "dash": "dot"}, name="chance")
    figure.update_xaxes(title_text="pre-training loss on the same windows (nats a token)")
    figure.update_yaxes(title_text="task loss (1 − area under the ROC curve)")
    least = rows.sort_values("loss", kind="stable")["model"].iloc[0]
    best = rows[rows["model"] == least].drop_duplicates("score").set_index("score")["task_loss"]
    told = ", ".join(f"{shown(float(value))} from {name}" for name, value in best.items())
    return _told(figure, f"At the lowest pre-training loss, {shown(float(ends[0]))}, the task loss is {told}")


def _share(value: float) -> str:
    """An R²; where a fit is far worse than a constant, only that."""
    return shown(value) if value >= LEAST_R2 else f"below {shown(LEAST_R2, 0)}"


def _apart(rows: pd.DataFrame) -> pd.DataFrame:
    """Series by series along the loss with a gap after each, and after each model that is of none: lines end there."""
    lines = rows["series"].where(rows["series"] != "", rows["model"])
    parts = [part.sort_values("loss", kind="stable") for _, part in rows.groupby(lines, sort=False)]
    return pd.concat([part.reindex([*part.index, -1]) for part in parts], ignore_index=True)


def _ends(table: pd.DataFrame, value: str, low: str, high: str) -> dict[str, Any]:
    return {"array": table[high] - table[value], "arrayminus": table[value] - table[low], "symmetric": False}


def _log(table: pd.DataFrame, *columns: str) -> dict[str, Any]:
    values = table[list(columns)].to_numpy("float64").ravel()
    known = values[values > 0]
    return log_axis(known) if len(known) else {}


def _told(figure: "go.Figure", said: str) -> "go.Figure":
    titled(figure.update_layout(legend={**LEGEND, "font": {"size": TEXT - 1}}), said)
    return dressed(figure.update_layout(margin_t=figure.layout.margin.t + 30))
