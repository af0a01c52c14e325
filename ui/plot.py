"""A Plotly figure on the page: drawn in place by `plot.js`, with what is done to it as events.

Streamlit's own Plotly element is made anew whenever its figure changes, which loses zoom, tool and focus; this one
is not. plotly.js is served from the installed plotly package, so nothing is loaded from elsewhere.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import streamlit as st
from streamlit.components.v1 import declare_component

from analysis.figures.palette import Theme
from ui import state, wire

if TYPE_CHECKING:
    import plotly.graph_objects as go

Kind = Literal["select", "pin", "unpin", "clear", "save", "undo", "redo"]


@dataclass(frozen=True)
class Event:
    """What was done to a figure: samples selected or pinned, the selection cleared, or a picture asked for.

    `beside`: pinned as the second of two.
    """

    kind: Kind
    ids: tuple[str, ...] = ()
    operation: Literal["add", "remove"] | None = None
    format: Literal["png", "svg"] = "png"
    beside: bool = False


@dataclass(frozen=True)
class Saving:
    """A picture the browser is to save: its kind, the how-manieth, its size and paper, and what it carries inside."""

    format: Literal["png", "svg"]
    turn: int
    scale: float = 2.0  # of the screen's pixels
    width: int | None = None  # pixels of a PNG; where given, instead of the scale
    paper: Theme | None = None  # None: as on the screen
    manifest: Mapping[str, Any] = field(default_factory=dict)
    dpi: int | None = None  # pixels an inch that the file says it has


def draw(
    figure: "go.Figure",
    *,
    key: str,
    name: str,
    seen: str = "",
    on_event: Callable[[Event], None],
    interactive: bool = False,
    saving: Saving | None = None,
    printed: "go.Figure | None" = None,
) -> None:
    """Draw a figure, its title as text of the page above it; a saved picture carries the title inside.

    `printed`: the same figure as it is saved, where that looks otherwise than on the screen.

    `seen` names the samples it shows: an event about others, from before a rerun, is dropped. `interactive`: points
    can be selected and pinned; their id stands in `customdata`.
    """
    spec = json.loads(figure.to_json())
    layout = spec["layout"]
    title = layout.pop("title", {})
    words_of_title = _words(title.get("text", ""))
    margin = layout.get("margin") or layout.get("template", {}).get("layout", {}).get("margin", {})
    layout["margin"] = margin | {"t": 34 if interactive else 26}
    layout.setdefault("uirevision", f"{name} {words_of_title}")  # the same figure keeps its zoom
    st.html(
        f'<p class="an-title">{words_of_title}</p>'
        f'<p class="an-quiet">{_words(title.get("subtitle", {}).get("text", ""))}</p>'
    )
    content = {
        "plotly": _plotly_address(),
        "code": wire.code_address(),
        "figure": spec,
        "titled": {"title": title, "margin": margin},
        "alt": words_of_title,
        "name": name,
        "seen": seen,
        "events": interactive,
        "save": None if saving is None else told(saving),
        "printed": None if printed is None else json.loads(printed.to_json()),
        "manifest": {} if saving is None else dict(saving.manifest),
    }

    def hear() -> None:
        event = event_from(state.event_of(key), seen)
        if event is not None:
            on_event(event)

    _component()(key=key, data=json.dumps(content).encode(), on_event_change=hear)


def told(saving: Saving) -> dict[str, Any]:
    """What the browser is told of a picture that it is to save."""
    size = {"scale": saving.scale, "width": saving.width, "dpi": saving.dpi}
    return {"format": saving.format, "turn": saving.turn} | size


def event_from(said: Any, seen: str) -> Event | None:
    """Read what the browser said; None for what is no event about these samples."""
    if not isinstance(said, dict) or said.get("seen") != seen:
        return None
    kind, operation, format = said.get("kind"), said.get("operation"), said.get("format", "png")
    ids = said.get("ids", [])
    known = kind in get_args(Kind) and operation in (None, "add", "remove")
    whole = isinstance(ids, list) and all(isinstance(name, str) for name in ids)
    if not known or not whole or format not in ("png", "svg"):
        return None
    return Event(cast(Kind, kind), tuple(ids), operation, format, kind == "pin" and said.get("beside") is True)


def _words(title: str) -> str:
    """A figure's title as one line of the page; it comes escaped, with breaks where plotly would need them."""
    return title.replace("<br>", " ")


@cache
def _component() -> Any:
    code = Path(__file__).with_name("plot.js").read_text(encoding="utf-8")
    return st.components.v2.component("anchorage_plot", js=code, isolate_styles=False)


def _plotly_address() -> str:
    spec = find_spec("plotly")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / "package_data"
    served = declare_component("plotly", path=folder)  # only its folder is used; it is never mounted
    return f"component/{served.name}/plotly.min.js"
