"""The report as one page of HTML that works offline: what was found, figures, numbers, methods in words, manifest.

plotly.js stands in it once, and a policy of its own forbids the page to load anything from anywhere. A figure is drawn
when it comes into sight. Every text is escaped; data stand in elements of JSON in which no tag can begin or end.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.figures.palette import ACCENT, FAINT, INK, LABELS, OTHER, PAPER, SEQUENTIAL
from analysis.report_figures import DECIDE, Drawn
from analysis.report_words import methods_of, numbers_html, predictions_html, said_first, scores_html, table_html
from analysis.series.ranking import Ranking
from analysis.study import Study

MOST_POINTS, MOST_CARDS = 6_000, 2_000  # in a figure; in a heat map
LARGEST, WHOLE = 2 << 20, 24 << 20  # bytes of a figure, and of all of them
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
)
PAPER_OF_CELLS = ("rgba(255,255,255,.82)", "rgba(20,23,28,.82)")


@dataclass(frozen=True, eq=False)
class Contents:
    """What a report is made of beside its figures; `rows`: those of `numbers.csv`, `spaces`: of `spaces.csv`."""

    study: Study
    rows: pd.DataFrame
    spaces: pd.DataFrame
    scores: pd.DataFrame
    predictions: pd.DataFrame
    rankings: Sequence[Ranking]
    manifest: Mapping[str, Any]


@dataclass
class ReportPage:
    """Figures as they come, by section; `text` makes the page of them."""

    sections: dict[str, list[str]] = field(default_factory=dict)
    size: int = 0

    def add(self, drawn: Drawn) -> None:
        """Take a figure up, as data; one that would make the page too heavy is named in its place."""
        made = self.sections.setdefault(drawn.section, [])
        spec = json.loads(drawn.figure.to_json())
        layout = spec["layout"]
        title, heading = layout.pop("title", {}), " · ".join(part for part in drawn.name if part)
        shown = _words(title.get("text") or heading)
        points = sum(_points(trace) for trace in drawn.figure.data)
        layout.pop("template", None)
        layout.pop("width", None)
        layout.setdefault("margin", {})["t"] = 30
        for trace in spec["data"]:
            _lighter(trace)
        text = _data(spec)
        if points > MOST_POINTS or len(text) > LARGEST or self.size + len(text) > WHOLE:
            made.append(f'<p class="quiet">{shown}. Too large for this page; a run writes it to figures/.</p>')
            return
        self.size += len(text)
        height = int(layout.get("height") or 460)
        subtitle = _words((title.get("subtitle") or {}).get("text") or "")
        caption = f'<b>{shown}</b><br><span class="quiet">{escape(heading)}. {subtitle}</span>'
        made.append(
            f"<figure><figcaption>{caption}</figcaption>"
            f'<div class="plot" style="height:{height}px" role="img" aria-label="{shown}"></div>'
            f'<script type="application/json">{text}</script></figure>'
        )

    def text(self, found: Contents) -> str:
        """The page."""
        from plotly.offline import get_plotlyjs

        code = get_plotlyjs()
        name = escape(found.study.name)
        n = found.manifest["n"]
        said = said_first(found.rankings, found.study, found.manifest)
        body = [
            f"<h1>{name}</h1>",
            f'<p class="quiet">{_about(found, n)}</p>',
            *(f'<p class="lead">{escape(sentence)}</p>' for sentence in said),
            _section(DECIDE, "".join(self.sections.get(DECIDE, [])), open_=True),
            _section("Scores on tasks", scores_html(found.scores), open_=True),
            _section("Which number predicts which task", predictions_html(found.predictions)),
            _section("Spaces", table_html(found.spaces)),
        ]
        told = {title: made for title, made in self.sections.items() if title != DECIDE}
        numbers = numbers_html(found.rows, found.spaces)
        titles = dict.fromkeys([*numbers, *told])
        body += [_section(title, numbers.get(title, "") + "".join(told.get(title, []))) for title in titles]
        body += [
            _section("Methods in words", methods_of(found.rows, found.study)),
            _section("Every number", table_html(found.rows)),
            _section("Manifest", f"<pre>{escape(json.dumps(found.manifest, indent=1, ensure_ascii=False))}</pre>"),
        ]
        style, script = (_part(name) for name in ("report_page.css", "report_page.js"))
        rest = "\n".join(part for part in body if part)
        size = (len(rest.encode()) + len(code.encode()) + len(style) + len(script)) / 1e6
        foot = f"This page is {size:.1f} MB, {len(code.encode()) / 1e6:.1f} of them plotly.js, and loads nothing."
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{name}</title><style>{style}</style></head><body><main>\n{rest}\n"
            f'<p class="quiet">{foot}</p></main>\n<script>{code}</script>\n'
            f'<script type="application/json" id="looks">{_data(_looks())}</script>\n<script>{script}</script>'
            "</body></html>\n"
        )


def _lighter(trace: dict[str, Any]) -> None:
    """Points without WebGL, of which a page may hold few; no card for each cell of a large heat map."""
    if trace["type"] == "scattergl":
        trace["type"] = "scatter"
    cards = trace.get("text")
    if trace["type"] == "heatmap" and isinstance(cards, list) and sum(map(len, cards)) > MOST_CARDS:
        trace.pop("text")
        trace["hovertemplate"] = "%{z:.3g}<extra></extra>"


def _points(trace: Any) -> int:
    """How many points a trace of points has, each of which is an element of the page."""
    return len(trace.x) if trace.type.startswith("scatter") and "markers" in (trace.mode or "") else 0


def _about(found: Contents, n: int | None) -> str:
    """What the study is over, in a line."""
    dataset = found.manifest["dataset"] or {"name": "no samples", "notes": []}
    counted = "" if n is None else f": {n:,} samples"
    spaces = found.spaces["space"].nunique()
    parts = [f"{dataset['name']}{counted}", f"{spaces} space{'s' * (spaces != 1)}", *dataset["notes"]]
    parts += [f"k = {found.study.k}, {found.study.metric}, seed {found.study.seed}, {found.study.draws} draws"]
    return escape(" · ".join(parts))


def _section(title: str, inside: str, *, open_: bool = False) -> str:
    """A part of the page that folds; nothing where there is nothing in it."""
    return f"<details{' open' * open_}><summary>{escape(title)}</summary>{inside}</details>" if inside else ""


def _words(title: str) -> str:
    """A figure's title, which comes escaped and broken for plotly, as escaped text."""
    return escape(unescape(title.replace("<br>", " ").replace("<b>", "").replace("</b>", "")))


def _data(value: Any) -> str:
    """JSON inside a script element: no tag begins or ends in it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _looks() -> dict[str, Any]:
    """The template of each theme, and which color of the light one stands for which of the dark one."""
    from analysis.figures.theme import template

    swaps: dict[str, str] = {}
    for colors in (INK, PAPER, FAINT, ACCENT, OTHER):
        swaps[colors["light"]] = colors["dark"]
    for ramps in (LABELS, SEQUENTIAL):
        swaps |= dict(zip(ramps["light"], ramps["dark"], strict=True))
    swaps[PAPER_OF_CELLS[0]] = PAPER_OF_CELLS[1]
    return {"swaps": swaps, **{name: template(name).to_plotly_json() for name in ("light", "dark")}}


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
