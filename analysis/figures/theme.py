"""How every figure looks: one plotly template for light and one for dark, the same sizes on screen and in export."""

from typing import TYPE_CHECKING

from analysis.figures.palette import ACCENT, DIVERGING, FAINT, INK, LABELS, PAPER, SEQUENTIAL, Theme, scale
from analysis.figures.words import headline

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
TEXT, TITLE = 13, 16  # pixels


def template(theme: Theme = "light") -> "go.layout.Template":
    """The plotly template of a theme."""
    import plotly.graph_objects as go

    ink, faint = INK[theme], FAINT[theme]
    axis = {
        "showgrid": False,
        "zeroline": False,
        "linecolor": faint,
        "showline": True,
        "ticks": "outside",
        "tickcolor": faint,
        "ticklen": 4,
        "title": {"font": {"size": TEXT}, "standoff": 8},
        "automargin": True,
    }
    space_axis = {"showbackground": False, "showticklabels": False, "title": {"text": ""}, "gridcolor": faint}
    layout = {
        "font": {"family": FONT, "size": TEXT, "color": ink},
        "title": {"font": {"size": TITLE}, "x": 0, "xref": "container", "xanchor": "left", "pad": {"l": 16, "t": 8}},
        "paper_bgcolor": PAPER[theme],
        "plot_bgcolor": PAPER[theme],
        "colorway": [ACCENT[theme], *LABELS[theme][1:]],
        "colorscale": {"sequential": scale(SEQUENTIAL[theme]), "diverging": scale(DIVERGING[theme])},
        "xaxis": axis,
        "yaxis": axis,
        "scene": {"xaxis": space_axis, "yaxis": space_axis, "zaxis": space_axis},
        "margin": {"l": 56, "r": 16, "t": 64, "b": 48},
        "hoverlabel": {"align": "left", "bgcolor": PAPER[theme], "bordercolor": faint, "font": {"color": ink}},
        "legend": {"itemsizing": "constant", "bgcolor": "rgba(0,0,0,0)"},
        "bargap": 0.08,
    }
    return go.layout.Template(layout=layout)


def titled(figure: "go.Figure", text: str) -> "go.Figure":
    """The figure under a title, wrapped, with room for its lines."""
    title = headline(text)
    lines = title.count("<br>") + 1 if title else 0
    return figure.update_layout(title_text=title, margin_t=24 + 22 * lines)


def dressed(figure: "go.Figure", theme: Theme = "light") -> "go.Figure":
    """The figure in a theme's template; colors that a trace names itself stay."""
    return figure.update_layout(template=template(theme))
