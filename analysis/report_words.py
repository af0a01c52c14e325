"""The words and tables of a report: what was found, every number as a glyph, and how each was made."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from analysis.anchors.measurement import ANCHORS
from analysis.comparison.distances import MOST
from analysis.figures.glyph import glyph, span_of
from analysis.figures.palette import ACCENT, FAINT, INK
from analysis.figures.words import shown
from analysis.number import Number
from analysis.registry import (
    alignments,
    analyses,
    comparisons,
    estimators,
    indexes,
    is_of_width,
    projections,
    task_methods,
)
from analysis.scales import scale_of_basis
from analysis.series.measured import number_title, score_title
from analysis.series.ranking import Ranking, all_trained, best_for, controls_of, in_order, sentence
from analysis.study import Study
from analysis.uncertainty import how_made

FIELDS = ("low", "high", "null_mean", "null_low", "null_high")
DRAWN_BY = {INK["light"]: "currentColor", FAINT["light"]: "var(--faint)", ACCENT["light"]: "var(--accent)"}
OTHERS = {"index": "Neighbours", "projection": "Maps", "task": "Scores on tasks", "transferability": "Transferability"}
OTHERS |= {"alignment": "Graphs", "anchors": "Anchor vectors"}
LONG = 3_000  # rows of a table


def said_first(rankings: Sequence[Ranking], study: Study, manifest: Mapping[str, Any]) -> list[str]:
    """The sentences that a report opens with."""
    found = list(manifest["tasks"])
    for own in best_for(rankings):
        all_of_it = in_order([one for one in rankings if one.task == own.task])
        found.append(sentence(all_of_it, controls_of(study), trained=all_trained(study)))
    found += [f"{one['name']}: {one['collapse']}." for one in manifest["series"] if one["collapse"]]
    found += [note.partition(": ")[2] for note in manifest["notes"] if ": Heterophilous: " in note]
    return found + [f"Not made: {sentence}" for sentence in manifest["failures"]]


def numbers_html(rows: pd.DataFrame, spaces: pd.DataFrame) -> dict[str, str]:
    """By section, every number about one space: a line for each space, on one scale for each number.

    A number that a space's dimensions bound has these, of `spaces.csv`, beside the space's name.
    """
    widths = {str(row["space"]): row["d"] for row in spaces.to_dict("records") if pd.notna(row["d"])}
    titles = OTHERS | {name: one.title for name, one in analyses().items()}
    found: dict[str, str] = {}
    mine = rows[~rows["analysis"].isin(["comparison", "task"])]
    for (analysis, number, other), part in mine.groupby(["analysis", "number", "other"], sort=False):
        bounded = is_of_width(str(analysis), str(number))
        lines = {
            _named(str(row["subject"]), widths if bounded else {}): _number(row) for row in part.to_dict("records")
        }
        span = span_of(list(lines.values()))
        drawn = "".join(glyph(name, one, span=span) for name, one in lines.items())
        for color, variable in DRAWN_BY.items():
            drawn = drawn.replace(color, variable)
        of = f" ({escape(str(other))})" if other else ""
        title = titles.get(str(analysis), str(analysis))
        block = f'<h3>{escape(str(number).replace("_", " "))}{of}</h3><div class="wide">{drawn}</div>'
        found[title] = found.get(title, "") + block
    return found


def _named(space: str, widths: Mapping[str, Any]) -> str:
    return f"{space} (of {widths[space]:.0f})" if space in widths else space or "the samples"


def _number(row: Mapping[Any, Any]) -> Number:
    if pd.isna(row["value"]):
        return Number(value=None, why="the manifest says why")
    known: Mapping[str, Any] = {name: float(row[name]) for name in FIELDS if pd.notna(row[name])}
    return Number(value=float(row["value"]), n=None if pd.isna(row["n"]) else int(row["n"]), **known)


def scores_html(scores: pd.DataFrame) -> str:
    """Scores by task, the best in bold where it is better than every other beyond doubt."""
    blocks = []
    for (task, method, number), part in scores.groupby(["task", "method", "number"], sort=False):
        lines = "".join(map(_score, part.sort_values("value", ascending=False, kind="stable").to_dict("records")))
        head = "".join(f"<th>{name}</th>" for name in ("space", "value", "95 %", "chance", "p of the gap"))
        what = escape(score_title(f"{task}|{method}|{number}"))
        blocks.append(f'<h3>{what}</h3><div class="wide"><table><tr>{head}</tr>{lines}</table></div>')
    note = (
        '<p class="quiet">Bold: better than every other space; p: of the gap to the best. By paired tests on the same'
        " samples and seeds, corrected for the tests of each task and method (Holm).</p>"
    )
    return note + "".join(blocks) if blocks else ""


def predictions_html(found: pd.DataFrame) -> str:
    """Rank correlations of numbers with scores, the significant ones in bold."""
    if not len(found):
        return ""
    lines = []
    for row in found.to_dict("records"):
        value, p = shown(row["spearman"], 2), f"{row['p_corrected']:.3f}"
        ends = [shown(row[name], 2) for name in ("lowest_without", "highest_without") if pd.notna(row[name])]
        without = " to ".join(dict.fromkeys(ends))
        cells = (f"<b>{value}</b>" if row["significant"] else value, p, without, str(row["n"]))
        names = (number_title(row["axis"]), score_title(row["score"]))
        beside = "".join(f'<td class="n">{cell}</td>' for cell in cells)
        lines.append(f"<tr>{''.join(f'<td>{escape(name)}</td>' for name in names)}{beside}</tr>")
    heads = ("number", "score", "Spearman", "p, corrected", "without one family", "spaces")
    head = "".join(f"<th>{name}</th>" for name in heads)
    note = (
        '<p class="quiet">Bold: p below .05 after correction for all pairs here (Westfall and Young: the smallest p'
        " under the same orders of the spaces). Layers of one checkpoint are not independent, and p takes them as if"
        " they were.</p>"
    )
    return f'{note}<div class="wide"><table><tr>{head}</tr>{"".join(lines)}</table></div>'


def _score(row: Mapping[Any, Any]) -> str:
    value = escape(row["why"]) if pd.isna(row["value"]) else shown(row["value"], 3)
    ends = "" if pd.isna(row["low"]) else f"[{shown(row['low'], 3)}, {shown(row['high'], 3)}]"
    p = "" if pd.isna(row["p_holm"]) else f"{row['p_holm']:.3f}"
    chance = "" if pd.isna(row["null_mean"]) else shown(row["null_mean"], 3)
    cells = (f"<b>{value}</b>" if row["significant"] else value, ends, chance, p)
    beside = "".join(f'<td class="n">{cell}</td>' for cell in cells)
    return f"<tr><td>{escape(row['space'])}</td>{beside}</tr>"


def table_html(frame: pd.DataFrame) -> str:
    """A table, its texts escaped."""
    head = "".join(f"<th>{escape(str(name))}</th>" for name in frame)
    lines = [f"<tr>{''.join(map(_cell, row))}</tr>" for row in frame.head(LONG).itertuples(index=False)]
    more = "" if len(frame) <= LONG else f'<p class="quiet">{LONG:,} of {len(frame):,} rows; numbers.csv has all.</p>'
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(lines)}</table></div>{more}' if lines else ""


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f"<td>{escape(value)}</td>"
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return "<td></td>"
    return f'<td class="n">{escape(f"{value:.6g}" if isinstance(value, float) else str(value))}</td>'


def methods_of(rows: pd.DataFrame, study: Study) -> str:
    """How each number that stands here was made, in the words of its plug-in."""
    names = {(str(a), str(n).partition("@")[0]) for a, n in zip(rows["analysis"], rows["number"], strict=True)}
    of = {
        kind: [number for analysis, number in names if analysis == kind] for kind in ("comparison", "transferability")
    }
    parts = []
    for name, one in analyses().items():
        said = [number for analysis, number in sorted(names) if analysis == name]
        if said:
            words = [f"{number.replace('_', ' ')}: {one.describe.get(number, '')}" for number in said]
            parts.append(_method(one.title, [one.question, *words, one.reading, how_made(one)]))
    for name, measure in comparisons().items():
        if name in of["comparison"]:
            parts.append(_method(measure.title, [measure.describe, str(scale_of_basis(measure.basis, MOST))]))
    for name, estimator in estimators().items():
        if name in of["transferability"]:
            parts.append(_method(estimator.title, [estimator.describe, f"{estimator.reference}."]))
    for name, measured in alignments().items():
        if ("alignment", name) in names:
            parts.append(_method(measured.title, [measured.describe]))
    asked = sorted({number for analysis, number in names if analysis == ANCHORS.name})
    if asked:
        parts.append(_method(ANCHORS.title, [f"{n.replace('_', ' ')}: {ANCHORS.describe[n]}" for n in asked]))
    scored = {str(other).partition("|")[2] for other in rows.loc[rows["analysis"] == "task", "other"]}
    for name, way in task_methods().items():
        if name in scored:
            parts.append(_method(way.title, [way.question, *(f"{n}: {w}" for n, w in way.describe.items())]))
    drawn = [one.title for name, one in projections().items() if name in set(rows["other"])]
    near = ", ".join(one.title for one in indexes().values())
    maps = f"Maps by {', '.join(drawn)}." if drawn else ""
    index = f"Neighbours: k = {study.k}, {study.metric}, by one of {near}; of what is not exact, recall was measured."
    return "".join([*parts, _method("Maps and neighbours", [maps, index])])


def _method(title: str, sentences: Sequence[str]) -> str:
    return f"<h3>{escape(title)}</h3>" + "".join(f"<p>{escape(one)}</p>" for one in sentences if one)
