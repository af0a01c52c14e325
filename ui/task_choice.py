"""Which tasks, methods and number the page of scores is at, and the table of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from analysis.ask import Ask
from analysis.pipeline import Pipeline
from analysis.registry import task_methods
from analysis.series.standings import (
    asks_of,
    bare_numbers,
    first_method,
    leading_methods,
    standings,
    title_of,
)
from models.errors import BadInput
from ui import state

MAIN = "each method's own"
FITTING = 8  # columns of scores up to which all methods are shown at first


@dataclass(frozen=True, eq=False)
class Choice:
    """The scores that are looked at: their asks, the table of those that are there, and each task's leading method.

    `every`: what the chosen tasks ask by whichever method; `found`: how many of these were there when they were
    read; `wanted`: the number that was asked for, empty for each method's own.
    """

    asks: tuple[Ask, ...]
    every: tuple[Ask, ...]
    table: pd.DataFrame
    leading: dict[str, str]
    found: int
    wanted: str = ""

    @property
    def tasks(self) -> list[str]:
        """The names of the tasks."""
        return list(dict.fromkeys(ask.other for ask in self.asks))

    @property
    def methods(self) -> list[str]:
        """The names of the methods."""
        return list(dict.fromkeys(ask.name for ask in self.asks))


def asked(pipeline: Pipeline) -> tuple[list[Ask], list[str]]:
    """What the study's tasks ask of every space, and why some of them cannot be asked."""
    found: list[Ask] = []
    troubles = []
    for spec in pipeline.study.task:
        try:
            mine = asks_of(pipeline, spec)
            for ask in mine:
                pipeline.recipe(ask)
        except BadInput as error:
            troubles.append(str(error))
        else:
            found += mine
    return found, troubles


def choose(pipeline: Pipeline, asks: Sequence[Ask]) -> Choice:
    """The widgets, where there is a choice, and what is chosen."""
    tasks, methods = (list(dict.fromkeys(names)) for names in ([a.other for a in asks], [a.name for a in asks]))
    first = methods if len(tasks) * len(methods) <= FITTING else [first_method(methods)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(tasks) > 1:
            st.multiselect("Tasks", tasks, width=320, **state.bound("tasks", tasks, now=tasks))
        if len(methods) > 1:
            names = {name: task_methods()[name].title for name in methods}
            st.pills(
                "Methods",
                methods,
                selection_mode="multi",
                format_func=names.__getitem__,
                **state.bound("methods", methods, now=first),
            )
        mine, by = _among(state.view().tasks, tasks, tasks), _among(state.view().methods, methods, first)
        every = [ask for ask in asks if ask.other in mine]
        found = _there(pipeline, every)
        kept = [ask for ask in every if ask.name in by] or every
        known = bare_numbers(pipeline, kept)
        options = ["", *known] if len(known) > 1 else [""]
        if len(options) > 1:
            st.selectbox(
                "Number",
                options,
                format_func=lambda name: title_of(name) if name else MAIN,
                width=200,
                **state.bound("score", options),
            )
    wanted = state.view().score if state.view().score in options else ""
    table = standings(pipeline, kept, wanted)
    return Choice(tuple(kept), tuple(every), table, leading_methods(table, len(pipeline.spaces())), found, wanted)


def is_stale(pipeline: Pipeline, chosen: Choice) -> bool:
    """Whether a job has finished a score while the page was being drawn: it would stand there without it."""
    return _there(pipeline, chosen.every) > chosen.found


def _there(pipeline: Pipeline, asks: Sequence[Ask]) -> int:
    return sum(pipeline.find(ask) is not None for ask in asks)


def _among(chosen: Sequence[str], options: Sequence[str], usual: Sequence[str]) -> Sequence[str]:
    """Those of the options that are chosen; the usual ones where none is."""
    return [name for name in options if name in chosen] or usual
