"""The map's own modules on an empty page, with data of a test's making: no study, no Streamlit around them."""

import base64
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.labels import Labels, labels_of
from tests.e2e.dashboards import serving
from ui import wire
from ui.map_renderer import Picture
from ui.map_webgl import content_of

__all__ = ["BareMap", "picture", "serving"]

BUILD = """async ([code, given, places]) => {
    const main = await import(code + "/main.js");
    window.told = [];
    document.body.style.margin = 0;
    const tell = (event) => window.told.push(event);
    Object.assign(window, { given_: given[0], tell_: tell, frames_: window.frames_ ?? [] });
    for (let i = window.frames_.length; i < places; i++) {
        const parent = document.body.appendChild(document.createElement("div"));
        parent.style.width = Math.floor(window.innerWidth / places) + "px";
        parent.style.float = "left";
        window.frames_.push(parent);
    }
    await Promise.all(window.frames_.map((parent, i) => main.show(parent, given[i], tell)));
    window.maps = window.frames_.map((parent) => parent.querySelector(".an-map")?.map);
}"""
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def picture(points: npt.ArrayLike, labels: Sequence[str | None] | None = None, **changes: Any) -> Picture:
    """A picture of points (n, 2 or 3), coloured by words."""
    coordinates = np.asarray(points, dtype=np.float32)
    n = len(coordinates)
    ids = tuple(f"p{i}" for i in range(n))
    color: Labels | None = None if labels is None else labels_of("kind", pd.Series(list(labels), dtype="string"))
    plain = Picture(
        title="A map",
        caption="",
        seen=f"seen {hash(coordinates.tobytes())}",
        samples=f"samples {n}",
        ids=ids,
        where={name: place for place, name in enumerate(ids)},
        coordinates=coordinates,
        color=color,
        hovers=lambda: [""] * n,
        card=lambda place: {"id": ids[place], "lines": ["kind: <b>bold</b>"], "text": "some text"},
        hidden=np.zeros(n, dtype=bool),
        height=500,
    )
    return replace(plain, **changes)


class BareMap:
    """One or more maps on a page of their own."""

    def __init__(self, page: Any, address: str, *pictures: Picture, **told: Any) -> None:
        self.page, self.address = page, address
        self.code = f"{address}/{wire.code_address()}"
        page.goto(f"{address}/code/{wire.code_address().split('/')[1]}/files.js")
        page.set_content(f"<base href='{address}/'><body></body>")
        page.add_style_tag(path=str(wire.CODE / "map.css"))
        self.show(*pictures, **told)

    def show(self, *pictures: Picture, **told: Any) -> None:
        """Hand the maps a picture each."""
        given = [
            _inline(content_of(each))
            | {"turn": 0, "session": "one", "name": "map", "save": None, "manifest": {}}
            | told
            for each in pictures
        ]
        self.page.evaluate(BUILD, [self.code, given, len(given)])
        self.settle()

    def settle(self) -> None:
        """Wait until everything is drawn."""
        self.page.evaluate(FRAME)
        self.page.wait_for_timeout(250)  # beyond the rest after a move
        self.page.evaluate(FRAME)

    def run(self, script: str, which: int = 0) -> Any:
        """What an expression about `map` gives."""
        return self.page.evaluate(f"() => {{ const map = window.maps[{which}]; return {script}; }}")

    def told(self) -> list[dict[str, Any]]:
        """What the maps said to the server."""
        found: list[dict[str, Any]] = self.page.evaluate("() => window.told")
        return found

    def pixel(self, point: int, which: int = 0) -> tuple[float, float]:
        """Where a point is on the screen."""
        x, y = self.run(
            f"(([x, y], r) => [x + r.x, y + r.y])(map.pixelOf({point}), map.stage.getBoundingClientRect())", which
        )
        return x, y

    def selected(self, which: int = 0) -> list[int]:
        """The points that are selected."""
        found: list[int] = self.run("[...map.hub.selected].flatMap((is, i) => is ? [i] : [])", which)
        return found

    def lasso(self, ring: Sequence[tuple[float, float]], *, key: str = "Shift") -> None:
        """Draw a lasso through places on the screen, with a key held."""
        mouse = self.page.mouse
        mouse.move(*ring[0])
        self.page.keyboard.down(key)
        mouse.down()
        for place in ring[1:]:
            mouse.move(*place)
        mouse.up()
        self.page.keyboard.up(key)
        self.settle()

    def whole(self) -> list[tuple[float, float]]:
        """A ring about everything that is on the screen."""
        box = self.page.locator(".an-map-stage").bounding_box()
        left, top, right, low = box["x"] + 2, box["y"] + 2, box["x"] + box["width"] - 2, box["y"] + box["height"] - 2
        return [(left, top), (right, top), (right, low), (left, low)]

    def around(self, point: int, radius: float = 30, which: int = 0) -> list[tuple[float, float]]:
        """A ring of places about a point."""
        x, y = self.pixel(point, which)
        turns = [math.tau * step / 24 for step in range(25)]
        return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def _inline(content: dict[str, Any]) -> dict[str, Any]:
    """The same with the bytes themselves as addresses, since the server of this page knows no other."""

    def data(address: str | None, page: int = 0) -> str | None:
        held = None if address is None else wire.content(address.removeprefix("wire/"), page)
        return None if held is None else f"data:application/octet-stream;base64,{base64.b64encode(held).decode()}"

    found = content | {name: data(content[name]) for name in ("positions", "left_out", "selected", "edges")}
    found["color"] = content["color"] | {"address": data(content["color"]["address"])}
    found["cards"] = {"address": data(content["cards"]["address"]) + "#", "size": content["n"] or 1}
    return found
