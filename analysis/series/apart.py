"""What is different about one space beside another, in a sentence, from numbers that both have.

Numbers of two spaces differ here where their 95 % intervals do not meet, which asks for more than a test would.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.figures.words import listed, shown
from analysis.pipeline import Pipeline
from analysis.registry import is_of_width
from analysis.series.course import numbers_of
from analysis.series.series import Member, Series

Key = tuple[str, str, str]  # analysis, number, label column
Row = dict[Any, Any]
FIRST = ("effective_rank", "twonn", "k_skewness")
TOLD = (*FIRST, "mean_cosine")  # what a sentence speaks of, where no columns are chosen
SAID = {
    "effective_rank": "directions used (effective rank)",
    "twonn": "intrinsic dimension (TwoNN)",
    "k_skewness": "hubness (k-skewness)",
    "mean_cosine": "mean cosine of two samples",
    "knn_accuracy": "neighbours' agreement (kNN accuracy)",
    "knn_spearman": "neighbours' agreement (kNN Spearman)",
}


def two_apart(pipeline: Pipeline, best: str, other: str) -> str:
    """`apart` of those numbers of two spaces that a sentence speaks of and that are computed; empty of one space."""
    if not best or not other or best == other:
        return ""
    table = numbers_of(pipeline, Series("", "", tuple(Member(name, float(i)) for i, name in enumerate((best, other)))))
    keys = dict.fromkeys(table[["analysis", "number", "other"]].itertuples(index=False, name=None))
    first = [key for bare in TOLD for key in keys if key[1].partition("@")[0] == bare and not key[2]]
    return apart(table, first, best, other)


def apart(numbers: pd.DataFrame, keys: Sequence[Key], best: str, other: str) -> str:
    """What is different about the space of `best`, of these numbers of `course.numbers_of`; empty where none is there.

    Numbers without an interval are left out. One that a space's dimensions bound is told with them, and of spaces of
    different width it is the shares of these that must be apart.
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
        given: list[float] = [row.get("d", np.nan) for row in (a, b)]
        widths = given if is_of_width(*key[:2]) and np.isfinite(given).all() else [1.0, 1.0]
        said = [_in_width(row["value"], width) for row, width in zip((a, b), widths, strict=True)]
        (left, right) = (a, b) if widths[0] == widths[1] else (_share(a, widths[0]), _share(b, widths[1]))
        apart = left["low"] > right["high"] or right["low"] > left["high"]
        (differ if apart else alike).append(f"{plain_name(key[1], key[2])} {said[0]} against {said[1]}")
    if not differ and not alike:
        return ""
    meets = f"{listed(alike, len(alike))}: their intervals overlap." if alike else ""
    if not differ:
        return f"The space of {best} cannot be told apart from that of {other} by {meets}"
    also = f" No clear difference in {meets}" if alike else ""
    return f"The space of {best} differs from that of {other}: {listed(differ, len(differ))}.{also}"


def _share(row: Row, width: float) -> Row:
    return {name: row[name] / width for name in ("low", "high")}


def _in_width(value: float, width: float) -> str:
    """A number with the dimensions that it cannot exceed, where it has such.

    >>> _in_width(238.2, 256), _in_width(2.34, 1)
    ('238 of 256 (93 %)', '2.34')
    """
    return shown(value) if width == 1 else f"{shown(value)} of {width:.0f} ({100 * value / width:.0f} %)"


def plain_name(number: str, label: str = "") -> str:
    """What a number of a space is called in a sentence: in words first, then by its name, and by which label column.

    >>> plain_name("k_skewness@15"), plain_name("knn_accuracy@15", "topic")
    ('hubness (k-skewness)', "neighbours' agreement (kNN accuracy) on topic")
    """
    bare = number.partition("@")[0]
    return SAID.get(bare, bare.replace("_", " ")) + (f" on {label}" if label else "")
