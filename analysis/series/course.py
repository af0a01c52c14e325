"""Every number of a series against step or layer, scores on tasks and metrics that were read among them, and the point
where something collapses.

Collapse: effective rank (of the centered vectors) or RankMe (about zero, so that a narrow cone counts too) is what
dimensional collapse is told by (Jing et al. 2022; Garrido et al. 2023). It is marked at the first member where one of
them is less than half of the largest before it, their 95 % intervals apart; a space that is narrower than that
largest rank is held to its own width instead. Half is a convention of ours, the intervals keep chance out; without
intervals nothing is marked. A number that was low from the start has not collapsed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.figures.words import shown
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.plan import chosen_analyses
from analysis.plugin import Analysis
from analysis.registry import analyses
from analysis.result import Result
from analysis.series.anchored import NAME as ANCHORED
from analysis.series.anchored import anchor_asks_of, anchored
from analysis.series.linked import NAME as ALIGNED
from analysis.series.linked import aligned, alignment_asks
from analysis.series.scored import NAME, score_asks, scored
from analysis.series.series import Series

COLUMNS = (
    "analysis",
    "number",
    "other",
    "at",
    "space",
    "value",
    "low",
    "high",
    "null_low",
    "null_high",
    "n",
    "why",
    "d",
)
MEASURED = ("at", "value", "low", "high", "null_low", "null_high", "n", "d")
WATCHED = {"effective_rank": "effective rank", "rankme": "RankMe"}
SHARE = 0.5  # of the largest before, below which it has collapsed
RULE = (
    "Collapse is marked at the first member whose effective rank or RankMe is less than half of the largest before it"
    " (or of its own width, where that is less), their 95 % intervals apart."
)
NOT_YET = "Not computed yet."


def asks_of(pipeline: Pipeline, spaces: Sequence[str]) -> list[Ask]:
    """Every question of the study about these spaces: analyses, graphs, corpora, tasks."""
    return [*_geometry(pipeline, spaces), *alignment_asks(pipeline, spaces), *_further(pipeline, spaces)]


def _further(pipeline: Pipeline, spaces: Sequence[str]) -> list[Ask]:
    return [*anchor_asks_of(pipeline, spaces), *score_asks(pipeline, spaces)]


def _geometry(pipeline: Pipeline, spaces: Sequence[str]) -> list[Ask]:
    labels = pipeline.dataset().labels if pipeline.study.dataset else ()
    return [
        Ask("analysis", name, space, other)
        for name in chosen_analyses(pipeline.study.analyses)
        for other in analyses()[name].columns(labels)
        for space in spaces
    ]


def numbers_of(pipeline: Pipeline, series: Series) -> pd.DataFrame:
    """One row per number and member, in the members' order; a value that is missing has a `why`.

    `other`: the label column, or the graph; of a score (`analysis` is "task") what `scored` says. `d`: directions that
    the space has, where the analysis counts them.
    """
    at = {member.space: member.at for member in series.members}
    asks = _geometry(pipeline, series.spaces)
    rows = []
    for name, other in dict.fromkeys((ask.name, ask.other) for ask in asks):
        mine = {space: pipeline.find(Ask("analysis", name, space, other)) for space in series.spaces}
        for number in _names(analyses()[name], list(mine.values()), pipeline.study.k):
            for space, result in mine.items():
                known = {"analysis": name, "number": number, "other": other, "at": at[space], "space": space}
                rows.append(known | _cells(result, number))
    scores = [(NAME, number, other, found) for (other, number), found in scored(pipeline, series.spaces).items()]
    linked = [(ALIGNED, *one) for one in aligned(pipeline, series.spaces)]
    models = [(ANCHORED, *one) for one in anchored(pipeline, series.spaces)]
    for name, number, other, cells in [*linked, *models, *scores]:
        for space, cell in cells.items():
            known = {"analysis": name, "number": number, "other": other, "at": at[space], "space": space}
            rows.append(known | _columns(cell or Number(value=None, why=NOT_YET)) | {"d": None})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(MEASURED, "float64"))


@dataclass(frozen=True)
class Collapse:
    """Where a series collapses: the member, the number that says so, and the member it had been largest at."""

    number: str
    space: str
    at: float
    value: float
    before: float
    before_at: float

    def sentence(self, along: str) -> str:
        """It in words."""
        fell = f"{WATCHED[self.number]} falls to {shown(self.value)} from {shown(self.before)}"
        return f"collapse at {along} {self.at:,.10g}: {fell} at {along} {self.before_at:,.10g}"


def finding(series: Series, table: pd.DataFrame, collapse: Collapse | None) -> str:
    """What the ranks say of the series, in a sentence for a figure's title."""
    if collapse is not None:
        return f"{series.name}: {collapse.sentence(series.along)}"
    known = table[(table["number"] == "effective_rank") & table["value"].notna()]
    if not len(known):
        return f"{series.name}: no rank is known yet, so nothing says whether it collapses"
    first, last = known.iloc[0], known.iloc[-1]
    ends = ", ".join(f"{shown(row['value'])} at {series.place(row['space'])}" for row in (first, last))
    whole = len(known) == len(series.members) and bool(known["low"].notna().all())
    return f"{series.name}: effective rank {ends}; " + (
        "nothing collapses" if whole else "collapse is not judged at every member"
    )


def collapse_in(table: pd.DataFrame) -> Collapse | None:
    """The first member at which one of the ranks has collapsed, of rows as `numbers_of` gives them; None for none."""
    found = [one for number in WATCHED for one in _falls(table[table["number"] == number])]
    return min(found, key=lambda one: one.at, default=None)


def _falls(rows: pd.DataFrame) -> Iterator[Collapse]:
    """The first fall of one number along the series, if there is one."""
    judged = rows[rows[["value", "low", "high"]].notna().all(axis=1)].sort_values("at", kind="stable")
    largest: dict[str, Any] = {}
    for row in judged.to_dict("records"):
        now: dict[str, Any] = {str(column): cell for column, cell in row.items()}
        if largest and now["at"] > largest["at"]:
            width = now["d"] if np.isfinite(now["d"]) else np.inf
            held = min(1.0, width / largest["value"])
            if now["value"] < SHARE * held * largest["value"] and now["high"] < held * largest["low"]:
                said = (now["number"], now["space"], now["at"], now["value"])
                yield Collapse(*said, largest["value"], largest["at"])
                return
        if not largest or now["value"] > largest["value"]:
            largest = now


def _names(analysis: Analysis, results: Sequence[Result | None], k: int) -> list[str]:
    """What an analysis gives for any of these members; where none is there yet, all that it describes."""
    found = dict.fromkeys(name for result in results if result is not None for name in result.numbers)
    return list(found) or [f"{name}@{k}" if analysis.at_k else name for name in analysis.describe]


def _cells(result: Result | None, name: str) -> dict[str, Any]:
    why = NOT_YET if result is None else "This number has no meaning here."
    number = Number(value=None, why=why) if result is None else result.numbers.get(name, Number(value=None, why=why))
    axes = None if result is None or "spectrum" not in result.tables else len(result.tables["spectrum"])
    return _columns(number) | {"d": axes}


def _columns(number: Number) -> dict[str, Any]:
    return {column: getattr(number, column) for column in ("value", "low", "high", "null_low", "null_high", "n", "why")}
