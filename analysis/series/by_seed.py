"""What the seeds of a score were, one by one, and where the penalty of a reader stood at the end of its grid.

A mean over three seeds hides whether one of them is far off; a penalty at the end of its grid may mean that a weaker
one would have read more. Both are told beside the scores.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.ask import Ask
from analysis.figures.words import listed, shown
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.result import Result
from analysis.series.standings import title_of
from analysis.tasks.chosen import AT_END

PENALTIES = ("C", "alpha")
MOST = 6  # spaces whose seeds are told
Place = tuple[str, str, str]  # space, task, method


def at_end(pipeline: Pipeline, asks: Sequence[Ask]) -> dict[Place, str]:
    """Of each score whose reader took the end of its grid of penalties, in how many seeds."""
    found: dict[Place, str] = {}
    for ask in asks:
        result = pipeline.find(ask)
        if not isinstance(result, Result) or not any(AT_END in note for note in result.notes):
            continue
        each = result.tables["by_seed"]
        name = next((name for name in PENALTIES if name in each), "")
        if name:
            end = each[name].max()
            times = int((each[name] == end).sum())
            found[ask.subject, ask.other, ask.name] = f"{name} = {end:,g} in {times} of {len(each)} seeds"
    return found


def ends_said(notes: Mapping[Place, str]) -> str:
    """These with what they are about; empty where there is none."""
    if not notes:
        return ""
    said = "; ".join(f"{space} on {task}: {note}" for (space, task, _), note in notes.items())
    return f"The penalty stood at {AT_END}, beyond which another might read more: {said}."


def seeds_said(pipeline: Pipeline, table: pd.DataFrame) -> list[str]:
    """Of each task and method of `standings`, the score of every space for each seed; none of a single answer."""
    said = []
    for (task, method), part in table.groupby(["task", "method"], sort=False):
        scored = part[part["value"].notna()].sort_values("value", ascending=False, kind="stable")
        number, of = next(iter(scored["number"]), ""), []
        seeds: list[str] = []
        for space in scored["space"]:
            result = pipeline.find(Ask("task", str(method), str(space), str(task)))
            each = result.tables["by_seed"] if isinstance(result, Result) else pd.DataFrame()
            if len(each) > 1 and number in each:
                seeds = [str(seed) for seed in each["seed"]]
                of.append(f"{space} {', '.join(shown(float(value), 3) for value in each[number])}")
        if of:
            more = f"; and {len(of) - MOST} more, which the export has" if len(of) > MOST else ""
            what = f"{task}, {task_methods()[str(method)].title.lower()}, {title_of(str(number))}"
            said.append(f"{what} by seed ({listed(seeds, len(seeds))}): {'; '.join(of[:MOST])}{more}.")
    return said
