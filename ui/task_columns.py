"""Numbers of the spaces beside their scores: which columns there can be, which are shown, and what they say of two."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.dataset import Dataset
from analysis.pipeline import Pipeline
from analysis.series.answer import Answer
from analysis.series.apart import FIRST, Key, apart, two_apart
from analysis.series.course import asks_of, numbers_of
from analysis.series.linked import answers
from analysis.series.scored import NAME, read_together
from analysis.series.series import Member, Series
from analysis.series.verdict import pair_of
from ui import panel, state
from ui.series_curves import named
from ui.task_choice import Choice

AGREEMENT = "label_agreement"  # a score itself, which the paired tests of the table are about
TELLS = "The numbers chosen to stand beside the scores are not computed for every checkpoint yet."
NOTHING = "What is different about its space is not computed yet; the numbers to compute are offered below."


@dataclass(frozen=True, eq=False)
class Columns:
    """All numbers of all spaces but their scores, as `course.numbers_of` has them, and the keys that are shown."""

    table: pd.DataFrame
    shown: tuple[Key, ...]


def choose(pipeline: Pipeline, dataset: Dataset) -> Columns:
    """The widget of the columns, and what is missing of them."""
    table = _numbers(pipeline)
    keys: dict[str, Key] = {}
    for analysis, number, other in table[["analysis", "number", "other"]].drop_duplicates().itertuples(index=False):
        keys[named((analysis, number, other))] = (analysis, number, other)
    label = _label(pipeline, dataset)
    first = [name for name, key in keys.items() if key[0] == NAME]
    for bare in FIRST:
        first += [name for name, key in keys.items() if key[1].partition("@")[0] == bare and key[2] in ("", label)]
    with st.popover("Columns", help="Any number of any analysis beside the scores"):
        st.multiselect("Beside the scores", list(keys), width=420, **state.bound("columns", list(keys), now=first))
    shown = [keys[name] for name in state.view().columns if name in keys] or [keys[name] for name in first]
    return Columns(table, tuple(shown))


def offer(pipeline: Pipeline, columns: Columns) -> None:
    """The panel that gets what is missing of the columns."""
    panel.offer(pipeline, _asks(pipeline, columns), TELLS, place="columns")


def what_differs(pipeline: Pipeline, chosen: Choice, columns: Columns, one: Answer) -> list[str]:
    """What is different about the best one's space beside the next, in the numbers that are shown; and about that of
    the best pre-trained one beside its own random weights.

    Empty where there is no next, or where none of the numbers has an interval.
    """
    two = pair_of(chosen.table, one.task, one.method)
    if two is None:
        return []
    keys = [key for key in columns.shown if key[0] not in (NAME, AGREEMENT)]
    missing = any(pipeline.find(ask) is None for ask in _asks(pipeline, columns))
    said = [apart(columns.table, keys, *two) or (NOTHING if missing else "")]
    if {one.trained, one.twin} != set(two):
        said.append(two_apart(pipeline, one.trained, one.twin))
    return [sentence for sentence in said if sentence]


def _numbers(pipeline: Pipeline) -> pd.DataFrame:
    names = [space.name for space in pipeline.spaces()]
    every = Series("", "", tuple(Member(name, float(place)) for place, name in enumerate(names)))
    table = numbers_of(pipeline, every)
    return pd.concat([table[table["analysis"] != NAME], read_together(pipeline, names)], ignore_index=True)


def _label(pipeline: Pipeline, dataset: Dataset) -> str:
    """The label column that geometry is shown for first: that of the first task that is chosen, else the first."""
    specs = {spec.name: spec for spec in pipeline.study.task}
    names = [name for name in state.view().tasks if name in specs] or list(specs)
    labels = [specs[name].label for name in names if specs[name].label in dataset.labels]
    return next(iter([*labels, *dataset.labels]), "")


def asks_behind(pipeline: Pipeline, columns: Columns) -> list[Ask]:
    """The asks that the shown columns are made from, those that are there."""
    return [ask for ask in _asks(pipeline, columns) if pipeline.find(ask) is not None]


def _asks(pipeline: Pipeline, columns: Columns) -> list[Ask]:
    names = [space.name for space in pipeline.spaces()]
    wanted = {(analysis, other) for analysis, _, other in columns.shown}
    asks = [ask for ask in asks_of(pipeline, names) if ask.kind != "task"]
    return [ask for ask in asks if any(answers(ask, *place) for place in wanted)]
