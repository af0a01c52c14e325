"""Which space is best on a task, by how much, beyond doubt or not, and held to what.

Made from the rows of `standings`: the best is praised alone only where every paired test against it, corrected for how
many there are (Holm), says that the others are behind; else those it cannot be told apart from are named.
"""

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd

from analysis.figures.words import listed, shown, with_gap, with_interval
from analysis.number import Number
from analysis.registry import task_methods
from analysis.series.significance import LEVEL, p_words
from analysis.series.standings import number_in, reasons, title_of

Row = dict[Any, Any]


def verdict(
    table: pd.DataFrame,
    task: str,
    method: str,
    waiting: Sequence[str] = (),
    *,
    controls: Collection[str] = (),
    on: str = "",
) -> str:
    """The sentence about one task by one method.

    `waiting`: the spaces that are not scored yet. `controls`: the spaces that say what is reached without pre-training.
    `on`: how it begins, where that is not with the task and the method, which another sentence has said.
    """
    rows = table[(table["task"] == task) & (table["method"] == method)]
    known: list[Row] = rows[rows["value"].notna()].to_dict("records")
    by = "" if on else f" by {task_methods()[method].title.lower()}"
    on = on or f"On “{task}”,"
    if not known:
        return " ".join([f"{on} nothing can be said{by}.", *reasons(rows)])
    known.sort(key=lambda row: -row["value"])
    best, rivals = next(row for row in known if row["best"]), [row for row in known if not row["best"]]
    name = best["space"] + (", a baseline," if best["space"] in controls else "")
    score = f"{title_of(str(best['number']))} {with_interval(number_in(best))}"
    if waiting:
        has = f"so far {name} has the highest {score}" if rivals else f"{name} has {score}"
        return f"{on} {has}{by}; {listed(waiting)} {'is' if len(waiting) == 1 else 'are'} not scored yet."
    if not rivals:
        return f"{on} {name} has {score}{by}. There is no other checkpoint to compare it with."
    return _compared(f"{on} {name}", best, rivals, by, score)


def _compared(on: str, best: Row, rivals: Sequence[Row], by: str, score: str) -> str:
    """The best beside the others."""
    untested = [row["space"] for row in rivals if pd.isna(row["p_holm"])]
    if untested:
        why = "; without draws of the same samples in both, nothing tells whether that is significant"
        return f"{on} is highest{by}, {score}, {_ahead(rivals[0])}{why} (of {listed(untested)})."
    if best["significant"]:
        p = f"(significant, {p_words(max(row['p_holm'] for row in rivals))})"
        return f"{on} is best{by}: {score}, {_ahead(rivals[0])} {p}."
    tied, behind = ([row for row in rivals if (row["p_holm"] >= LEVEL) == same] for same in (True, False))
    others = listed([f"{row['space']} ({shown(row['value'])})" for row in tied])
    p = f"(not significant, {p_words(min(row['p_holm'] for row in tied))})"
    said = f"{on} has the highest {score}{by}, but cannot be told apart from {others} {p}."
    return f"{said} It is significantly, {_ahead(behind[0])}." if behind else said


def _ahead(row: Row) -> str:
    ends = {name: row[f"behind_{name}"] for name in ("low", "high") if not pd.isna(row[f"behind_{name}"])}
    return f"{with_gap(Number(value=row['behind'], **ends))} ahead of {row['space']}"


def corrected(table: pd.DataFrame, task: str, method: str) -> str:
    """For which comparisons the p-values of a task are corrected; empty where there is one, or none."""
    rows = table[(table["task"] == task) & (table["method"] == method) & table["p_holm"].notna()]
    names = [str(name) for name in rows["space"]]
    return f"p is corrected (Holm) for {len(names)} comparisons: with {listed(names)}." if len(names) > 1 else ""


def references(table: pd.DataFrame, task: str, method: str, level: Number | None = None, commonest: str = "") -> str:
    """What the best score is to be held to: naming the commonest class every time, and labels shuffled; or empty.

    `level`: what the commonest class gives in the same number. A best score within chance, or whose interval reaches
    down to the commonest class, is said to be no more than that.
    """
    best, which = _first(table, task, method), f" (“{commonest}”)" if commonest else ""
    if best is None:
        return ""
    parts = []
    if level is not None and level.value is not None:
        least: float = best["value"] if pd.isna(best["low"]) else best["low"]
        above = "" if least > level.value else ", which the best is not above beyond doubt"
        parts.append(f"always naming the commonest class{which} gives {shown(level.value, 2)}{above}")
    if not pd.isna(best["null_mean"]):
        within = ", which the best is not above" if number_in(best).beyond_null is False else ""
        parts.append(f"shuffled labels (chance) give {shown(best['null_mean'], 2)}{within}")
    return sentence_of(parts)


def elsewhere(table: pd.DataFrame, task: str, method: str, spaces: int) -> str:
    """What the other methods of a task say of who is best on it; empty where none has scored all spaces."""
    best = _first(table, task, method)
    said = []
    for other in dict.fromkeys(table.loc[table["task"] == task, "method"]):
        mine = table[(table["task"] == task) & (table["method"] == other)]
        found = _first(table, task, other)
        if other == method or best is None or found is None or len(mine) < spaces:
            continue
        same = " too" if found["space"] == best["space"] else " instead"
        tied = [str(name) for name in mine.loc[mine["tied"] & ~mine["best"], "space"]]
        apart = f", though it cannot be told apart from {listed(tied)}" if tied else ""
        value = f"{title_of(str(found['number']))} {shown(found['value'])}"
        said.append(f"by {task_methods()[other].title.lower()} it is {found['space']}{same} ({value}{apart})")
    return sentence_of(said)


def sentence_of(parts: Sequence[str]) -> str:
    """Parts as one sentence; empty of none."""
    said = "; ".join(parts)
    return f"{said[0].upper()}{said[1:]}." if said else ""


def _first(table: pd.DataFrame, task: str, method: str) -> Row | None:
    """The row of the best space."""
    rows = table[(table["task"] == task) & (table["method"] == method) & table["best"]].to_dict("records")
    return rows[0] if rows else None


def pair_of(table: pd.DataFrame, task: str, method: str) -> tuple[str, str] | None:
    """The best space of a task and the next, whatever the tests say; None where there are not two."""
    rows = table[(table["task"] == task) & (table["method"] == method) & table["value"].notna()]
    names = rows.sort_values(["best", "value"], ascending=False, kind="stable")["space"].tolist()
    return (names[0], names[1]) if len(names) > 1 else None
