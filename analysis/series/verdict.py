"""Which space is best on a task, by how much, beyond doubt or not, and what is different about it: in two sentences.

Made from the rows of `standings`: the best is praised alone only where every paired test against it, corrected for how
many there are (Holm), says that the others are behind; else those it cannot be told apart from are named. Numbers
of two spaces differ here where their 95 % intervals do not meet, which asks for more than a test would.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.ask import Ask
from analysis.figures.words import listed, shown, with_interval
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.series.significance import LEVEL
from analysis.series.standings import leading_methods, number_in, reasons, standings, title_of

Key = tuple[str, str, str]  # analysis, number, label column
Row = dict[Any, Any]
SAID = {
    "effective_rank": "directions used (effective rank)",
    "twonn": "intrinsic dimension (TwoNN)",
    "k_skewness": "hubness (k-skewness)",
    "knn_accuracy": "neighbours' agreement (kNN accuracy)",
    "knn_spearman": "neighbours' agreement (kNN Spearman)",
}


def verdict(table: pd.DataFrame, task: str, method: str, waiting: Sequence[str] = ()) -> str:
    """The sentence about one task by one method.

    `waiting`: the spaces that are not scored yet.
    """
    rows = table[(table["task"] == task) & (table["method"] == method)]
    known: list[Row] = rows[rows["value"].notna()].to_dict("records")
    by = f"by {task_methods()[method].title.lower()}"
    if not known:
        return " ".join([f"On “{task}”, nothing can be said {by}.", *reasons(rows)])
    known.sort(key=lambda row: -row["value"])
    best, rivals = next(row for row in known if row["best"]), [row for row in known if not row["best"]]
    tests = int(rows["p_holm"].notna().sum())
    score = f"{title_of(str(best['number']))} {with_interval(number_in(best))}"
    if waiting:
        has = f"so far {best['space']} has the highest {score}" if rivals else f"{best['space']} has {score}"
        return f"On “{task}”, {has} {by}; {listed(waiting)} {'is' if len(waiting) == 1 else 'are'} not scored yet."
    parts = [_compared(f"On “{task}”,", best, rivals, by, score, tests), _chance(best)]
    if not rivals and not waiting:
        parts.append("There is no other checkpoint to compare it with.")
    return " ".join(filter(None, parts))


def verdicts(pipeline: Pipeline, asks: Sequence[Ask]) -> list[str]:
    """The sentence on each task that is scored among these asks, by the method that is its own."""
    mine = [ask for ask in asks if ask.kind == "task"]
    table, lacking = standings(pipeline, mine), [ask for ask in mine if pipeline.find(ask) is None]
    leading = leading_methods(table, len(pipeline.spaces()))
    waiting = {pair: [ask.subject for ask in lacking if (ask.other, ask.name) == pair] for pair in leading.items()}
    return [verdict(table, *pair, names) for pair, names in waiting.items()]


def _compared(on: str, best: Row, rivals: Sequence[Row], by: str, score: str, tests: int) -> str:
    """The best beside the others."""
    name = best["space"]
    if not rivals:
        return f"{on} {name} has {score} {by}."
    untested = [row["space"] for row in rivals if pd.isna(row["p_holm"])]
    if untested:
        why = "; without draws of the same samples in both, nothing tells whether that is significant"
        return f"{on} {name} is highest {by}, {score}, {_ahead(rivals[0])}{why} (of {listed(untested)})."
    corrected = f" after correction for {tests} comparisons" if tests > 1 else ""
    if best["significant"]:
        p = f"({p_words(max(row['p_holm'] for row in rivals))}{corrected})"
        return f"{on} {name} is best {by}: {score}, {_ahead(rivals[0])}, a significant difference {p}."
    tied, behind = ([row for row in rivals if (row["p_holm"] >= LEVEL) == same] for same in (True, False))
    others = listed([f"{row['space']} ({shown(row['value'])})" for row in tied])
    p = f"(not significant, {p_words(min(row['p_holm'] for row in tied))}{corrected})"
    said = f"{on} {name} has the highest {score} {by}, but cannot be told apart from {others} {p}."
    return f"{said} It is significantly, {_ahead(behind[0])}." if behind else said


def _ahead(row: Row) -> str:
    ends = {name: row[f"behind_{name}"] for name in ("low", "high") if not pd.isna(row[f"behind_{name}"])}
    return f"{with_interval(Number(value=row['behind'], **ends))} ahead of {row['space']}"


def _chance(best: Row) -> str:
    if pd.isna(best["null_mean"]):
        return ""
    within = number_in(best).beyond_null is False
    mean = shown(best["null_mean"], 2)
    return f"That is not above chance, which gives {mean}." if within else f"Chance gives {mean}."


def p_words(p: float) -> str:
    """A p-value as papers write it.

    >>> p_words(0.00004), p_words(0.0312), p_words(1.0)
    ('p < 0.001', 'p = 0.031', 'p = 1.0')
    """
    if p < 0.001:
        return "p < 0.001"
    return "p = 1.0" if p > 0.995 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def pair_of(table: pd.DataFrame, task: str, method: str) -> tuple[str, str] | None:
    """The best space of a task and the next, whatever the tests say; None where there are not two."""
    rows = table[(table["task"] == task) & (table["method"] == method) & table["value"].notna()]
    names = rows.sort_values(["best", "value"], ascending=False, kind="stable")["space"].tolist()
    return (names[0], names[1]) if len(names) > 1 else None


def apart(numbers: pd.DataFrame, keys: Sequence[Key], best: str, other: str) -> str:
    """What is different about the space of `best`, of these numbers of `course.numbers_of`; empty where none is there.

    Numbers without an interval are left out.
    """
    differ: list[str] = []
    alike: list[str] = []
    for key in keys:
        mine = numbers[(numbers[["analysis", "number", "other"]] == list(key)).all(axis=1)].to_dict("records")
        of: dict[Any, Row] = {row["space"]: row for row in mine}
        if not {best, other} <= of.keys():
            continue
        a, b = of[best], of[other]
        if pd.isna([a["low"], b["low"]]).any():
            continue
        said = f"{plain_name(key[1], key[2])} {shown(a['value'])} against {shown(b['value'])}"
        (differ if a["low"] > b["high"] or b["low"] > a["high"] else alike).append(said)
    if not differ and not alike:
        return ""
    meets = f"{listed(alike, len(alike))}: the intervals meet." if alike else ""
    if not differ:
        return f"The space of {best} cannot be told apart from that of {other} by {meets}"
    also = f" No clear difference in {meets}" if alike else ""
    return f"The space of {best} differs from that of {other}: {listed(differ, len(differ))}.{also}"


def plain_name(number: str, label: str = "") -> str:
    """What a number of a space is called in a sentence: in words first, then by its name, and by which label column.

    >>> plain_name("k_skewness@15"), plain_name("knn_accuracy@15", "topic")
    ('hubness (k-skewness)', "neighbours' agreement (kNN accuracy) on topic")
    """
    bare = number.partition("@")[0]
    return SAID.get(bare, bare.replace("_", " ")) + (f" on {label}" if label else "")
