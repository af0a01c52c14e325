"""Spaces × tasks: every score with its interval, the best marked only where it is better beyond doubt.

Within one task, method and number, the best space is tested against every other on the same samples (paired, samples
and seeds); the p-values of these tests are corrected together (Holm), so that no answer depends on what else is looked
at. `best`: of highest value.
`significant`: the best, where it beats every other space at the corrected level. `tied`: not told apart from the best.
Relative reduction of error against a baseline: (score - baseline) / (1 - baseline); its interval leaves the baseline
as it is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.result import Result
from analysis.series.significance import LEVEL, Difference, difference, holm, scores_in
from analysis.task_asks import stretch_of, subject_of
from analysis.task_data import spec_called

MEASURED = ("value", "low", "high", "null_mean", "null_low", "null_high")
TESTED = ("behind", "behind_low", "behind_high", "p", "p_holm")
COLUMNS = ["space", "task", "method", "number", *MEASURED, "n", "why", "best", "significant", "tied", *TESTED]


def score_table(
    pipeline: Pipeline, asks: Sequence[Ask], chosen: Mapping[tuple[str, str], str] | None = None
) -> pd.DataFrame:
    """One row per space, task, method and number, of the scores among these asks that were made.

    `chosen`: the one number of each task and method; without it all. `behind`: how far below the best of its group,
    with 95 % interval; `p`, `p_holm`: of that difference, before and after correction.
    """
    rows: list[dict[str, Any]] = []
    groups: dict[tuple[str, str, str], list[int]] = {}
    results: list[tuple[Ask, Result]] = []
    for ask in asks:
        result = pipeline.find(ask) if ask.kind == "task" else None
        if not isinstance(result, Result):
            continue
        for number, cell in result.numbers.items():
            if chosen is not None and chosen.get((ask.other, ask.name)) != number:
                continue
            groups.setdefault((ask.other, ask.name, number), []).append(len(rows))
            columns = {name: getattr(cell, name) for name in (*MEASURED, "n", "why")}
            where = {"space": subject_of(pipeline, ask), "task": ask.other, "method": ask.name, "number": number}
            rows.append(where | columns | {"best": False, "significant": False, "tied": False})
            results.append((ask, result))
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(MEASURED, np.float64))
    for column in TESTED:
        table[column] = np.nan
    for (_, _, number), members in groups.items():
        _against_best(pipeline, table, results, members, number)
    for members in groups.values():
        table.loc[members, "p_holm"] = holm(table["p"].iloc[members].tolist())
        _mark(table, members)
    return table


def _against_best(
    pipeline: Pipeline,
    table: pd.DataFrame,
    results: Sequence[tuple[Ask, Result]],
    members: Sequence[int],
    number: str,
) -> None:
    """Fill in which space is best, and how far the others are behind, with p."""
    values = {row: float(table["value"].iloc[row]) for row in members}
    known = [row for row in members if np.isfinite(values[row])]
    if not known:
        return
    best = max(known, key=lambda row: values[row])
    table.loc[best, "best"] = True
    table.loc[best, "behind"] = 0.0
    for row in known:
        if row == best:
            continue
        table.loc[row, "behind"] = values[best] - values[row]
        found = paired(pipeline, results[best], results[row], number)
        if found is not None:
            table.loc[row, ["behind_low", "behind_high", "p"]] = (found.low, found.high, found.p)


def paired(pipeline: Pipeline, one: tuple[Ask, Result], other: tuple[Ask, Result], number: str) -> Difference | None:
    """How far one score is above another of the same task and method; None where they are not of the same samples."""
    first, second = scores_in(one[1], number), scores_in(other[1], number)
    if first is None or second is None or _samples(pipeline, one[0]) != _samples(pipeline, other[0]):
        return None
    stretch = stretch_of(spec_called(pipeline, one[0].other), task_methods()[one[0].name])
    return difference(first, second, stretch=stretch)


def _samples(pipeline: Pipeline, ask: Ask) -> str:
    """The key of the task that a score is of: its samples and splits."""
    recipe = pipeline.recipe(ask)
    return recipe.inputs["task"] if recipe else ""


def _mark(table: pd.DataFrame, members: Sequence[int]) -> None:
    """Say whether the best is alone, and who is tied with it."""
    group = table.loc[list(members)]
    best = group.index[group["best"]]
    others = group[~group["best"] & group["value"].notna()]
    if not len(best) or not len(others):
        return
    beaten = others["p_holm"] < LEVEL
    table.loc[best, "significant"] = bool(beaten.all())
    table.loc[others.index, "tied"] = ~beaten
    table.loc[best, "tied"] = not bool(beaten.all())


def error_reduction(table: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """The table with `reduction`, `reduction_low`, `reduction_high`: share of the baseline's errors that a space saves.

    NaN where the baseline has no score, or no error. `baseline` is a space; `#task` at its end does not matter.
    """
    bare = pd.Series([name.partition("#")[0] for name in table["space"]], index=table.index, dtype="object")
    own = table[bare == baseline].set_index(["task", "method", "number"])["value"]
    keys = pd.MultiIndex.from_frame(table[["task", "method", "number"]])
    base = own.reindex(keys).to_numpy(dtype=np.float64)
    room = np.where(base < 1, 1 - base, np.nan)
    found = table.copy()
    for column, name in (("value", "reduction"), ("low", "reduction_low"), ("high", "reduction_high")):
        found[name] = (table[column].to_numpy(dtype=np.float64) - base) / room
    return found


def wide(table: pd.DataFrame, number: str, method: str) -> pd.DataFrame:
    """Spaces × tasks of one number: value, NaN where there is none."""
    chosen = table[(table["number"] == number) & (table["method"] == method)]
    rows = chosen.assign(space=chosen["space"].str.partition("#")[0])
    found: pd.DataFrame = rows.set_index(["space", "task"])["value"].unstack("task")  # noqa: PD010
    return found.reindex(list(dict.fromkeys(rows["space"])))
