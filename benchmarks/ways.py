"""What each way to pre-train brings on a study's tasks over its trainings, and how far its spaces agree with a graph.

Reads a study whose numbers are in the cache: `python -m analysis run STUDY --out OUT` first. Run:
python -m benchmarks.ways STUDY [--cache DIR]
"""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.figures.words import with_interval
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.run import open_study
from analysis.series.across_seeds import Way, across_seeds, ways_of
from analysis.series.course import numbers_of
from analysis.series.series import Member, Series

SHOWN = ("link_auroc", "mrr", "ndcg@10", "best_radius_f1", "effective_rank", "mean_cosine", "knn_accuracy@15")


def said(row: dict[Any, Any], name: str, ends: str) -> str:
    """A number of a row with its interval, in words."""
    if pd.isna(row[name]):
        return "–"
    return with_interval(Number(value=row[name], low=row[f"{ends}low"], high=row[f"{ends}high"]))


def scores(pipeline: Pipeline, ways: Sequence[Way]) -> list[str]:
    """A row for each task, method and way: its score, and the share of the errors of every other way that it saves."""
    against = {way.name: _rows(across_seeds(pipeline, way.name, ways)) for way in ways}
    heads = "".join(f" errors of {way.name} saved | p |" for way in ways)
    rows = [f"| task | by | way | trainings | score |{heads}", "| --- " * (5 + 2 * len(ways)) + "|"]
    for (task, method, name), own in against[ways[0].name].items():
        cells = [task, method, name, str(own["trainings"]), said(own, "value", "")]
        for table in against.values():
            row = table[task, method, name]
            cells += [said(row, "reduction", "reduction_"), "–" if pd.isna(row["p_holm"]) else f"{row['p_holm']:.2g}"]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _rows(table: pd.DataFrame) -> dict[tuple[str, str, str], dict[Any, Any]]:
    return {(row["task"], row["method"], row["way"]): row for row in table.to_dict("records")}


def spaces(pipeline: Pipeline, ways: Sequence[Way]) -> list[str]:
    """A row for each way: numbers of its spaces, mean and least to largest over the trainings."""
    names = [space.name for space in pipeline.spaces()]
    table = numbers_of(pipeline, Series("", "", tuple(Member(name, float(i)) for i, name in enumerate(names))))
    rows = ["| way | " + " | ".join(SHOWN) + " |", "| --- " * (1 + len(SHOWN)) + "|"]
    for way in ways:
        mine = table[table["space"].isin(way.spaces.values())]
        cells = []
        for name in SHOWN:
            values = mine.loc[mine["number"] == name, "value"].to_numpy(np.float64)
            cells.append(f"{values.mean():.3g} ({values.min():.3g} to {values.max():.3g})" if len(values) else "–")
        rows.append(f"| {way.name} | {' | '.join(cells)} |")
    return rows


def main() -> None:
    """Print both tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study")
    parser.add_argument("--cache")
    given = parser.parse_args()
    pipeline = open_study(given.study, cache=given.cache)
    pipeline.dataset()
    ways = ways_of(pipeline)
    print("\n".join([*scores(pipeline, ways), "", *spaces(pipeline, ways)]))


if __name__ == "__main__":
    main()
