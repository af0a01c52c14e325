"""A map drawn by our own WebGL2 modules (`ui/webgl`): positions, colors and selections travel as bytes, each once.

What is done to a map is answered in the browser at once; the server hears of it afterwards.
"""

import base64
import binascii
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from analysis.figures.palette import ACCENT, GREY, INK, PAPER, SEQUENTIAL, Theme
from analysis.recipe import hash_of, hash_of_array
from ui import headings, lines, state, wire, words
from ui.coloring import Coded, coded
from ui.map_renderer import Picture
from ui.plot import Event, Saving, told

AT_ONCE = 1 << 17  # bytes of new colours that travel with the page; more are asked for
PAGE = 64  # samples whose hover cards travel together
TURN = "map.turn"  # the latest selection that was heard of
SESSION = "map.session"
MISSING_GL = "map.without_webgl"
SELECTIONS = ("replace", "add", "remove", "intersect")


class WebglMap:
    """Draws a picture with WebGL2."""

    def draw(
        self, picture: Picture, *, key: str, name: str, on_event: Callable[[Event], None], saving: Saving | None
    ) -> None:
        """Draw, in place."""
        headings.draw(picture.title, picture.caption)
        content = content_of(picture)
        content |= {
            "at_once": _at_once(content["color"]["address"], key),
            "name": name,
            "code": wire.code_address(),
            "turn": state.remembered(TURN) or 0,
            "session": _session(),
            "save": None if saving is None else saved_as(saving, picture),
            "manifest": {} if saving is None else dict(saving.manifest),
        }

        def hear() -> None:
            said = state.event_of(key)
            if isinstance(said, dict) and said.get("kind") == "without_webgl":
                state.remember(MISSING_GL, True)
            turn = said.get("turn") if isinstance(said, dict) else None
            if isinstance(turn, int):
                state.remember(TURN, turn)
            event = event_from(said, picture)
            if event is not None:
                on_event(event)

        _component()(key=key, data=json.dumps(content).encode(), on_event_change=hear)
        if picture.edges.said:  # below, for a line that comes and goes above would move the map
            words.quiet(picture.edges.said)
        if picture.edges.span:
            st.html(lines.legend(picture.edges, picture.theme))


def content_of(picture: Picture) -> dict[str, Any]:
    """What the browser is told of a picture; large things by their addresses."""
    n, width = picture.coordinates.shape
    colors = _colors(picture)
    chosen = np.zeros(n, dtype=bool)
    chosen[picture.places(picture.selected)] = True
    pinned, second = picture.places((picture.pinned,)), picture.places((picture.second,))
    points, ends = picture.coordinates, picture.edges.ends
    return {
        "seen": picture.seen,
        "samples": picture.samples,
        "frame": picture.frame or picture.seen,
        "bounds": None if picture.bounds is None else dict(zip(("low", "high"), picture.bounds, strict=True)),
        "n": n,
        "width": width,
        "positions": wire.address(f"{picture.seen} positions", lambda page: np.asarray(points, "<f4").tobytes()),
        "color": colors.told | {"address": wire.address(f"{picture.samples} {colors.key}", lambda page: colors.codes)},
        "left_out": _bits(picture.hidden),
        "selected": _bits(chosen),
        "pinned": int(pinned[0]) if len(pinned) and np.isfinite(points[pinned[0]]).all() else -1,
        "second": int(second[0]) if len(second) and np.isfinite(points[second[0]]).all() else -1,
        "near": [int(place) for place in picture.places(picture.near) if np.isfinite(points[place]).all()],
        "links": bool(len(pinned)),
        "cards": {"address": wire.address(f"{picture.samples} cards", _cards(picture)), "size": PAGE},
        "edges": wire.address(f"edges {hash_of_array(ends)}", lambda page: ends.tobytes()) if len(ends) else None,
        "edge_runs": list(picture.edges.runs) or None,
        "edge_colors": SEQUENTIAL[picture.theme] if picture.edges.runs else None,
        "regions": list(picture.regions),
        "operation": picture.operation,
        "theme": _theme(picture.theme),
        "title": picture.title,
        "caption": " ".join(filter(None, (picture.caption, picture.edges.said))),
        "alt": f"{picture.title}. Arrow keys move, plus and minus zoom, Enter pins, Space selects.",
        "height": picture.height,
    }


def _at_once(address: str, key: str) -> str | None:
    """The codes at an address that the map of this key has not been told of yet, where they are few."""
    if state.remembered(f"{key}.coloured") == address:
        return None
    state.remember(f"{key}.coloured", address)
    codes = wire.content(address.removeprefix("wire/"), 0)
    return base64.b64encode(codes).decode() if codes is not None and len(codes) <= AT_ONCE else None


def _colors(picture: Picture) -> Coded:
    grey = picture.uncoloured
    n = len(picture.coordinates)
    return coded(picture.color, picture.theme, n, diverging=picture.diverging, grey=grey, span=picture.span)


def _theme(theme: Theme) -> dict[str, Any]:
    """What is not the points' own colour."""
    rgb = {"paper": _rgb(PAPER[theme]), "faint": _rgb(GREY)}
    return rgb | {"halo": PAPER[theme], "ink": INK[theme], "accent": ACCENT[theme]}


def saved_as(saving: Saving, picture: Picture) -> dict[str, Any]:
    """The picture to save: its size, and how it looks where its paper is not the page's."""
    said = told(saving)
    if saving.paper in (None, picture.theme):
        return said
    printed = replace(picture, theme=saving.paper)
    look = {"theme": _theme(printed.theme), "color": _colors(printed).told}
    return said | {"look": look | {"edge_colors": SEQUENTIAL[printed.theme] if picture.edges.runs else None}}


def event_from(said: Any, picture: Picture) -> Event | None:
    """Read what the browser said; None for what is no event about these samples, in whatever drawing of them."""
    if not isinstance(said, dict) or said.get("samples") != picture.samples:
        return None
    kind, row, operation = said.get("kind"), said.get("row"), said.get("operation")
    if kind in ("clear", "undo", "redo", "unpin"):
        return Event(kind)
    if kind == "save" and said.get("format") in ("png", "svg"):
        return Event("save", format=said["format"])
    if kind == "pin" and isinstance(row, int) and 0 <= row < len(picture.ids):
        return Event("pin", (picture.ids[row],), beside=said.get("beside") is True)
    if kind == "select" and operation in SELECTIONS:
        rows = _rows(said.get("bits"), len(picture.ids))
        return None if rows is None else Event("select", tuple(picture.ids[row] for row in rows), operation)
    return None


def _session() -> str:
    """A name for this session, so that a page that outlives its server knows."""
    if state.remembered(SESSION) is None:
        state.remember(SESSION, secrets.token_hex(8))
    return str(state.remembered(SESSION))


def _rows(bits: Any, n: int) -> npt.NDArray[np.intp] | None:
    try:
        packed = np.frombuffer(base64.b64decode(bits, validate=True), dtype=np.uint8)
    except (TypeError, ValueError, binascii.Error):
        return None
    return np.flatnonzero(np.unpackbits(packed, count=n)) if len(packed) == -(-n // 8) else None


def _bits(mask: npt.NDArray[np.bool_]) -> str | None:
    """The address of a mask, one bit a point; None where it holds none."""
    if not mask.any():
        return None
    packed = np.packbits(mask).tobytes()
    return wire.address(f"bits {hash_of(base64.b64encode(packed).decode())}", lambda page: packed)


def _cards(picture: Picture) -> wire.Make:
    def page(number: int) -> bytes:
        places = range(number * PAGE, min((number + 1) * PAGE, len(picture.ids)))
        return json.dumps([picture.card(place) for place in places]).encode()

    return page


def _rgb(color: str) -> Sequence[float]:
    return [part / 255 for part in bytes.fromhex(color[1:])]


@cache
def _component() -> Any:
    code = {name: (wire.CODE / name).read_text(encoding="utf-8") for name in ("entry.mjs", "map.css")}
    return st.components.v2.component("anchorage_map", js=code["entry.mjs"], css=code["map.css"], isolate_styles=False)
