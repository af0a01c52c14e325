"""Scores on tasks, and metrics that were read, as numbers of spaces like any other: `task` is then their analysis.

`other` is `task|method`, or `task|read(source:run)` of what was made elsewhere; a metric belongs to every space of its
checkpoint. What cannot be asked (a task without its column, a file that is gone) is the page of the tasks' to say.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.ask import Ask
from analysis.metrics import Imported
from analysis.metrics import asks_of as metrics_of
from analysis.number import Number
from analysis.pipeline import Pipeline
from analysis.result import Result
from analysis.series.standings import asks_of
from models.errors import BadInput

NAME = "task"  # of the analysis
NOTHING = "Nothing that was read belongs to this checkpoint."
Place = tuple[str, str]  # other, number


def place_of(ask: Ask) -> tuple[str, str]:
    """Analysis and `other` of an ask's numbers."""
    return (NAME, f"{ask.other}|{ask.name}") if ask.kind == "task" else (ask.name, ask.other)


def score_asks(pipeline: Pipeline, spaces: Sequence[str]) -> list[Ask]:
    """What these spaces score on the study's tasks, of the tasks that can be asked."""
    found = []
    for spec in pipeline.study.task:
        try:
            mine = [ask for ask in asks_of(pipeline, spec) if ask.subject in spaces]
            for ask in mine:
                pipeline.recipe(ask)
        except BadInput:
            continue
        found += mine
    return found


def scored(pipeline: Pipeline, spaces: Sequence[str]) -> dict[Place, dict[str, Number | None]]:
    """By `other` and number, that of each space: None where it is not computed. What no space has is left out."""
    results: dict[str, dict[str, Result | None]] = {}
    for ask in score_asks(pipeline, spaces):
        results.setdefault(place_of(ask)[1], {})[ask.subject] = pipeline.find(ask)
    found: dict[Place, dict[str, Number | None]] = {}
    for other, mine in results.items():
        for name in dict.fromkeys(name for result in mine.values() if result is not None for name in result.numbers):
            found[other, name] = {
                space: None if result is None else result.numbers.get(name, _none(name, result))
                for space, result in mine.items()
            }
    return found | read(pipeline, spaces)


def read(pipeline: Pipeline, spaces: Sequence[str]) -> dict[Place, dict[str, Number | None]]:
    """The metrics of the study that were read, of the checkpoints of these spaces; others have none and say so."""
    owner = {space.name: space.checkpoint.name for space in pipeline.spaces() if space.name in spaces}
    found: dict[Place, dict[str, Number | None]] = {}
    for _, imported, _ in sections(pipeline):
        known = imported.numbers if imported is not None else {}
        for checkpoint, other, name in known:
            for space in (space for space, its in owner.items() if its == checkpoint):
                found.setdefault((other, name), {})[space] = known[checkpoint, other, name]
    nothing = Number(value=None, why=NOTHING)
    return {place: {space: mine.get(space, nothing) for space in spaces} for place, mine in found.items()}


def sections(pipeline: Pipeline) -> list[tuple[Ask, Imported | None, str]]:
    """Each [[metrics]] of the study: its ask, what was read of it where it was, and what is wrong with it."""
    found: list[tuple[Ask, Imported | None, str]] = []
    for ask in metrics_of(pipeline.study):
        try:
            found.append((ask, pipeline.find(ask), ""))
        except BadInput as error:
            found.append((ask, None, str(error)))
    return found


def _none(name: str, result: Result) -> Number:
    why = next((number.why for number in result.numbers.values() if number.why), "")
    return Number(value=None, why=why or f"There is no {name} here.")


def read_together(pipeline: Pipeline, spaces: Sequence[str]) -> pd.DataFrame:
    """The metrics that were read as rows of `course.numbers_of`, all runs of a source together: `task|read(source)`.

    Of several runs of one checkpoint the mean, `why` saying of how many.
    """
    found: dict[Place, dict[str, list[Number]]] = {}
    for (other, name), mine in read(pipeline, spaces).items():
        column = (f"{other.partition(':')[0]})", name)
        for space, number in mine.items():
            if number is not None and (number.value is not None or number.why != NOTHING):
                found.setdefault(column, {}).setdefault(space, []).append(number)
    rows: list[dict[str, Any]] = []
    for (other, name), known in found.items():
        for space in spaces:
            row = {"analysis": NAME, "number": name, "other": other, "space": space}
            rows.append(row | _together(known.get(space, [])))
    return pd.DataFrame(rows, columns=["analysis", "number", "other", "space", "value", "low", "high", "n", "why"])


def _together(numbers: Sequence[Number]) -> dict[str, Any]:
    values = [number.value for number in numbers if number.value is not None]
    missing = next((number.why for number in numbers if number.why), NOTHING)
    why = f"mean of {len(values)} runs" if len(values) > 1 else "" if values else missing
    return {"value": sum(values) / len(values) if values else None, "low": None, "high": None, "why": why}
