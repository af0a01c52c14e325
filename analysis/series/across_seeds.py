"""What a way to pre-train scores over its seeds, and which share of another way's errors it saves.

A way is a section of [[pretraining]] with one weight; its seeds are trainings of their own. Each brings the mean over
the task's seeds, of the same draws of samples for all, so that a mean over trainings has an interval of samples and
trainings both (`tasks.intervals`), and so has its difference from another way with the same seeds, paired. Relative
reduction of error (McDermott et al. 2023): (score - baseline) / (1 - baseline); its interval takes the baseline's mean
as it is. P-values of one task and method are corrected together (Holm).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.made import MadeCheckpoint
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.result import Result
from analysis.series.significance import difference, holm, scores_in
from analysis.series.standings import asks_of, chosen_numbers
from analysis.spaces import SpaceOf
from analysis.task_asks import stretch_of
from analysis.tasks.intervals import Scores, spread_of

FEWEST = 2  # trainings whose spread can be told
BASE = 1.0 - 1e-12  # scores from here on leave no error to save
COLUMNS = ["way", "task", "method", "number", "trainings", "value", "low", "high"]
AGAINST = ["against", "gap", "gap_low", "gap_high", "p", "p_holm", "reduction", "reduction_low", "reduction_high"]


@dataclass(frozen=True)
class Way:
    """One way to pre-train: what it is called, and the space of each of its trainings by their seed."""

    name: str
    section: str
    weight: float
    spaces: Mapping[int, str]


def ways_of(pipeline: Pipeline) -> list[Way]:
    """Those with several trainings, each layer one of its own; in the study's order."""
    found: dict[tuple[str, float, str], list[tuple[int, SpaceOf]]] = {}
    for space in pipeline.spaces():
        made = space.checkpoint
        if isinstance(made, MadeCheckpoint):
            layer = space.name.removeprefix(made.name)
            found.setdefault((made.section.name, made.weight, layer), []).append((made.seed, space))
    return [
        Way(f"{section}, λ = {weight:g}{layer}", section, weight, {seed: space.name for seed, space in members})
        for (section, weight, layer), members in found.items()
        if len(members) >= FEWEST
    ]


def baseline_of(ways: Sequence[Way]) -> str:
    """The way that the others are held to unless another is chosen: λ = 0, else the first."""
    return next((way.name for way in ways if way.weight == 0), ways[0].name if ways else "")


def across_seeds(pipeline: Pipeline, baseline: str, ways: Sequence[Way] | None = None) -> pd.DataFrame:
    """One row for each way, task and method whose every training is scored, by the first number of the method.

    `against`: the baseline, with the gap to it, its interval, p and the share of errors saved; empty of the baseline
    itself, of ways with other seeds, and where the baseline makes no error.
    """
    ways = ways_of(pipeline) if ways is None else ways
    rows: list[dict[str, Any]] = []
    for spec in pipeline.study.task:
        asks = asks_of(pipeline, spec)
        for (task, method), number in chosen_numbers(pipeline, asks).items():
            stretch = stretch_of(spec, task_methods()[method])
            scores = {way.name: _scores(pipeline, way, task, method, number) for way in ways}
            base, mine = scores.get(baseline), []
            for way in ways:
                score = scores[way.name]
                if score is not None:
                    place = {"way": way.name, "task": task, "method": method, "number": number}
                    known = place | {"trainings": len(score.values)} | _mean(score, stretch)
                    same = way.name != baseline and set(way.spaces) == _seeds(ways, baseline)
                    mine.append(known | (_gap(score, base, baseline, stretch) if same and base is not None else {}))
            for row, p in zip(mine, holm([row.get("p", np.nan) for row in mine]), strict=True):
                row["p_holm"] = float(p)
            rows += mine
    table = pd.DataFrame(rows, columns=[*COLUMNS, *AGAINST])
    return table.astype(dict.fromkeys([*COLUMNS[5:], *AGAINST[1:]], "float64"))


def _seeds(ways: Sequence[Way], name: str) -> set[int]:
    return {seed for way in ways if way.name == name for seed in way.spaces}


def _scores(pipeline: Pipeline, way: Way, task: str, method: str, number: str) -> Scores | None:
    """One value a training, in the order of the seeds; None while one is not scored."""
    found = []
    for seed in sorted(way.spaces):
        result = pipeline.find(Ask("task", method, way.spaces[seed], task))
        score = scores_in(result, number) if isinstance(result, Result) and number in result.numbers else None
        if score is None:
            return None
        found.append(score)
    if len({len(one.drawn) for one in found}) > 1:
        return None
    return Scores(np.array([one.value for one in found]), np.column_stack([one.drawn.mean(axis=1) for one in found]))


def _mean(score: Scores, stretch: float) -> dict[str, float]:
    spread = spread_of(score, stretch=stretch)
    ends = {} if spread is None else {"low": score.value + spread.low, "high": score.value + spread.high}
    return {"value": score.value} | ends


def _gap(score: Scores, base: Scores, name: str, stretch: float) -> dict[str, Any]:
    found = difference(score, base, stretch=stretch)
    if found is None:
        return {}
    gap: dict[str, Any] = {"against": name, "gap": found.value, "gap_low": found.low, "gap_high": found.high}
    if base.value < BASE:
        ends = zip(("", "_low", "_high"), (found.value, found.low, found.high), strict=True)
        gap |= {f"reduction{end}": value / (1 - base.value) for end, value in ends}
    return gap | {"p": found.p}
